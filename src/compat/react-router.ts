/*
 * The session API of React Router and Remix 2, on our storages. Its own rules hold: a flash message
 * lives until it is read, an id is empty until the session is stored, and each commit is explicit.
 */
import { type OptionKinds, readOptions } from '../core/options.ts'
import type { SessionStorage as CoreStorage } from '../core/life-cycle/session-storage.ts'
import { warnOfLongerCookie } from '../core/serving/servable.ts'
import { createCookieSessionStorage as createCookieStorage } from '../storages/cookie.ts'
import { createMemorySessionStorage as createMemoryStorage } from '../storages/memory.ts'
import { lazyFsSessionStorage } from './parts/file-storage.ts'
import { committedLifetime, untilCommitted } from './parts/timeouts.ts'
import { createSessionCookie, type SessionCookieArgument } from './react-router/session-cookie.ts'
import type { SessionData } from './react-router/session.ts'
import type { SessionStorage } from './react-router/session-storage.ts'
import { createSessionStorageOn } from './react-router/storage.ts'

export {
  createCookie,
  isCookie,
  type Cookie,
  type CookieOptions,
  type CookieParseOptions,
  type CookieSerializeOptions,
  type CookieSignatureOptions,
  type IsCookieFunction,
} from './react-router/cookie.ts'
export {
  createSession,
  isSession,
  type FlashSessionData,
  type IsSessionFunction,
  type Session,
  type SessionData,
} from './react-router/session.ts'
export type { CommitOptions, SessionStorage } from './react-router/session-storage.ts'
export { createSessionStorage, type SessionIdStorageStrategy } from './react-router/strategy.ts'

export interface SessionStorageOptions {
  /**
   * The session's cookie, or what to make one with. Default: one named `__session`, without secrets,
   * which is warned of; where the cookie is the session, that is an error in production.
   */
  cookie?: SessionCookieArgument | undefined
}

export interface FileSessionStorageOptions extends SessionStorageOptions {
  /** Where the files are. Made if need be, and closed to other users of the machine. */
  dir: string
}

const kinds: OptionKinds<SessionStorageOptions> = { cookie: 'any' }
const fileKinds: OptionKinds<FileSessionStorageOptions> = { ...kinds, dir: 'string' }

const lifetime = committedLifetime * 1000

/**
 * Keeps sessions in their cookie, sealed. Of requests at the same time the last response wins, and
 * 4,096 bytes is all there is.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's options are wrong, and in production if it has
 * no secrets: then visitors could write their sessions themselves.
 */
export function createCookieSessionStorage<Data = SessionData, FlashData = Data>(
  options?: SessionStorageOptions,
): SessionStorage<Data, FlashData> {
  const { cookie } = readOptions('createCookieSessionStorage()', options, kinds)
  return createSessionStorageOn(
    createSessionCookie(cookie),
    createCookieStorage(untilCommitted),
    lifetime,
  )
}

/**
 * Keeps sessions in this process: for development, tests and one process.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's options are wrong.
 */
export function createMemorySessionStorage<Data = SessionData, FlashData = Data>(
  options?: SessionStorageOptions,
): SessionStorage<Data, FlashData> {
  const { cookie } = readOptions('createMemorySessionStorage()', options, kinds)
  return createSessionStorageOn(
    createSessionCookie(cookie),
    createMemoryStorage(untilCommitted),
    lifetime,
  )
}

/**
 * Keeps sessions as files, for any number of processes on one machine. A directory that cannot be
 * used is reported by the first call.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's options are wrong.
 */
export function createFileSessionStorage<Data = SessionData, FlashData = Data>(
  options: FileSessionStorageOptions,
): SessionStorage<Data, FlashData> {
  const { cookie, dir } = readOptions('createFileSessionStorage()', options, fileKinds)
  return createSessionStorageOn(
    createSessionCookie(cookie),
    lazyFsSessionStorage(dir, untilCommitted),
    lifetime,
  )
}

/**
 * React Router's API over any storage of ours, with that storage's timeouts. A commit's `maxAge` or
 * `expires`, or else the cookie's, can only end a session sooner.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's options are wrong.
 */
export function toReactRouterStorage<Data = SessionData, FlashData = Data>(
  cookie: SessionCookieArgument,
  storage: CoreStorage,
): SessionStorage<Data, FlashData> {
  const own = createSessionCookie(cookie)
  const now = Date.now()
  const end = own.expiry({}, now)
  const maxAge = end && Math.round((end.getTime() - now) / 1000)
  warnOfLongerCookie(own.name, maxAge, storage)
  return createSessionStorageOn(own, storage)
}
