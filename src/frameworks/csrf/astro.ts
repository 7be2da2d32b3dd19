import { createCsrf, type CsrfOptions, type CsrfSession } from '../../core/serving/csrf.ts'
import { unlessRefused } from '../parts/csrf.ts'

/** Astro's `MiddlewareHandler`. */
export type AstroMiddleware = (
  context: { request: Request; locals: object },
  next: () => Promise<Response>,
) => Promise<Response>

/**
 * Refuses requests that pages of other origins have sent, for Astro: `coatcheck/csrf` says which. It answers with 403. Astro
 * checks the `Origin` of forms by itself; this looks at all requests that change something, and at other hosts of the site.
 *
 * @example
 * ```ts
 * export const onRequest = sequence(session(cookie, storage), csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfOptions): AstroMiddleware {
  const policy = createCsrf(options)
  return (context, next) => {
    const { session } = context.locals as { session: CsrfSession }
    return unlessRefused(policy.check(context.request, session), next)
  }
}
