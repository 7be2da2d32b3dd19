import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { readOptions } from '../core/options.ts'
import { serveKinds, serveSession, type ServeOptions } from '../core/serving/serve.ts'
import { createVisits } from '../core/serving/visit.ts'
import type { SessionData, UntypedData } from '../core/session/session.ts'

/** Astro's `MiddlewareHandler`. */
export type AstroMiddleware = (
  context: { request: Request; locals: object },
  next: () => Promise<Response>,
) => Promise<Response>

/**
 * Sessions for Astro: `Astro.locals.session` in pages, `context.locals.session` in endpoints, actions and later middleware.
 * The response leaves when the session is saved, so only the page itself can change it: components inside of it may be
 * rendered while the response is on its way, and a change there throws `ERR_SESSION_COMMITTED`.
 *
 * @example
 * ```ts
 * // src/middleware.ts
 * export const onRequest = session(cookie, storage)
 *
 * // src/env.d.ts
 * declare namespace App {
 *   interface Locals {
 *     session: import('coatcheck').AppSession
 *   }
 * }
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): AstroMiddleware {
  const { onStoreError } = readOptions('session()', options, serveKinds)
  const visits = createVisits(cookie, storage, options)
  const served = { visits, storage, onStoreError }

  return (context, next) =>
    serveSession(served, context.request, (current) => {
      Object.assign(context.locals, { session: current })
      return next()
    })
}
