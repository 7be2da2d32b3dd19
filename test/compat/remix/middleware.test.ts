// Our storages in Remix's own session middleware.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie as createRemixCookie, type Cookie as RemixCookie } from '@remix-run/cookie'
import { createRouter } from '@remix-run/fetch-router'
import { Session as RemixSession } from '@remix-run/session'
import { createSessionId, isSession, type SessionStorage } from 'coatcheck'
import { toRemixCookie, toRemixStorage } from 'coatcheck/compat/remix'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { secrets, sessionCookie, setCookies } from '../../frameworks/entries.ts'
import { Visitor } from '../../frameworks/visitor.ts'
import { signal, watchedStorage } from '../../frameworks/watched-store.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { remixSessionMiddleware } from './router.ts'

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/fs-storage': () => createFsSessionStorage(temporaryFolder()),
}
const onServer = Object.entries(storages).filter(([name]) => !name.includes('/cookie-'))

const remixCookie = createRemixCookie('session', {
  secrets: [secrets[0]!],
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
})

/** An app written for Remix: the session is of Remix's type, under Remix's key. */
function serveApp(storage: SessionStorage, cookie: RemixCookie = remixCookie) {
  const router = createRouter({
    middleware: [remixSessionMiddleware(cookie, toRemixStorage(storage))],
  })
  router.get('/', ({ get }) => {
    const session = get(RemixSession)
    return Response.json([session.get('n') ?? 0, session.get('notice') ?? null])
  })
  router.post('/count', ({ get }) => {
    const session = get(RemixSession)
    session.set('n', Number(session.get('n') ?? 0) + 1)
    return new Response()
  })
  router.post('/flash', ({ get }) => {
    get(RemixSession).flash('notice', 'saved!')
    return new Response()
  })
  router.post('/login', ({ get }) => {
    const session = get(RemixSession)
    session.regenerateId(true)
    session.set('n', 100)
    return new Response()
  })
  router.post('/logout', ({ get }) => {
    get(RemixSession).destroy()
    return new Response()
  })
  return (request: Request) => router.fetch(request)
}

