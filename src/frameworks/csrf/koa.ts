import type { IncomingMessage } from 'node:http'
import { type CsrfPlaceOptions, fieldsOf, readCsrf } from '../parts/csrf.ts'
import { NodeVisitRequest } from '../parts/node-message.ts'

/** What is used of Koa's context. A parser of forms leaves the form at `request.body`. */
export interface KoaContext {
  req: IncomingMessage
  request: { body?: unknown }
}

/**
 * Refuses requests that pages of other origins have sent, for Koa: `coatcheck/csrf` says which. Install it after `session()`,
 * and after the parser of forms if there is one. What it refuses is an error for the middleware before it; Koa answers with
 * 403.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage))
 * app.use(csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(
  options?: CsrfPlaceOptions,
): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const { csrf: policy, sessionIn } = readCsrf(options)
  return async (ctx, next) => {
    await policy.check(new NodeVisitRequest(ctx.req), sessionIn(ctx), fieldsOf(ctx.request.body))
    await next()
  }
}
