/*
 * Remix's session line (`@remix-run/session` 0.4) wants its own class where a storage is asked for.
 * docs/decisions/011-upstream-types.md says why no other type fits, and what this entry promises.
 */
import type { Cookie as RemixCookie } from '@remix-run/cookie'
import type { Middleware } from '@remix-run/fetch-router'
import {
  Session as RemixSession,
  type SessionStorage as RemixSessionStorage,
} from '@remix-run/session'
import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import type { ForeignSession, ForeignSessionStorage } from '../core/serving/foreign-session.ts'
import type { ServeOptions } from '../core/serving/serve.ts'
import { Session, type SessionData, type UntypedData } from '../core/session/session.ts'
import type { SessionEntry } from '../frameworks/fetch-router.ts'
import { serveUnder } from '../frameworks/fetch-router/serve-under.ts'

/** Everything of Remix's interface that the compiler can compare: all but the class's private fields. */
interface ComparableStorage {
  read(cookie: string | null): Promise<Pick<RemixSession, keyof RemixSession>>
  save(session: never): Promise<string | null>
}

/**
 * The same storage, as the type that `session()` of `@remix-run/session-middleware` and other code
 * written for `@remix-run/session` ask for. Nothing is wrapped: the sessions are ours, and have all
 * that Remix's have; `deleteId` is always undefined. They are not instances of its class.
 *
 * The promises about responses are kept by the middleware that serves them, so in Remix's a change made
 * after the save is dropped without an error, and the clearing cookie is an empty one.
 *
 * The other direction needs no function: `withSession` and `session` take Remix's storages as they are.
 *
 * @example
 * ```ts
 * import { session } from '@remix-run/session-middleware'
 * import { toRemixStorage } from 'coatcheck/compat/remix'
 * import { createFsSessionStorage } from 'coatcheck/fs-storage'
 *
 * const middleware = [session(cookie, toRemixStorage(createFsSessionStorage('./sessions')))]
 * ```
 */
export function toRemixStorage(storage: SessionStorage): RemixSessionStorage {
  const comparable: ComparableStorage = storage
  return comparable as RemixSessionStorage
}

/**
 * The same cookie, as the type that `session()` of `@remix-run/session-middleware` and other code written for
 * `@remix-run/cookie` ask for. It is no instance of Remix's class. Remix's middleware does not say which request it
 * answers, so Secure stays on http://localhost too, where Safari drops it.
 */
export function toRemixCookie(cookie: Cookie): RemixCookie {
  const { name, path, domain, maxAge, expires, httpOnly, secure, sameSite, partitioned, signed } =
    cookie
  const attributes = { path, domain, maxAge, expires, httpOnly, secure, sameSite, partitioned }
  const comparable: Pick<RemixCookie, keyof RemixCookie> = {
    ...attributes,
    name,
    signed,
    parse: async (header) => cookie.parse(header),
    serialize: async (value, props) => cookie.serialize(value, props),
  }
  return comparable as RemixCookie
}

/** The session under Remix's key, for middleware and handlers that were written for Remix. */
export interface RemixSessionEntry {
  key: typeof RemixSession
  value: RemixSession
}

/** The same with a storage of Remix's. */
export function session<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  options?: ServeOptions,
): Middleware<readonly [SessionEntry<S>, RemixSessionEntry]>
/**
 * Session middleware for `@remix-run/fetch-router`, as in `coatcheck/fetch-router`, that puts the one session into
 * the context under both keys: `Session` of `coatcheck` and `Session` of `@remix-run/session`. So
 * `@remix-run/csrf-middleware`, `@remix-run/auth-middleware` and `@remix-run/auth` find it.
 *
 * @param cookie From `coatcheck/cookie`. Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request
 * fails with `ERR_SESSION_NESTED` if another session was set in the context in place of this one.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): Middleware<readonly [SessionEntry<Session<Data, Flash>>, RemixSessionEntry]>
/** The same without types of its own: what `ReturnType<typeof session>` sees, which is the last one. */
export function session(
  cookie: Cookie,
  storage: SessionStorage,
  options?: ServeOptions,
): Middleware<readonly [SessionEntry<Session>, RemixSessionEntry]>
export function session(
  cookie: Cookie,
  storage: ForeignSessionStorage,
  options?: ServeOptions,
): Middleware<readonly [SessionEntry<ForeignSession>, RemixSessionEntry]> {
  return serveUnder([Session, RemixSession], { cookie, storage }, options)
}