describe('A storage of ours in Remix’s session middleware', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    const open = () => new Visitor(serveApp(createStorage()))

    it(`counts (${name})`, async () => {
      const visitor = open()
      for (const n of [1, 2, 3]) {
        await visitor.post('/count')
        assert.equal(await visitor.text(), `[${n},null]`)
      }
    })

    it(`shows a flash message on the next page, once (${name})`, async () => {
      const visitor = open()
      await visitor.post('/flash')
      assert.equal(await visitor.text(), '[0,"saved!"]')
      assert.equal(await visitor.text(), '[0,null]')
    })

    it(`keeps the visitor logged in under a new id (${name})`, async () => {
      const visitor = open()
      await visitor.post('/count')
      const before = visitor.jar.value('session')
      await visitor.post('/login')
      assert.notEqual(visitor.jar.value('session'), before)
      assert.equal(await visitor.text(), '[100,null]')
    })

    it(`starts anew after a logout (${name})`, async () => {
      const visitor = open()
      await visitor.post('/count')
      await visitor.post('/logout')
      assert.equal(visitor.jar.value('session'), '')
      assert.equal(await visitor.text(), '[0,null]')
      await visitor.post('/count')
      assert.equal(await visitor.text(), '[1,null]')
    })

    it(`sets no cookie when nothing has changed (${name})`, async () => {
      const visitor = open()
      for (const path of ['/', '/logout'] as const) {
        const response = await (path === '/' ? visitor.get() : visitor.post(path))
        assert.deepEqual(setCookies(response), [])
      }
      await visitor.post('/count')
      assert.deepEqual(setCookies(await visitor.get()), [])
    })

    it(`takes a cookie that was tampered with for none (${name})`, async () => {
      const visitor = open()
      await visitor.post('/count')
      const signed = decodeURIComponent(visitor.jar.value('session')!)
      const [value, signature] = signed.split('.')
      const forged = encodeURIComponent(`${btoa(`${atob(value!)}x`)}.${signature}`)
      visitor.jar.take('https://shop.example/', [`session=${forged}; Path=/; Secure`])
      assert.equal(await visitor.text(), '[0,null]')
    })

    it(`P3 never adopts an id that is signed and unknown (${name})`, async () => {
      const storage = createStorage()
      const visitor = new Visitor(serveApp(storage))
      const planted = createSessionId()
      for (const value of [planted, 'planted', '{"i":"planted","d":[{"n":7},{}]}', '']) {
        const line = await remixCookie.serialize(value)
        visitor.jar.take('https://shop.example/', [line])
        assert.equal(await visitor.text(), '[0,null]')
        await visitor.post('/count')
        const cookie = await remixCookie.parse(visitor.jar.headerFor('https://shop.example/'))
        assert.equal((await storage.read(cookie)).get('n'), 1)
        assert.notEqual((await storage.read(cookie)).id, planted)
      }
    })

    it(`works with a cookie of ours, which encrypts and is cleared all the same (${name})`, async () => {
      const cookie = sessionCookie()
      const visitor = new Visitor(serveApp(createStorage(), cookie as unknown as RemixCookie))
      await visitor.post('/count')
      await visitor.post('/flash')
      assert.equal(await visitor.text(), '[1,"saved!"]')
      await visitor.post('/login')
      const value = await cookie.parse(visitor.jar.headerFor('https://shop.example/'))
      assert.ok(value)
      await visitor.post('/logout')
      assert.equal(await cookie.parse(visitor.jar.headerFor('https://shop.example/')), '')
      assert.equal(await visitor.text(), '[0,null]')
    })
  }

  for (const [name, createStorage] of onServer) {
    it(`P4 a login ends the id before it (${name})`, async () => {
      const visitor = new Visitor(serveApp(createStorage()))
      await visitor.post('/count')
      const thief = visitor.copy()
      await visitor.post('/login')
      assert.equal(await thief.text(), '[0,null]')
      assert.equal(await visitor.text(), '[100,null]')
    })

    it(`P2 a logout ends the session for everybody who has a copy of the cookie (${name})`, async () => {
      const visitor = new Visitor(serveApp(createStorage()))
      await visitor.post('/count')
      const thief = visitor.copy()
      await visitor.post('/logout')
      assert.equal(await thief.text(), '[0,null]')
    })

    it(`P1 and P2 two requests at once keep both changes, and none revives a session (${name})`, async () => {
      const storage = createStorage()
      const cookie = sessionCookie() as unknown as RemixCookie
      const gates = new Map<string, { reach(): void; released: Promise<void> }>()
      const router = createRouter({
        middleware: [remixSessionMiddleware(cookie, toRemixStorage(storage))],
      })
      router.post('/set/:key', async ({ get, params }) => {
        const session = get(RemixSession)
        session.set(params.key, true)
        const gate = gates.get(params.key)
        gate?.reach()
        await gate?.released
        return new Response()
      })
      router.post('/logout', ({ get }) => {
        get(RemixSession).destroy()
        return new Response()
      })
      router.get('/', ({ get }) => Response.json(Object.keys(get(RemixSession).data[0]).sort()))

      const visitor = new Visitor((request) => router.fetch(request))
      await visitor.post('/set/first')
      const slowly = async (key: string, meanwhile: () => Promise<unknown>) => {
        const [reached, reach] = signal()
        const [released, release] = signal()
        gates.set(key, { reach, released })
        const sent = visitor.copy().post(`/set/${key}`)
        await reached
        await meanwhile()
        release()
        await sent
      }
      await slowly('slow', () => visitor.copy().post('/set/fast'))
      assert.equal(await visitor.text(), '["fast","first","slow"]')

      const copy = visitor.copy()
      await slowly('late', () => visitor.post('/logout'))
      assert.equal(await copy.text(), '[]')
    })
  }

  it('works with a cookie of ours, too', async () => {
    const cookie = toRemixCookie(sessionCookie())
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(remixCookie))
    const missing = names.filter((name) => name !== 'constructor' && !(name in cookie))
    assert.deepEqual(missing, [])
    const visitor = new Visitor(serveApp(createMemorySessionStorage(), cookie))
    await visitor.post('/count')
    assert.equal(await visitor.text(), '[1,null]')
    const text = await cookie.serialize('hello', { maxAge: 60 })
    assert.match(text, /Max-Age=60/)
    assert.equal(await cookie.parse(text.split(';')[0]!), 'hello')
  })

  it('gives handlers a session of ours, which has all that Remix’s has', async () => {
    const storage = createMemorySessionStorage()
    assert.equal(toRemixStorage(storage), storage)
    const session: RemixSession = await toRemixStorage(storage).read(null)
    const members = Object.getOwnPropertyNames(RemixSession.prototype)
    const missing = members.filter((name) => !(name in session))
    assert.deepEqual(missing, [])
    assert.equal(session.deleteId, undefined)
    assert.ok(isSession(session))
    assert.equal(Object.getPrototypeOf(session) instanceof RemixSession, false)
  })

  it('P8 a store that fails is an error in the app, and no response', async () => {
    const storage = watchedStorage()
    const visitor = new Visitor(serveApp(storage))
    await visitor.post('/count')
    storage.broken.add('read')
    await assert.rejects(visitor.get(), { code: 'ERR_SESSION_STORE' })
    storage.broken.clear()
    assert.equal(await visitor.text(), '[1,null]')
  })
})
