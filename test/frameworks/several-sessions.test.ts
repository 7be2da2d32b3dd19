import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, type MakeServe, secrets, setCookies } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'

const origin = 'https://app.example.com'

/** An app whose paths say what a request does to its session. */
function openApp(serveWith: MakeServe, storage = createMemorySessionStorage()) {
  const cookie = createCookie('session', { secrets: [secrets[0]!] })
  const serve = serveWith({ cookie, storage }, async ({ url }, session) => {
    const { pathname, searchParams } = new URL(url)
    const user = searchParams.get('user') ?? 'ada'
    if (pathname.endsWith('/login')) session.login(user)
    if (pathname.endsWith('/count')) session.update('count', (n) => Number(n ?? 0) + 1)
    if (pathname.endsWith('/logout')) session.destroy()
    if (searchParams.has('save')) await storage.save(session)
    if (searchParams.has('revoke')) await storage.revokeAll(user)
    if (searchParams.has('fail')) throw new Error('The handler failed')
    return new Response(`${session.userId} ${session.get('count') ?? 0}`)
  })

  /** The cookie that somebody without one gets here, such as `session=…`. */
  async function cookieFrom(path: string): Promise<string> {
    const visitor = new Visitor(serve, { origin })
    await visitor.text(path)
    return `session=${visitor.jar.value('session')}`
  }

  /** What comes of a request with exactly these cookies. */
  function send(path: string, ...cookies: string[]): Promise<Response> {
    return serve(new Request(origin + path, { headers: { Cookie: cookies.join('; ') } }))
  }

  async function liveOf(user: string): Promise<number> {
    return (await storage.sessionsOf(user)).length
  }

  return { serve, storage, cookieFrom, send, liveOf }
}

/** Those that set a value. */
function valuesIn(response: Response): string[] {
  return setCookies(response).filter((line) => !line.startsWith('session=;'))
}

describeEntries('Several sessions in one request', (serveWith) => {
  for (const path of ['/logout', '/logout?fail']) {
    it(`${path} ends all sessions of the user that came`, async () => {
      const { cookieFrom, send, liveOf } = openApp(serveWith)
      const mine = [await cookieFrom('/login'), await cookieFrom('/login')]
      await cookieFrom('/login')
      await send(path, ...mine).catch(() => {})
      assert.equal(await liveOf('ada'), 1)
    })

    it(`${path} ends all sessions that came, also when they are several visitors’`, async () => {
      const { cookieFrom, send, liveOf } = openApp(serveWith)
      const rivals = [await cookieFrom('/login'), await cookieFrom('/login?user=eve')]
      await send(path, ...rivals).catch(() => {})
      assert.deepEqual([await liveOf('ada'), await liveOf('eve')], [0, 0])
    })
  }

  for (const path of ['/login', '/login?save']) {
    it(`${path} takes the place of all sessions of the user that came`, async () => {
      const { cookieFrom, send, liveOf } = openApp(serveWith)
      const mine = [await cookieFrom('/login'), await cookieFrom('/login')]
      const [own] = valuesIn(await send(path, ...mine))
      assert.equal(await liveOf('ada'), 1)
      assert.equal(await (await send('/', own!.split(';')[0]!)).text(), 'ada 0')
    })

    it(`${path} beside a planted cookie sets one, and ends what came`, async () => {
      const { cookieFrom, send, liveOf } = openApp(serveWith)
      const rivals = [await cookieFrom('/login?user=eve'), await cookieFrom('/login?user=bob')]
      const [own] = valuesIn(await send(path, ...rivals))
      assert.equal(await (await send('/', own!.split(';')[0]!)).text(), 'ada 0')
      assert.deepEqual([await liveOf('eve'), await liveOf('bob')], [0, 0])
    })
  }

  it('a visit that only looks or writes ends none of them', async () => {
    const { cookieFrom, send, liveOf } = openApp(serveWith)
    const mine = [await cookieFrom('/login'), await cookieFrom('/login')]
    assert.equal(await (await send('/count', ...mine)).text(), 'ada 1')
    assert.equal(await liveOf('ada'), 2)
  })

  it('a login that was refused ends none of them', async () => {
    const { cookieFrom, send, liveOf } = openApp(serveWith)
    const rivals = [await cookieFrom('/login?user=eve'), await cookieFrom('/login?user=bob')]
    const response = await send('/login?revoke', ...rivals)
    assert.deepEqual(valuesIn(response), [])
    assert.deepEqual([await liveOf('eve'), await liveOf('bob')], [1, 1])
  })

  for (const order of ['before', 'after']) {
    it(`a stray visit sets no cookie over a login, with a dead cookie ${order} it`, async () => {
      const { cookieFrom, send } = openApp(serveWith)
      const dead = await cookieFrom('/count')
      await send('/logout', dead)
      const replaced = await cookieFrom('/count')
      await send('/login', replaced)
      const cookies = order === 'before' ? [dead, replaced] : [replaced, dead]
      assert.deepEqual(valuesIn(await send('/count', ...cookies)), [])
    })
  }

  for (const path of ['/account', '/account/', '/account/mail']) {
    it(`one planted for ${path} is forgotten by the first visit there`, async () => {
      const { serve, cookieFrom } = openApp(serveWith)
      const jar = new CookieJar()
      const planted = await cookieFrom('/login?user=eve')
      jar.take(origin, [`${planted}; Secure; Domain=example.com; Path=${path}`])
      const visitor = new Visitor(serve, { origin, jar })
      await visitor.text('/login')
      assert.equal(
        await visitor.text('/account/mail;v=1?q=/x/'),
        path === '/account/mail' ? 'ada 0' : 'undefined 0',
      )
      assert.equal(
        await visitor.text('/account/mail'),
        path === '/account/mail' ? 'undefined 0' : 'ada 0',
      )
      assert.equal(await visitor.text('/account/mail'), 'ada 0')
    })
  }

  it('what is cleared fits in the headers of a response, whatever the URL is', async () => {
    const { cookieFrom, send } = openApp(serveWith)
    const rivals = [await cookieFrom('/login'), await cookieFrom('/login?user=eve')]
    for (const path of ['/a'.repeat(500), `/${'a'.repeat(2000)}/b`, '//', '/a;/b']) {
      const lines = setCookies(await send(path, ...rivals))
      assert.ok(lines.length > 0 && lines.join('').length < 6000, `${lines.length} ${path}`)
    }
  })

  it('more planted ones than are looked up log nobody out, and a login clears beside it', async () => {
    const { cookieFrom, send } = openApp(serveWith)
    const many: string[] = []
    for (let i = 0; i < 9; i++) many.push(await cookieFrom('/login?user=eve'))
    assert.deepEqual(valuesIn(await send('/count', ...many)), [])
    const response = await send('/login', ...many)
    assert.equal(valuesIn(response).length, 1)
    assert.ok(setCookies(response).some((line) => line.includes('Domain=example.com')))
  })

  it('a login clears beside it where the app wraps read() and save() of a storage', async () => {
    const storage = createMemorySessionStorage()
    const wrapped = {
      read: storage.read.bind(storage),
      save: storage.save.bind(storage),
    } as typeof storage
    const { cookieFrom } = openApp(serveWith, storage)
    const { send } = openApp(serveWith, wrapped)
    const rivals = [await cookieFrom('/login'), await cookieFrom('/login?user=eve')]
    const response = await send('/login', ...rivals)
    assert.equal(valuesIn(response).length, 1)
    assert.ok(setCookies(response).some((line) => line.includes('Domain=example.com')))
  })
})
