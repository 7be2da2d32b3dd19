/* The API of express-session 1, on our storages and over every store that was made for it. */
import { Cookie, type CookieOptions as OptionsOfCookie } from './express-session/cookie.ts'
import { MemoryStore } from './express-session/memory-store.ts'
import { createMiddleware, type SessionMiddleware } from './express-session/middleware.ts'
import type { SessionOptions as Options } from './express-session/options.ts'
import { Session } from './express-session/session.ts'
import { Store } from './express-session/store.ts'
import type { SessionData as Data } from './express-session/types.ts'

export type { CookieOptions } from './express-session/cookie.ts'
export type { SessionMiddleware } from './express-session/middleware.ts'
export type { SessionOptions } from './express-session/options.ts'
export type { StoredSession } from './express-session/store.ts'
export type { RequestSession, SessionData } from './express-session/types.ts'
export { Cookie, MemoryStore, Session, Store }

type CreateSession = ((options?: Options) => SessionMiddleware) & {
  Cookie: typeof Cookie
  MemoryStore: typeof MemoryStore
  Session: typeof Session
  Store: typeof Store
}

const session: CreateSession = Object.assign(
  (options?: Options): SessionMiddleware => createMiddleware(options),
  { Cookie, MemoryStore, Session, Store },
)

// oxlint-disable-next-line typescript/no-namespace -- those who come from there write session.SessionOptions
declare namespace session {
  export type CookieOptions = OptionsOfCookie
  export type SessionData = Data
  export type SessionOptions = Options
}

// oxlint-disable-next-line import/no-default-export -- only the import's path is to change
export default session
/** For `require()`. */
export { session as 'module.exports' }
