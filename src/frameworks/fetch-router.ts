import type { Middleware } from '@remix-run/fetch-router'
import type { Cookie } from '../core/cookie.ts'
import { assertServable, serveSession, type ServeOptions } from '../core/serve.ts'
import { Session, type SessionData, type UntypedData } from '../core/session.ts'
import type { SessionStorage } from '../core/session-storage.ts'

/** What the middleware adds to the context: `context.get(Session)` and `context.session`. */
export interface SessionEntry<Data extends SessionData, Flash extends SessionData> {
  key: typeof Session
  value: Session<Data, Flash>
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
  options: ServeOptions = {},
): Middleware<SessionEntry<Data, Flash>> {
  assertServable(cookie, storage)
  return (context, next) =>
    serveSession(cookie, storage, options, context.request, (current) => {
      context.set(Session, current as Session, { property: 'session' })
      return next()
    })
}
