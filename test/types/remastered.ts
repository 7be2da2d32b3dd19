// Compiled, never run: seed 003, and what people wrote with it.
import {
  CookieSessionStorage,
  createCookieSessionStorage,
  createMemorySessionStorage,
  createSessionStore,
  getSessionStore,
  intoSessionStore,
  MemorySessionStorage,
  type Serializable,
  type SessionStorage,
  type SessionStore,
  type StoredSession,
  withEncryptedCookies,
} from 'coatcheck/compat/remastered'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import { exactly } from './equal.ts'

const cookie = { name: 'session-cookie-name', secret: 'a secret to encrypt the session contents' }

export async function documented(request: Request): Promise<void> {
  const getSession = getSessionStore(CookieSessionStorage({ cookie }))
  const session = await getSession(request)
  exactly<SessionStore<Serializable>>()(session)
  exactly<boolean>()(session.has('key'))
  exactly<Serializable>()(session.get('key'))
  exactly<void>()(session.unset('key'))
  exactly<void>()(session.set('key', { nested: [1, 'two', true, null] }))
  exactly<void>()(session.flash('key', 'value'))
  exactly<Promise<string>>()(session.commit())
  // @ts-expect-error -- not JSON data
  session.set('key', new Date())
  // @ts-expect-error -- not JSON data
  session.flash('key', () => {})
  // @ts-expect-error -- keys are strings
  session.set(1, 'value')
  // @ts-expect-error -- there is none to destroy
  session.destroy()
  createSessionStore(CookieSessionStorage({ cookie }), 'x-session')
  // @ts-expect-error -- headers have names
  createSessionStore(CookieSessionStorage({ cookie }), 1)
}

export async function storages(request: Request): Promise<void> {
  const inCookie: SessionStorage<Serializable> = createCookieSessionStorage({ cookie })
  const inMemory = createMemorySessionStorage({ generateId: () => 'user-1', cookie })
  exactly<SessionStore<unknown>>()(await createSessionStore(inMemory)(request))
  const widened: SessionStore<unknown> = await createSessionStore(inMemory)({
    headers: new Headers(),
  })
  widened.set('key', new Date())
  createSessionStore(inCookie)
  MemorySessionStorage({ cookie })
  CookieSessionStorage({
    cookie: {
      ...cookie,
      httpOnly: true,
      path: '/',
      domain: 'shop.example',
      secure: true,
      maxAge: 60,
      sameSite: true,
    },
  })
  CookieSessionStorage({ cookie: { ...cookie, sameSite: 'lax', secret: ['new', 'old'] } })
  // @ts-expect-error -- always encrypted
  CookieSessionStorage({ cookie: { name: 'session' } })
  // @ts-expect-error -- no such setting
  CookieSessionStorage({ cookie: { ...cookie, maxage: 60 } })
  // @ts-expect-error -- a storage with read and save is for our middleware
  createSessionStore(createCoreStorage())
}

interface User {
  id: number
}

export async function ofOnesOwn(request: Request): Promise<void> {
  const storage: SessionStorage<User, number> = withEncryptedCookies({
    cookie,
    storage: {
      async fromHeader(header) {
        exactly<string | undefined>()(header)
        const session: StoredSession<User> = { flashedKeys: new Set(), content: new Map() }
        return [session, 1]
      },
      async toHeader(session, metadata) {
        exactly<StoredSession<User>>()(session)
        exactly<number>()(metadata)
        return String(metadata)
      },
    },
  })
  const session = await createSessionStore(storage)(request)
  exactly<User | undefined>()(session.get('user'))
  // @ts-expect-error -- another type
  session.set('user', 'Ada')
  const [stored, metadata] = await storage.fromHeader()
  exactly<number>()(metadata)
  exactly<Map<string, User>>()(stored.content)
  exactly<SessionStore<User>>()(await intoSessionStore(storage, 'id=1'))

  const withoutMetadata: SessionStorage<User> = {
    fromHeader: async () => [{ flashedKeys: new Set(), content: new Map() }],
    toHeader: async () => '',
  }
  createSessionStore(withoutMetadata)
  const forgetful: SessionStorage<User, number> = {
    // @ts-expect-error -- toHeader gets a number, so somebody has to name it
    fromHeader: async () => [{ flashedKeys: new Set(), content: new Map() }],
    toHeader: async () => '',
  }
  createSessionStore(forgetful)
}
