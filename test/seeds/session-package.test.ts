// Seed 002, a session package: its examples in its order, with real assertions, on our entries.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { Session, SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { secrets } from '../frameworks/entries.ts'
import { Visitor } from '../frameworks/visitor.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
  'coatcheck/fs-storage': () => createFsSessionStorage(path.join(temporaryFolder(), 'sessions')),
}
const onServer = Object.entries(storages).filter(([name]) => !name.includes('/cookie-'))

/** A cookie value with this under `key`. */
async function cookieWith(storage: SessionStorage, key: string, value: unknown): Promise<string> {
  const session = await storage.read(null)
  session.set(key, value)
  return (await storage.save(session))!
}

describe('Seed 002, Usage', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`persists data across requests (${name})`, async () => {
      const storage = createStorage()

      async function handleRequest(cookie: string | null) {
        const session = await storage.read(cookie)
        session.set('count', Number(session.get('count') ?? 0) + 1)
        return {
          session,
          cookie: await storage.save(session),
        }
      }

      const response1 = await handleRequest(null)
      assert.equal(response1.session.get('count'), 1)

      const response2 = await handleRequest(response1.cookie)
      assert.equal(response2.session.get('count'), 2)

      const response3 = await handleRequest(response2.cookie)
      assert.equal(response3.session.get('count'), 3)
    })

    it(`reads from the request, modifies, saves, and writes the cookie to the response (${name})`, async () => {
      const storage = createStorage()
      const cookie = createCookie('session', { secrets: [secrets[0]!] })
      const visitor = new Visitor(async (request) => {
        const session = await storage.read(await cookie.parse(request.headers.get('Cookie')))
        session.set('count', Number(session.get('count') ?? 0) + 1)
        const value = await storage.save(session)
        const headers = new Headers()
        if (value) headers.append('Set-Cookie', await cookie.serialize(value))
        return new Response(String(session.get('count')), { headers })
      })
      for (const count of ['1', '2', '3']) assert.equal(await visitor.text(), count)
    })
  }
})

describe('Seed 002, Flash Messages', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`persist only for the next request (${name})`, async () => {
      const storage = createStorage()

      async function requestIndex(cookie: string | null) {
        const session = await storage.read(cookie)
        return { session, cookie: await storage.save(session) }
      }

      async function requestSubmit(cookie: string | null) {
        const session = await storage.read(cookie)
        session.flash('message', 'success!')
        return { session, cookie: await storage.save(session) }
      }

      const response1 = await requestIndex(null)
      assert.equal(response1.session.get('message'), undefined)

      const response2 = await requestSubmit(response1.cookie)
      assert.equal(response2.session.get('message'), undefined)

      const response3 = await requestIndex(response2.cookie)
      assert.equal(response3.session.get('message'), 'success!')

      const response4 = await requestIndex(response3.cookie)
      assert.equal(response4.session.get('message'), undefined)
    })

    it(`are gone after the next request also if nobody read them (${name})`, async () => {
      const storage = createStorage()
      const sender = await storage.read(null)
      sender.flash('message', 'success!')
      const sent = await storage.save(sender)
      const next = await storage.read(sent)
      const cookie = (await storage.save(next)) ?? sent
      const after = await storage.read(cookie)
      assert.equal(after.isNew, false)
      assert.equal(after.get('message'), undefined)
    })
  }
})

