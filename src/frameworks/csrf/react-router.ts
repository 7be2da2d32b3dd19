import type { MiddlewareFunction, RouterContext } from 'react-router'
import { splitOptions } from '../../core/options.ts'
import {
  csrfKinds,
  type CsrfOptions,
  createCsrf,
  CsrfError,
  type CsrfSession,
} from '../../core/serving/csrf.ts'
import { forbidden } from '../parts/csrf.ts'
import { sessionContext } from '../react-router.ts'

export interface ReactRouterCsrfOptions extends CsrfOptions {
  /** Where the session is, if the session middleware has this option too. Default: `sessionContext`. */
  context?: RouterContext<CsrfSession> | undefined
}

/**
 * Refuses requests that pages of other origins have sent, for React Router 8: `coatcheck/csrf` says which. Put it after
 * `session()`. It throws a response with status 403, which comes to the error boundary.
 *
 * @example
 * ```ts
 * export const middleware = [session(cookie, storage), csrf()]
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: ReactRouterCsrfOptions): MiddlewareFunction<Response> {
  const [given, { context: key = sessionContext }] = splitOptions<
    CsrfOptions,
    Pick<ReactRouterCsrfOptions, 'context'>
  >('csrf()', options, [csrfKinds, { context: 'object' }])
  const policy = createCsrf(given)
  return async ({ request, context }, next) => {
    try {
      await policy.check(request, context.get(key as RouterContext<CsrfSession>))
    } catch (error) {
      throw error instanceof CsrfError ? forbidden(error) : error
    }
    return next()
  }
}
