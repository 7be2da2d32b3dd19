import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { CookieOptions } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { describeEntries, secrets, setCookies, type MakeServe } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'
import { stoppedClock, watchedStorage } from './watched-store.ts'

const idleTimeout = 36_000

function open(serveWith: MakeServe, options: CookieOptions = {}) {
  const clock = stoppedClock()
  const storage = watchedStorage({ now: clock.now, idleTimeout })
  const serveAs = (cookieOptions: CookieOptions) =>
    serveWith(
      { cookie: createCookie('session', { secrets: [secrets[0]!], ...cookieOptions }), storage },
      ({ url }, session) => {
        const { pathname } = new URL(url)
        if (pathname === '/count') session.update('n', (n) => (n ?? 0) + 1)
        if (pathname === '/rotate') session.regenerateId()
        if (pathname === '/login') session.login('ada')
        if (pathname === '/logout') session.destroy()
        if (pathname === '/public') return new Response()
        return new Response(String(session.get('n')))
      },
    )
  return { clock, storage, serveAs, jar: new CookieJar(clock.now), serve: serveAs(options) }
}

/** A Set-Cookie header's attributes, without those that say when the cookie ends. */
function placeOf(line: string): string[] {
  const [, ...attributes] = line.split('; ')
  return attributes.filter((attribute) => !/^(Max-Age|Expires)=/.test(attribute))
}

