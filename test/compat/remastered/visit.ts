import {
  CookieSessionStorage,
  createSessionStore,
  MemorySessionStorage,
  type SessionStorage,
  type SessionStore,
  type StoredSession,
  withEncryptedCookies,
} from 'coatcheck/compat/remastered'
import { CookieJar } from '../../frameworks/jar.ts'

/* oxlint-disable typescript/no-explicit-any -- what the storages keep is the tests' business */
type AnyStorage = SessionStorage<any, any>

export const secret = 'Jx1Zc6vYpQ0mB3tN8wKd5RfHs7LgUaEi2oXnCqTyV4M'
export const otherSecret = 'q9WnT4hLb2VxYk7RzPd0GmUf6JsAcE3i8oHtKvNyC5Q'
export const cookie = { name: 'session', secret }
export const url = 'https://shop.example/'

/** A browser and the `getSession` of the server that it visits. */
export class Visit {
  readonly jar: CookieJar
  readonly getSession: (request: Request) => Promise<SessionStore<any>>

  constructor(storage: AnyStorage, now?: () => number) {
    this.jar = new CookieJar(now)
    this.getSession = createSessionStore(storage)
  }

  /** The next request. */
  request(): Request {
    const header = this.jar.headerFor(url)
    return new Request(url, header === null ? {} : { headers: { Cookie: header } })
  }

  /** The session of the next request. */
  open(): Promise<SessionStore<any>> {
    return this.getSession(this.request())
  }

  /** Commits, and gives the browser what came of it. */
  async commit(session: SessionStore<any>): Promise<string> {
    const header = await session.commit()
    if (this.jar.take(url, [header]) === 0) throw new Error(`No browser takes ${header}`)
    return header
  }
}

/** A storage as somebody may write it: sessions by number in this process, the number in the cookie. */
export function numberedStorage(): SessionStorage<unknown, number> {
  const sessions: StoredSession<unknown>[] = []
  return withEncryptedCookies({
    cookie,
    storage: {
      async fromHeader(header) {
        const number = header === undefined ? sessions.length : Number(header)
        sessions[number] ??= { flashedKeys: new Set(), content: new Map() }
        return [structuredClone(sessions[number]), number]
      },
      async toHeader(session, number) {
        sessions[number] = structuredClone(session)
        return String(number)
      },
    },
  })
}

/** Another: everything in the header, without metadata and without a cookie of ours. */
export function plainStorage(): SessionStorage<unknown> {
  return {
    async fromHeader(header) {
      const text = header?.match(/plain=([^;]*)/)?.[1]
      const parts = text ? JSON.parse(decodeURIComponent(text)) : { flashed: [], entries: [] }
      return [{ flashedKeys: new Set(parts.flashed), content: new Map(parts.entries) }]
    },
    async toHeader({ flashedKeys, content }) {
      const parts = { flashed: [...flashedKeys], entries: [...content] }
      return `plain=${encodeURIComponent(JSON.stringify(parts))}`
    },
  }
}

/** Every kind of storage, afresh. */
export const storages: Record<string, () => AnyStorage> = {
  CookieSessionStorage: () => CookieSessionStorage({ cookie }),
  MemorySessionStorage: () => MemorySessionStorage({ cookie }),
  'one of one’s own in an encrypted cookie': numberedStorage,
  'one of one’s own': plainStorage,
}
