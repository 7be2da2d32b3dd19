import type { MiddlewareFunction, RouterContext } from 'react-router'
import type { Cookie } from '../core/cookie/cookie.ts'
import { isStoreFailure } from '../core/errors.ts'
import type { AppSession } from '../core/life-cycle/register.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { applyCommit } from '../core/serving/response.ts'
import { type VisitOptions, visitKinds } from '../core/serving/visit-options.ts'
import { createVisits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'

export type { AppSession } from '../core/life-cycle/register.ts'
export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

export interface ReactRouterSessionOptions<S> extends VisitOptions {
  /**
   * Where loaders, actions and other middleware find the session: `createContext<Session<Data, Flash>>()` of `react-router`.
   * For several sessions on one request, each with a cookie of its own. Default: `sessionContext`.
   */
  context?: RouterContext<S> | undefined
}

const kinds: OptionKinds<ReactRouterSessionOptions<never>> = {
  ...visitKinds,
  context: 'object',
}

/** Where loaders, actions and other middleware find the session, of the type that the app has given to `Register`. */
export const sessionContext: RouterContext<AppSession> = {}

/**
 * Session middleware for React Router 8. Loaders and actions have the session as `context.get(sessionContext)`.
 *
 * React Router makes a page of what a loader or an action throws before middleware sees it. So a response with a status of
 * 500 or more counts as an error: nothing of what was set is saved. A redirect or a status below that, thrown or returned,
 * does not. An error of the store comes to error boundaries and to `handleError` as a route error response with status 503,
 * whose `error` is ours.
 *
 * @example
 * ```ts
 * // root.tsx
 * export const middleware = [session(cookie, storage)]
 *
 * // a route
 * export function loader({ context }: Route.LoaderArgs) {
 *   return context.get(sessionContext).update('visits', (n) => (n ?? 0) + 1)
 * }
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ReactRouterSessionOptions<Session<Data, Flash>>,
): MiddlewareFunction<Response> {
  const { context: key = sessionContext } = readOptions('session()', options, kinds)
  const visits = createVisits(cookie, storage, options)

  return async ({ request, context }, next) => {
    try {
      const visit = await visits.open(request)
      context.set(key as RouterContext, visit.session)
      let response: Response
      try {
        response = await next()
      } catch (error) {
        await visit.fail()
        throw error
      }
      const commit = await (response.status < 500 ? visit.close() : visit.fail())
      return applyCommit(response, commit)
    } catch (error) {
      throw isStoreFailure(error) ? routeError(error) : error
    }
  }
}

/** The shape by which React Router knows a route error response. Browsers are not sent what it does not list. */
function routeError(error: Error): object {
  const statusText = 'Service Unavailable'
  const response = { status: 503, statusText, internal: true, data: statusText }
  return Object.defineProperty(response, 'error', { value: error })
}
