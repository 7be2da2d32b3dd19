import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CsrfPlaceOptions, fieldsOf, readCsrf } from '../parts/csrf.ts'
import { NodeVisitRequest } from '../parts/node-message.ts'

/**
 * Refuses requests that pages of other origins have sent, for Express and Connect: `coatcheck/csrf` says which. Install it
 * after `session()`, and after the parser of forms if there is one. What it refuses is an error for the app's error handlers,
 * with status 403.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage), express.urlencoded(), csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(
  options?: CsrfPlaceOptions,
): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void {
  const { csrf: policy, sessionIn } = readCsrf(options)
  return (request, _, next) => {
    const { body } = request as { body?: unknown }
    policy
      .check(new NodeVisitRequest(request), sessionIn(request), fieldsOf(body))
      .then(() => next(), next)
  }
}
