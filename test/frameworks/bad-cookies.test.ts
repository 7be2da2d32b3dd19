import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSessionId } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { describeEntries, secrets, sessionCookie, setCookies, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

function open(serveWith: MakeServe) {
  const storage = watchedStorage()
  const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
    const { pathname, searchParams } = new URL(url)
    if (pathname === '/set') session.set('name', searchParams.get('name'))
    if (pathname === '/logout') session.destroy()
    return new Response(String(session.get('name')))
  })

  async function send(cookie: string, path = '/', more: Record<string, string> = {}) {
    const headers = { Cookie: cookie, ...more }
    return serve(new Request(`https://shop.example${path}`, { headers }))
  }

  /** The `session=…` pair of somebody who has a session. */
  async function pairOf(name: string): Promise<string> {
    const visitor = new Visitor(serve)
    await visitor.get(`/set?name=${name}`)
    storage.calls.length = 0
    storage.seen.length = 0
    return `session=${visitor.jar.value('session')}`
  }

  return { storage, serve, send, pairOf }
}

describeEntries('Cookies that are not ours', (serveWith) => {
  it('a cookie with any character changed reads as a new session, before any store call (ASVS 7.2.1)', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const pair = await pairOf('Ada')
    for (let at = 'session='.length; at < pair.length; at++) {
      const changed = pair[at] === 'A' ? 'B' : 'A'
      const response = await send(pair.slice(0, at) + changed + pair.slice(at + 1))
      assert.equal(await response.text(), 'undefined')
      assert.deepEqual(response.headers.getSetCookie(), [])
    }
    assert.deepEqual(storage.calls, [])
    const expected = { type: 'tampered', reason: 'cookie' }
    for (const { type, ...rest } of storage.seen) {
      assert.deepEqual({ type, reason: 'reason' in rest && rest.reason }, expected)
    }
    assert.equal(storage.seen.length, pair.length - 'session='.length)
  })

  it('a write after a bad cookie starts a new session with a cookie of its own', async () => {
    const { send, pairOf } = open(serveWith)
    const pair = await pairOf('Ada')
    const response = await send(`${pair}x`, '/set?name=Eve')
    assert.equal(setCookies(response).length, 1)
    const fresh = setCookies(response)[0]!.split(';', 1)[0]!
    assert.equal(await (await send(fresh)).text(), 'Eve')
    assert.equal(await (await send(pair)).text(), 'Ada')
  })

  it('an id that is sealed well but that nobody has is not adopted', async () => {
    const { storage, send } = open(serveWith)
    const planted = createSessionId()
    const line = await sessionCookie().serialize(planted)
    const response = await send(line.split(';', 1)[0]!, '/set?name=Eve')
    const issued = await sessionCookie().parse(setCookies(response)[0]!.split(';', 1)[0]!)
    assert.notEqual(issued, planted)
    assert.notEqual(issued!.split('.')[0], planted.split('.')[0])
    assert.deepEqual(storage.calls, ['read', 'write'])
  })

  it('a sealed value that is no id calls no store', async () => {
    const { storage, send } = open(serveWith)
    for (const value of [
      '',
      '.',
      '../x',
      'a/b',
      '\0',
      'x'.repeat(1000),
      '__proto__',
      'söß',
      '{}',
    ]) {
      const line = await sessionCookie().serialize(value)
      const response = await send(line.split(';', 1)[0]!)
      assert.equal(await response.text(), 'undefined')
    }
    assert.deepEqual(storage.calls, [])
  })

  it('logging out with a bad cookie clears it', async () => {
    const { storage, send } = open(serveWith)
    const response = await send('session=nonsense', '/logout')
    assert.match(setCookies(response)[0]!, /^session=;.*Max-Age=0/)
    assert.deepEqual(storage.calls, [])
  })

  it('a forged cookie of our name shadows nothing, before ours or behind it', async () => {
    const { send, pairOf } = open(serveWith)
    const pair = await pairOf('Ada')
    for (const header of [
      `session=forged; ${pair}`,
      `${pair}; session=forged`,
      `${pair}; ${pair}`,
    ]) {
      assert.equal(await (await send(header)).text(), 'Ada')
    }
  })

  it('two good cookies of different sessions are neither, and are reported', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const ada = await pairOf('Ada')
    const eve = await pairOf('Eve')
    for (const header of [`${ada}; ${eve}`, `${eve}; ${ada}`]) {
      storage.seen.length = 0
      assert.equal(await (await send(header)).text(), 'undefined')
      const reported = storage.seen.filter(({ type }) => type === 'tampered')
      assert.deepEqual(
        reported.map((event) => 'reason' in event && event.reason),
        ['shadowed'],
      )
    }
    assert.equal(await (await send(ada)).text(), 'Ada')
  })

  it('more cookies of our name than any browser keeps are not looked at', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const pair = await pairOf('Ada')
    const header = `${pair}${'; session=forged'.repeat(1000)}`
    assert.equal(await (await send(header)).text(), 'undefined')
    assert.deepEqual(storage.types(), ['tampered'])
  })

  it('other names and nameless cookies are not ours', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const value = (await pairOf('Ada')).slice('session='.length)
    for (const header of [
      `Session=${value}`,
      `xsession=${value}`,
      `sessionx=${value}`,
      `%73ession=${value}`,
      `=session=${value}`,
      `theme=session=${value}`,
      `session`,
      value,
    ]) {
      assert.equal(await (await send(header)).text(), 'undefined', header.slice(0, 20))
    }
    assert.deepEqual(storage.calls, [])
    assert.deepEqual(storage.seen, [])
  })

  it('an id is taken from the cookie and from nowhere else (ASVS 14.2.1)', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const pair = await pairOf('Ada')
    const value = pair.slice('session='.length)
    const id = await sessionCookie().parse(pair)
    for (const text of [value, id!]) {
      const path = `/?session=${text}&sid=${text}`
      const headers = { Authorization: `Bearer ${text}`, 'X-Session': text, 'X-Session-Id': text }
      assert.equal(await (await send('theme=dark', path, headers)).text(), 'undefined')
      assert.equal(await (await send(`session=${id}`, path, headers)).text(), 'undefined')
    }
    assert.deepEqual(storage.calls, [])
  })

  it('a value that was only signed opens nothing where values are sealed', async () => {
    const { storage, send, pairOf } = open(serveWith)
    const id = (await sessionCookie().parse(await pairOf('Ada')))!
    const signing = createCookie('session', { secrets: [secrets[0]!], encrypt: false })
    const plain = createCookie('session')
    for (const cookie of [signing, plain]) {
      const line = await cookie.serialize(id)
      assert.equal(await (await send(line.split(';', 1)[0]!)).text(), 'undefined')
    }
    assert.deepEqual(storage.calls, [])
  })
})