describe('Seed 002, Regenerating Session IDs', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`issues a new id at a login, and keeps the data (${name})`, async () => {
      const sessionStorage = createStorage()

      async function requestIndex(cookie: string | null) {
        const session = await sessionStorage.read(cookie)
        return { session, cookie: await sessionStorage.save(session) }
      }

      async function requestLogin(cookie: string | null) {
        const session = await sessionStorage.read(cookie)
        session.set('userId', 'mj')
        session.regenerateId()
        return { session, cookie: await sessionStorage.save(session) }
      }

      const response1 = await requestIndex(null)
      assert.equal(response1.session.get('userId'), undefined)

      const response2 = await requestLogin(response1.cookie)
      assert.notEqual(response2.session.id, response1.session.id)

      const response3 = await requestIndex(response2.cookie)
      assert.equal(response3.session.get('userId'), 'mj')
    })

    it(`a value that somebody made up becomes nobody's session: there is no id to fixate (${name})`, async () => {
      const sessionStorage = createStorage()
      for (const planted of ['planted', 'a'.repeat(22) + '.' + 'b'.repeat(43)]) {
        const session = await sessionStorage.read(planted)
        assert.notEqual(session.id, planted)
        session.set('userId', 'mj')
        assert.notEqual(await sessionStorage.save(session), planted)
        assert.equal((await sessionStorage.read(planted)).get('userId'), undefined)
      }
    })
  }

  for (const [name, createStorage] of onServer) {
    it(`deletes the old session data when the session is saved, with \`true\` (${name})`, async () => {
      const sessionStorage = createStorage()
      const cookie = await cookieWith(sessionStorage, 'cart', 'a coat')
      const session = await sessionStorage.read(cookie)
      session.regenerateId(true)
      assert.equal((await sessionStorage.read(cookie)).get('cart'), 'a coat', 'not saved yet')
      const next = await sessionStorage.save(session)
      assert.equal((await sessionStorage.read(cookie)).get('cart'), undefined)
      assert.equal((await sessionStorage.read(next)).get('cart'), 'a coat')
    })

    it(`lets a client on a flaky connection resume with the old id, without \`true\` (${name})`, async () => {
      const sessionStorage = createStorage()
      const cookie = await cookieWith(sessionStorage, 'cart', 'a coat')
      const session = await sessionStorage.read(cookie)
      session.regenerateId()
      session.set('userId', 'mj')
      await sessionStorage.save(session)
      const resumed = await sessionStorage.read(cookie)
      assert.equal(resumed.get('cart'), 'a coat')
      assert.equal(resumed.get('userId'), undefined, 'what came after the login is not for it')
    })
  }
})

describe('Seed 002, Destroying Sessions', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`starts with a new session on the next request (${name})`, async () => {
      const sessionStorage = createStorage()
      const cookie = await cookieWith(sessionStorage, 'userId', 'mj')

      async function requestLogout(cookie: string | null) {
        const session = await sessionStorage.read(cookie)
        session.destroy()
        return { cookie: await sessionStorage.save(session) }
      }

      const response = await requestLogout(cookie)
      assert.equal(response.cookie, '')

      const before = await sessionStorage.read(cookie)
      const next = await sessionStorage.read(response.cookie)
      assert.equal(next.get('userId'), undefined)
      assert.notEqual(next.id, before.id)
    })

    it(`clears the id on the client in the next response (${name})`, async () => {
      const storage = createStorage()
      const cookie = createCookie('session', { secrets: [secrets[0]!] })
      const visitor = new Visitor(
        withSession({ cookie, storage }, (request, session) => {
          if (request.method === 'POST') session.destroy()
          else session.set('userId', 'mj')
          return new Response()
        }),
      )
      await visitor.get()
      assert.ok(visitor.jar.value('session'))
      const response = await visitor.post()
      assert.match(response.headers.getSetCookie().join(), /^session=; .*Max-Age=0/)
      assert.equal(visitor.jar.value('session'), undefined)
    })
  }

  for (const [name, createStorage] of onServer) {
    it(`clears all session data from storage when it is saved, and not before (${name})`, async () => {
      const sessionStorage = createStorage()
      const cookie = await cookieWith(sessionStorage, 'userId', 'mj')
      const session = await sessionStorage.read(cookie)
      session.destroy()
      assert.equal((await sessionStorage.read(cookie)).get('userId'), 'mj')
      await sessionStorage.save(session)
      assert.equal((await sessionStorage.read(cookie)).get('userId'), undefined)
    })
  }
})

