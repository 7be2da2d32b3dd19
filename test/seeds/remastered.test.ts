// Seed 003, sessions of Remastered, from top to bottom: the same calls with real assertions, on our entry.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as remastered from 'coatcheck/compat/remastered'
import {
  CookieSessionStorage,
  createSessionStore,
  getSessionStore,
  MemorySessionStorage,
  type SessionStorage,
  type StoredSession,
} from 'coatcheck/compat/remastered'

const settings = {
  cookie: {
    name: 'session-cookie-name',
    secret: 'a secret to encrypt the session contents',
  },
}

/** The browser's side: what it sends back of a Set-Cookie header. */
function requestAfter(setCookie?: string, headerName = 'Cookie'): Request {
  const [pair] = setCookie?.split(';') ?? []
  return new Request('https://shop.example/', { headers: pair ? { [headerName]: pair } : {} })
}

/** "Do-it-yourself": numbered sessions, and the number in a header. */
function doItYourself(): SessionStorage<unknown, number> {
  const kept: StoredSession<unknown>[] = []
  return {
    async fromHeader(header) {
      const number = header === undefined ? kept.length : Number(header.split('=')[1])
      return [structuredClone(kept[number]) ?? { flashedKeys: new Set(), content: new Map() }, number]
    },
    async toHeader(session, number) {
      kept[number] = structuredClone(session)
      return `number=${number}; HttpOnly`
    },
  }
}

const ways = {
  'cookie-based sessions': () => getSessionStore(CookieSessionStorage(settings)),
  'sessions in memory': () => getSessionStore(MemorySessionStorage(settings)),
  'do-it-yourself': () => getSessionStore(doItYourself()),
}

describe('Seed 003, sessions', () => {
  it('createSessionStore takes a storage, and getSessionStore is the same function', async () => {
    assert.equal(getSessionStore, createSessionStore)
    assert.equal(remastered.createCookieSessionStorage, CookieSessionStorage)
    const session = await createSessionStore(CookieSessionStorage(settings))(requestAfter())
    session.set('name', 'Ada')
    assert.equal(session.get('name'), 'Ada')
  })

  it('headerName overrides the header that is passed to the storage', async () => {
    const getSession = createSessionStore(CookieSessionStorage(settings), 'X-Session')
    const session = await getSession(requestAfter())
    session.set('name', 'Ada')
    const header = await session.commit()
    assert.equal((await getSession(requestAfter(header, 'X-Session'))).get('name'), 'Ada')
    assert.equal((await getSession(requestAfter(header))).get('name'), undefined)
  })

  for (const [way, createGetSession] of Object.entries(ways)) {
    it(`the API feels like a Map, with some additions (${way})`, async () => {
      const getSession = createGetSession()
      const session = await getSession(requestAfter())
      // has
      assert.equal(session.has('name'), false)
      session.set('name', 'Ada')
      assert.equal(session.has('name'), true)
      // get
      assert.equal(session.get('name'), 'Ada')
      assert.equal(session.get('nothing'), undefined)
      // unset
      session.set('theme', 'dark')
      session.unset('theme')
      assert.equal(session.has('theme'), false)
      // set: persistent
      session.set('cart', [{ product: 'hat', count: 2 }])
      // flash: temporary
      session.flash('message', 'Welcome back')
      // commit: a Set-Cookie header
      const header = await session.commit()
      assert.match(header, /^[\w-]+=[^;]+;/)

      const next = await getSession(requestAfter(header))
      assert.equal(next.get('name'), 'Ada')
      assert.deepEqual(next.get('cart'), [{ product: 'hat', count: 2 }])
      assert.equal(next.has('theme'), false)
      assert.equal(next.get('message'), 'Welcome back')
    })

    it(`you must commit for flash sessions to be removed (${way})`, async () => {
      const getSession = createGetSession()
      const session = await getSession(requestAfter())
      session.flash('message', 'Saved')
      const header = await session.commit()
      const read = await getSession(requestAfter(header))
      assert.equal(read.get('message'), 'Saved')
      const readAgain = await getSession(requestAfter(header))
      assert.equal(readAgain.get('message'), 'Saved')
      const afterwards = await getSession(requestAfter(await readAgain.commit()))
      assert.equal(afterwards.get('message'), undefined)
    })
  }

  it('CookieSessionStorage persists the entire session inside the cookie', async () => {
    // app/sessions.ts
    const getSession = getSessionStore(
      CookieSessionStorage({
        cookie: {
          name: 'session-cookie-name',
          secret: 'a secret to encrypt the session contents',
        },
      }),
    )
    const session = await getSession(requestAfter())
    session.set('user', { id: 42, roles: ['admin'] })
    const header = await session.commit()
    assert.match(header, /^session-cookie-name=/)
    // Nothing else is needed to read it: another server with the same settings will do.
    const elsewhere = getSessionStore(CookieSessionStorage(settings))
    const read = await elsewhere(requestAfter(header))
    assert.deepEqual(read.get('user'), { id: 42, roles: ['admin'] })
  })

  it('the contents are encrypted with the secret', async () => {
    const session = await getSessionStore(CookieSessionStorage(settings))(requestAfter())
    session.set('password', 'tiger-tiger-tiger')
    const header = await session.commit()
    const value = decodeURIComponent(header.split(';')[0]!.split('=')[1]!)
    const bytes = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
    for (const text of [header, value, bytes]) assert.doesNotMatch(text, /tiger|password/)
  })

  it('a session over the 4 KB of a cookie is refused, and not cut', async () => {
    const session = await getSessionStore(CookieSessionStorage(settings))(requestAfter())
    session.set('note', 'n'.repeat(4096))
    await assert.rejects(session.commit(), { code: 'ERR_SESSION_COOKIE_SIZE' })
  })
})
