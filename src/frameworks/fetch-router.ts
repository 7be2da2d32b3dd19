import type { Middleware } from '@remix-run/fetch-router'
import type { Cookie } from '../core/cookie/cookie.ts'
import type { ForeignSession, ForeignSessionStorage } from '../core/serving/foreign-session.ts'
import { assertServable, serveSession, type ServeOptions } from '../core/serving/serve.ts'
import { Session, type SessionData, type UntypedData } from '../core/session/session.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'

/** What the middleware adds to the context: `context.get(Session)` and `context.session`. */
export interface SessionEntry<S extends ForeignSession> {
  key: typeof Session
  value: S
  property: 'session'
}

/**
 * Session middleware for `@remix-run/fetch-router`: each request's session is in its context, and is
 * saved before the response leaves.
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): Middleware<SessionEntry<Session<Data, Flash>>>
/** The same with the storage of another library, such as `@remix-run/session`. */
export function session<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  options?: ServeOptions,
): Middleware<SessionEntry<S>>
export function session(
  cookie: Cookie,
  storage: ForeignSessionStorage,
  options: ServeOptions = {},
): Middleware<SessionEntry<ForeignSession>> {
  assertServable(cookie, storage)
  return (context, next) =>
    serveSession(cookie, storage, options, context.request, (current) => {
      context.set(Session, current as Session, { property: 'session' })
      return next()
    })
}
