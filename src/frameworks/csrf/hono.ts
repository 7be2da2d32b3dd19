import type { MiddlewareHandler } from 'hono'
import { CsrfError } from '../../core/serving/csrf.ts'
import { type CsrfPlaceOptions, forbidden, readCsrf } from '../parts/csrf.ts'

/**
 * Refuses requests that pages of other origins have sent, for Hono: `coatcheck/csrf` says which. Install it after `session()`.
 * What it refuses is an error for the app's `onError`; Hono's own answers with 403.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage), csrf())
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfPlaceOptions): MiddlewareHandler {
  const { csrf: policy, sessionIn } = readCsrf(options)
  return async (c, next) => {
    // Hono remembers the form, so that the handler can parse it too.
    const readField = async (name: string) => (await c.req.parseBody())[name]
    try {
      await policy.check(c.req.raw, sessionIn(c.var), readField)
    } catch (error) {
      // Hono asks an error for its response, unless the app's own `onError` answers.
      if (error instanceof CsrfError) Object.assign(error, { getResponse: () => forbidden(error) })
      throw error
    }
    await next()
  }
}
