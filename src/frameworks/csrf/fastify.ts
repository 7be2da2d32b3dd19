import type { FastifyInstance } from 'fastify'
import { type CsrfPlaceOptions, fieldsOf, readCsrf } from '../parts/csrf.ts'
import { NodeVisitRequest } from '../parts/node-message.ts'

/**
 * Refuses requests that pages of other origins have sent, for Fastify: `coatcheck/csrf` says which. Register it after
 * `session()`, on the same instance; it looks at requests in a preValidation hook, when their body has been parsed. What it
 * refuses is an error for the app's error handler, with status 403.
 *
 * @example
 * ```ts
 * await app.register(session(cookie, storage))
 * await app.register(csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(
  options?: CsrfPlaceOptions,
  // oxlint-disable-next-line typescript/no-explicit-any -- no other type takes every kind of server and logger
): (app: FastifyInstance<any, any, any, any, any>) => Promise<void> {
  const { csrf: policy, sessionIn } = readCsrf(options)
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const plugin = async (app: FastifyInstance<any, any, any, any, any>): Promise<void> => {
    app.addHook('preValidation', (request) =>
      policy.check(new NodeVisitRequest(request.raw), sessionIn(request), fieldsOf(request.body)),
    )
  }
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'coatcheck-csrf',
  })
}
