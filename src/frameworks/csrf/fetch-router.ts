import type { Middleware } from '@remix-run/fetch-router'
import { createCsrf, type CsrfOptions, type FieldReader } from '../../core/serving/csrf.ts'
import { Session } from '../../core/session/session.ts'
import { unlessRefused } from '../parts/csrf.ts'

/**
 * Refuses requests that pages of other origins have sent, for `@remix-run/fetch-router`: `coatcheck/csrf` says which. Install
 * it after `session()`, and after the parser of forms if there is one. It answers with 403.
 *
 * @example
 * ```ts
 * createRouter({ middleware: [session(cookie, storage), csrf()] })
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfOptions): Middleware {
  const policy = createCsrf(options)
  return (context, next) => {
    const form = context.get(FormData) as FormData | undefined
    const readField: FieldReader | undefined = form && ((name) => form.get(name))
    const current = context.get(Session) as Session
    return unlessRefused(policy.check(context.request, current, readField), next)
  }
}
