import { createCsrf, type CsrfOptions, type CsrfSession } from '../../core/serving/csrf.ts'
import { unlessRefused } from '../parts/csrf.ts'

/** SvelteKit's `Handle`, of any of its versions. */
export type SvelteKitHandle = <Event extends { request: Request; locals: object }>(input: {
  event: Event
  resolve: (event: Event) => Response | Promise<Response>
}) => Promise<Response>

/**
 * Refuses requests that pages of other origins have sent, for SvelteKit: `coatcheck/csrf` says which. It answers with 403.
 * SvelteKit checks the `Origin` of forms by itself; this looks at all requests that change something, and at other hosts of the
 * site.
 *
 * @example
 * ```ts
 * export const handle = sequence(session(cookie, storage), csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfOptions): SvelteKitHandle {
  const policy = createCsrf(options)
  return ({ event, resolve }) => {
    const { session } = event.locals as { session: CsrfSession }
    return unlessRefused(policy.check(event.request, session), () => resolve(event))
  }
}
