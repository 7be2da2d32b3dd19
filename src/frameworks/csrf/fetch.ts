import { createCsrf, type CsrfOptions, type CsrfSession } from '../../core/serving/csrf.ts'
import { unlessRefused } from '../parts/csrf.ts'

export type { CsrfSession } from '../../core/serving/csrf-token.ts'

/**
 * Refuses requests that pages of other origins have sent: `coatcheck/csrf` says which. It goes around the handler of
 * `withSession`, and answers with 403.
 *
 * @example
 * ```ts
 * export default {
 *   fetch: withSession({ cookie, storage }, withCsrf((request, session) => new Response('…'))),
 * }
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function withCsrf<S extends CsrfSession, Rest extends unknown[]>(
  handler: (request: Request, session: S, ...rest: Rest) => Response | Promise<Response>,
  options?: CsrfOptions,
): (request: Request, session: S, ...rest: Rest) => Promise<Response> {
  const policy = createCsrf(options)
  return (request, session, ...rest) =>
    unlessRefused(policy.check(request, session), () => handler(request, session, ...rest))
}