describe('Seed 002, Storage Strategies', () => {
  it('filesystem storage keeps sessions where another process finds them', async () => {
    const directory = path.join(temporaryFolder(), 'sessions')
    const sessionStorage = createFsSessionStorage(directory)
    const cookie = await cookieWith(sessionStorage, 'name', 'Ada')
    const elsewhere = createFsSessionStorage(directory)
    assert.equal((await elsewhere.read(cookie)).get('name'), 'Ada')
  })

  it('filesystem storage handles sessions with a lot of data, up to the `maxBytes` they may have', async () => {
    const sessionStorage = createFsSessionStorage(temporaryFolder(), { maxBytes: 2_097_152 })
    const text = 'x'.repeat(1_048_576)
    const cookie = await cookieWith(sessionStorage, 'text', text)
    assert.ok(cookie.length < 100)
    assert.equal((await sessionStorage.read(cookie)).get('text'), text)

    const careful = createFsSessionStorage(temporaryFolder())
    await cookieWith(careful, 'text', 'x'.repeat(60_000))
    await assert.rejects(cookieWith(careful, 'text', text), { code: 'ERR_SESSION_TOO_LARGE' })
  })

  it('cookie storage stores all session data in the cookie itself', async () => {
    const sessionStorage = createCookieSessionStorage()
    const cookie = await cookieWith(sessionStorage, 'name', 'Ada')
    assert.equal((await createCookieSessionStorage().read(cookie)).get('name'), 'Ada')
  })

  it('cookie storage is limited to 4,096 bytes: more is an error instead of a cookie that browsers drop', async () => {
    const cookie = createCookie('session', { secrets: [secrets[0]!] })
    const visitor = new Visitor(
      withSession({ cookie, storage: createCookieSessionStorage() }, (request, session) => {
        session.set('text', 'x'.repeat(Number(new URL(request.url).search.slice(1))))
        return new Response('ok')
      }),
    )
    assert.equal(await visitor.text('/?2500'), 'ok')
    assert.ok(visitor.jar.value('session'))
    await assert.rejects(visitor.get('/?3000'), {
      code: 'ERR_SESSION_COOKIE_SIZE',
      message: /"text" \(3002\)/,
    })
  })

  it('memory storage loses all session data when the server restarts', async () => {
    const cookie = await cookieWith(createMemorySessionStorage(), 'name', 'Ada')
    const sessionStorage = createMemorySessionStorage()
    assert.equal((await sessionStorage.read(cookie)).get('name'), undefined)
  })

  it('a session cookie must be signed: middleware takes no other', () => {
    const cookie = createCookie('session')
    assert.equal(cookie.signed, false)
    for (const createStorage of Object.values(storages)) {
      const storage = createStorage()
      assert.throws(() => withSession({ cookie, storage }, () => new Response()), {
        code: 'ERR_SESSION_CONFIG',
        message: /must be signed/,
      })
    }
  })
})

describe('Seed 002, API Reference', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`a Session has these methods and properties (${name})`, async () => {
      const storage = createStorage()
      const session: Session = await storage.read(null)

      session.set('key', { any: ['value'] })
      assert.deepEqual(session.get('key'), { any: ['value'] })
      assert.equal(session.get('other'), undefined)
      assert.equal(session.has('key'), true)
      assert.equal(session.has('other'), false)
      session.unset('key')
      assert.equal(session.has('key'), false)
      assert.equal(session.get('key'), undefined)

      session.set('kept', 1)
      session.flash('message', 'next')
      assert.equal(session.has('message'), false)
      const id: string = session.id
      session.regenerateId()
      assert.notEqual(session.id, id)

      const data: Record<string, any> = session.data
      assert.deepEqual(data, [{ kept: 1 }, { message: 'next' }])

      const next = await storage.read(await storage.save(session))
      assert.equal(next.id, session.id)
      assert.equal(next.has('message'), true)
      next.destroy()
      assert.deepEqual(next.data, [{}, {}])
      assert.equal(await storage.save(next), '')
    })

    it(`save() returns the cookie value, or null when the client has it already (${name})`, async () => {
      const storage = createStorage()
      assert.equal(await storage.save(await storage.read(null)), null)
      const cookie = await cookieWith(storage, 'key', 1)
      assert.equal(typeof cookie, 'string')
      assert.equal(await storage.save(await storage.read(cookie)), null)
    })
  }

  it('a storage of one’s own that implements the interface works in the middleware', async () => {
    /** The interface, letter by letter. */
    interface DocumentedStorage {
      read(cookie: string | null): Promise<Session>
      save(session: Session): Promise<string>
    }
    const inner = createMemorySessionStorage()
    const saved: string[] = []
    const documented: DocumentedStorage = {
      read: (cookie) => inner.read(cookie),
      async save(session) {
        saved.push(session.handle)
        return (await inner.save(session)) ?? session.id
      },
    }
    const ours: SessionStorage = documented
    // @ts-expect-error -- the document leaves out that there may be nothing to send
    const theirs: DocumentedStorage = inner
    assert.equal(theirs, inner)

    const cookie = createCookie('session', { secrets: [secrets[0]!] })
    const visitor = new Visitor(
      withSession({ cookie, storage: ours }, (_, session) => {
        return new Response(String(session.update('n', (n) => (n ?? 0) + 1)))
      }),
    )
    for (const n of ['1', '2', '3']) assert.equal(await visitor.text(), n)
    assert.equal(new Set(saved).size, 1)
    assert.equal(saved.length, 3)
  })
})
