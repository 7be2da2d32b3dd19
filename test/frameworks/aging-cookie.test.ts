import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, secrets, setCookies, type MakeServe } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'
import { stoppedClock } from './watched-store.ts'

const maxAge = 10_000
const month = 2_592_000

type MakeStorage = (options: { now: () => number; idleTimeout: number }) => SessionStorage
const storages: Record<string, MakeStorage> = {
  'memory storage': createMemorySessionStorage,
  'cookie storage': createCookieSessionStorage,
}

/** A visitor with a cookie that the browser drops after {@link maxAge} seconds. */
function open(serveWith: MakeServe, makeStorage: MakeStorage = createMemorySessionStorage) {
  const clock = stoppedClock()
  const storage = makeStorage({ now: clock.now, idleTimeout: month })
  const cookie = createCookie('session', { secrets: [secrets[0]!], maxAge })
  const serve = serveWith({ cookie, storage }, ({ url }, session) => {
    const { pathname } = new URL(url)
    if (pathname === '/count') session.update('n', (n) => (n ?? 0) + 1)
    if (pathname === '/rotate') session.regenerateId()
    if (pathname === '/kill') session.regenerateId(true)
    if (pathname === '/login') session.login('ada')
    return new Response(String(session.get('n')))
  })
  const visitor = new Visitor(serve, { jar: new CookieJar(clock.now) })
  const sent = async (path: string) => setCookies(await visitor.get(path)).length
  return { clock, visitor, sent }
}

describeEntries('A cookie that the browser drops after maxAge', (serveWith) => {
  it('is not sent with a write before a tenth of it has gone, and with each use after', async () => {
    for (const path of ['/count', '/']) {
      const { clock, sent } = open(serveWith)
      await sent('/count')
      assert.equal(await sent('/count'), 0)
      clock.pass(maxAge / 10 - 1)
      assert.equal(await sent('/count'), 0)
      clock.pass(1)
      assert.equal(await sent(path), 1)
      // That was the last time that it was sent, whatever is written since.
      for (let i = 0; i < 3; i++) assert.equal(await sent('/count'), 0)
      clock.pass(maxAge / 10 - 1)
      assert.equal(await sent('/count'), 0)
      clock.pass(1)
      assert.equal(await sent(path), 1)
    }
  })

  it('counts again from a rotation, a kill and a login', async () => {
    for (const path of ['/rotate', '/kill', '/login']) {
      const { clock, sent } = open(serveWith)
      await sent('/count')
      clock.pass(maxAge / 10 - 1)
      assert.equal(await sent(path), 1)
      clock.pass(maxAge / 10 - 1)
      assert.equal(await sent('/count'), 0, path)
      clock.pass(1)
      assert.equal(await sent('/count'), 1, path)
    }
  })

  for (const [name, makeStorage] of Object.entries(storages)) {
    for (const paths of [['/'], ['/count'], ['/', '/count', '/', '/rotate', '/count', '/login']]) {
      it(`is never dropped while it is used, by ${paths.join(' and ')}, in ${name}`, async () => {
        const { clock, visitor } = open(serveWith, makeStorage)
        await visitor.get('/count')
        for (let i = 0; i < 60; i++) {
          clock.pass(maxAge * 0.89)
          const n = await visitor.text(paths[i % paths.length])
          assert.ok(Number(n) >= 1, `use ${i}: ${n}`)
        }
        // Short of a tenth of it, use after use: each is too early, but none is too late.
        for (let i = 0; i < 60; i++) {
          clock.pass(maxAge * 0.09)
          const n = await visitor.text(paths[i % paths.length])
          assert.ok(Number(n) >= 1, `short use ${i}: ${n}`)
        }
      })
    }
  }

  it('is not put over a login by a slow response of a write before it', async () => {
    const { visitor } = open(serveWith)
    await visitor.get('/count')
    const late = await visitor.copy().get('/count')
    await visitor.get('/login')
    assert.deepEqual(setCookies(late), [])
  })
})