describeEntries('Set-Cookie is sent when the browser needs it', (serveWith) => {
  it('a new session, a new id and a login send one; what keeps its id does not', async () => {
    const { serve } = open(serveWith)
    const visitor = new Visitor(serve)
    const sent: Record<string, number> = {}
    for (const path of ['/', '/count', '/count', '/', '/rotate', '/', '/login', '/count']) {
      const response = await visitor.get(path)
      sent[path] = (sent[path] ?? 0) * 10 + setCookies(response).length
    }
    assert.deepEqual(sent, { '/': 0, '/count': 100, '/rotate': 1, '/login': 1 })
  })

  it('a cookie under an older secret is sent again with the next write, under the first', async () => {
    const { serveAs } = open(serveWith)
    const before = new Visitor(serveAs({ secrets: [secrets[1]!] }))
    await before.get('/count')
    const { jar } = before

    const visitor = new Visitor(serveAs({ secrets }), { jar })
    const reading = await visitor.get('/')
    assert.equal(await reading.text(), '1')
    assert.deepEqual(setCookies(reading), [])

    assert.equal(setCookies(await visitor.get('/count')).length, 1)
    assert.equal(setCookies(await visitor.get('/count')).length, 0)

    const after = new Visitor(serveAs({ secrets: [secrets[0]!] }), { jar })
    assert.equal(await after.text('/'), '3')
  })

  it('a cookie whose secret is gone reads as a new session', async () => {
    const { serveAs } = open(serveWith)
    const visitor = new Visitor(serveAs({ secrets: [secrets[1]!] }))
    await visitor.get('/count')
    const after = new Visitor(serveAs({ secrets: [secrets[0]!] }), { jar: visitor.jar })
    assert.equal(await after.text('/'), 'undefined')
  })

  it('a cookie with maxAge is renewed with a write when it ages, so that the browser keeps it', async () => {
    const { clock, jar, serve } = open(serveWith, { maxAge: 7200 })
    const visitor = new Visitor(serve, { jar })
    await visitor.get('/count')
    for (const expected of ['2', '3', '4']) {
      clock.pass(7000)
      const response = await visitor.get('/count')
      assert.match(setCookies(response)[0]!, /Max-Age=7200/)
      assert.equal(await response.text(), expected)
    }
  })

  it('a cookie with maxAge is renewed by use alone, once in a tenth of it', async () => {
    const { clock, jar, serve } = open(serveWith, { maxAge: 7200 })
    const visitor = new Visitor(serve, { jar })
    await visitor.get('/count')
    clock.pass(719)
    assert.equal(setCookies(await visitor.get('/')).length, 0)
    clock.pass(1)
    assert.equal(setCookies(await visitor.get('/')).length, 1)
    assert.equal(setCookies(await visitor.get('/')).length, 0)
    for (let i = 0; i < 5; i++) {
      clock.pass(7000)
      assert.equal(await visitor.text('/'), '1')
    }
  })

  it('P11 a page that only had its cookie renewed is kept out of caches, and varies by nothing', async () => {
    const { clock, jar, serve } = open(serveWith, { maxAge: 7200 })
    const visitor = new Visitor(serve, { jar })
    await visitor.get('/count')
    clock.pass(idleTimeout / 10)
    const response = await visitor.get('/public')
    assert.equal(setCookies(response).length, 1)
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
    assert.equal(response.headers.get('Vary'), null)
  })

  it('a cookie without maxAge is not sent again with a use that is noted', async () => {
    const { clock, jar, serve } = open(serveWith)
    const visitor = new Visitor(serve, { jar })
    await visitor.get('/count')
    clock.pass(idleTimeout / 10)
    const response = await visitor.get('/')
    assert.deepEqual(response.headers.getSetCookie(), [])
  })

  const places: CookieOptions[] = [
    {},
    { domain: 'shop.example' },
    { path: '/count' },
    { sameSite: 'strict', httpOnly: false },
    { sameSite: 'none', partitioned: true },
    { maxAge: 3600 },
    { expires: new Date('2037-01-01T00:00:00Z') },
    { domain: 'shop.example', path: '/count', sameSite: 'strict', maxAge: 60 },
  ]
  for (const options of places) {
    it(`logging out clears a cookie with ${JSON.stringify(options)}, where it was set`, async () => {
      const { storage, serve, jar } = open(serveWith, options)
      const visitor = new Visitor(serve, { jar })
      const [set] = setCookies(await visitor.get('/count'))
      const url = `https://shop.example${options.path ?? '/'}`
      const Cookie = jar.headerFor(url)!
      const path = 'https://shop.example/logout'
      const response = await serve(new Request(path, { headers: { Cookie } }))
      const [cleared] = setCookies(response)
      assert.match(cleared!, /^session=;.*; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT$/)
      assert.deepEqual(placeOf(cleared!), placeOf(set!))
      jar.take(path, response.headers.getSetCookie())
      assert.equal(jar.headerFor(url), null)
      assert.ok(storage.types().includes('destroyed'))
    })
  }

  it('plain http on a loopback host gets and loses its cookie without Secure, others with', async () => {
    for (const [origin, secure] of [
      ['http://localhost:3000', false],
      ['http://127.0.0.1:3000', false],
      ['http://[::1]:3000', false],
      ['https://localhost:3000', true],
      ['http://localhost.evil.example', true],
      ['https://shop.example', true],
    ] as const) {
      const { serve, jar } = open(serveWith)
      const visitor = new Visitor(serve, { origin, jar })
      const created = await visitor.get('/count')
      assert.equal(/; Secure(;|$)/.test(setCookies(created)[0]!), secure, origin)
      if (secure && origin.startsWith('http:')) continue // the browser refused it
      const ended = await visitor.get('/logout')
      assert.equal(/; Secure(;|$)/.test(setCookies(ended)[0]!), secure, origin)
      assert.equal(jar.headerFor(origin), null)
    }
  })

  it('scripts cannot see the cookie, and no header but Set-Cookie has its id (ASVS 3.3.4)', async () => {
    const { serve, jar } = open(serveWith)
    const response = await new Visitor(serve, { jar }).get('/count')
    assert.equal(jar.documentCookie, '')
    const cookie = createCookie('session', { secrets })
    const id = await cookie.parse(setCookies(response)[0]!.split(';', 1)[0]!)
    for (const [name, value] of response.headers) {
      assert.ok(!value.includes(id!), name)
    }
  })
})
