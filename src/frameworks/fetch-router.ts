import type { Middleware } from '@remix-run/fetch-router'
import type { Cookie } from '../core/cookie/cookie.ts'
import type { ForeignSession, ForeignSessionStorage } from '../core/serving/foreign-session.ts'
import type { ServeOptions } from '../core/serving/serve.ts'
import { Session, type SessionData, type UntypedData } from '../core/session/session.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { serveUnder } from './fetch-router/serve-under.ts'

/** What the middleware adds to the context: `context.get(Session)` and `context.session`. */
export interface SessionEntry<S extends ForeignSession> {
  key: typeof Session
  value: S
  property: 'session'
}

/** The same with the storage of another library, such as `@remix-run/session`. */
export function session<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  options?: ServeOptions,
): Middleware<SessionEntry<S>>
/**
 * Session middleware for `@remix-run/fetch-router`: each request's session is in its context, and is
 * saved before the response leaves. Middleware of Remix looks for it under Remix's key: `session` of
 * `coatcheck/compat/remix` puts it there as well.
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request
 * fails with `ERR_SESSION_NESTED` if another session was set in the context in place of this one.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): Middleware<SessionEntry<Session<Data, Flash>>>
/** The same without types of its own: what `ReturnType<typeof session>` sees, which is the last one. */
export function session(
  cookie: Cookie,
  storage: SessionStorage,
  options?: ServeOptions,
): Middleware<SessionEntry<Session>>
export function session(
  cookie: Cookie,
  storage: ForeignSessionStorage,
  options?: ServeOptions,
): Middleware<SessionEntry<ForeignSession>> {
  return serveUnder([Session], { cookie, storage }, options)
}
