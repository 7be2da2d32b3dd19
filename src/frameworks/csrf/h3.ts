import type { Middleware } from 'h3'
import { type CsrfPlaceOptions, readCsrf } from '../parts/csrf.ts'

/**
 * Refuses requests that pages of other origins have sent, for h3 2: `coatcheck/csrf` says which. Install it after `session()`.
 * What it refuses is an error for the app's `onError`; h3 answers with 403.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage)).use(csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfPlaceOptions): Middleware {
  const { csrf: policy, sessionIn } = readCsrf(options)
  return async (event, next) => {
    await policy.check(event.req, sessionIn(event.context))
    return next()
  }
}
