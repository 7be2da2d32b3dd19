import type { AnyElysia, Elysia } from 'elysia'
import { type CsrfPlaceOptions, fieldsOf, readCsrf } from '../parts/csrf.ts'

/**
 * Refuses requests that pages of other origins have sent, for Elysia: `coatcheck/csrf` says which. It serves the routes that
 * come after it; install it after `session()`. What it refuses is an error for the app's `onError`; Elysia answers with 403.
 *
 * @example
 * ```ts
 * new Elysia().use(session(cookie, storage)).use(csrf()).post('/', …)
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function csrf(options?: CsrfPlaceOptions): <App extends AnyElysia>(app: App) => App {
  const { csrf: policy, sessionIn } = readCsrf(options)
  return <App extends AnyElysia>(app: App): App => {
    ;(app as unknown as Elysia).onBeforeHandle((context) =>
      policy.check(context.request, sessionIn(context), fieldsOf(context.body)),
    )
    return app
  }
}
