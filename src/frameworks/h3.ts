import { type H3EventContext, type Middleware, toResponse } from 'h3'
import { SessionError } from '../core/errors.ts'
import type { AppSession } from '../core/life-cycle/register.ts'
import { applyCommit, writeHeaders } from '../core/serving/response.ts'
import { type SessionArguments, visitsFrom } from './parts/place.ts'

declare module 'h3' {
  interface H3EventContext {
    session: AppSession
  }
}

/** What handlers return that have answered through Node's own response. */
const handled = Symbol.for('h3.handled')
const notFound = Symbol.for('h3.notFound')

/**
 * Session middleware for h3 2, which Nitro 3 is made of. Handlers have the session as `event.context.session`, of the type
 * that the app has given to `Register`.
 *
 * A handler that throws saves nothing of what it set. An error of the store goes to the app's `onError`; h3 answers it with 503.
 *
 * @example
 * ```ts
 * const app = new H3().use(session(cookie, storage)).get('/', (event) => {
 *   const visits = event.context.session.update('visits', (n) => (n ?? 0) + 1)
 *   return `Visit ${visits}`
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request fails with
 * `ERR_SESSION_RESPONSE` if a handler of Node has answered it by itself and the visitor needs a new cookie.
 */
export function session(...given: SessionArguments): Middleware {
  const { visits, property } = visitsFrom(...given)

  return async (event, next) => {
    const visit = await visits.open(event.req)
    const context = event.context as H3EventContext & Record<string, unknown>
    context[property] = visit.session
    let result: unknown
    try {
      result = await next()
      if (result instanceof Error) throw result
    } catch (error) {
      writeHeaders(event.res.errHeaders, await visit.fail())
      throw error
    }
    const commit = await visit.close()
    if (result === notFound) {
      writeHeaders(event.res.errHeaders, commit)
      return result
    }
    if (result !== handled) return applyCommit(await toResponse(result, event), commit)
    if (commit.setCookies.length === 0) return result
    throw new SessionError(
      'ERR_SESSION_RESPONSE',
      'A handler of Node has answered this request by itself, so the new session cookie cannot be sent: ' +
        "change the session in a handler of h3, or use the adapter of the handler's own framework",
    )
  }
}
