import type { AnyElysia, Elysia } from 'elysia'
import type { Cookie } from '../core/cookie/cookie.ts'
import { configError } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import type { ForeignSession } from '../core/serving/foreign-session.ts'
import { applyCommit } from '../core/serving/response.ts'
import { createVisits, type Visit } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { type PlaceOptions, readProperty } from './parts/place.ts'

export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

/** One request on its way through Elysia. */
interface Passage<S extends ForeignSession> {
  visit?: Visit<S>
  hasFailed: boolean
}

/** What the plugin adds to an app. */
type WithSession<Name extends string, S> = Elysia<
  '',
  { decorator: {}; store: {}; derive: Record<Name, S>; resolve: {} }
>

/**
 * A plugin of Elysia. The handlers of routes that come after it have the session as `session`, with its type.
 *
 * A handler that throws saves nothing of what it set. An error of the store goes to the app's `onError`; Elysia answers it
 * with 503. It needs the compiled handlers that Elysia has by default, not `{ aot: false }`.
 *
 * @example
 * ```ts
 * const app = new Elysia().use(session(cookie, storage)).get('/', ({ session }) => {
 *   const visits = session.update('visits', (n) => (n ?? 0) + 1)
 *   return `Visit ${visits}`
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request fails with it
 * where handlers are not compiled.
 */
export function session<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Name extends string = 'session',
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: PlaceOptions<Name>,
): (app: AnyElysia) => WithSession<Name, Session<Data, Flash>> {
  const property = readProperty(options)
  const visits = createVisits(cookie, storage, options)
  const passages = new WeakMap<Request, Passage<Session<Data, Flash>>>()

  /** Around everything that Elysia does with a request: only here the response is whole. */
  const serve = (handle: (...args: unknown[]) => unknown, request: Request) => {
    // An app and a plugin in it may both use this one.
    if (passages.has(request)) return handle
    const passage: Passage<Session<Data, Flash>> = { hasFailed: false }
    passages.set(request, passage)
    return async (...args: unknown[]) => {
      const response = await handle(...args)
      const { visit, hasFailed } = passage
      if (visit === undefined || !(response instanceof Response)) return response
      return applyCommit(response, await (hasFailed ? visit.fail() : visit.close()))
    }
  }

  return (app) => {
    const served = (app as Elysia)
      .wrap(serve as never)
      .derive(async ({ request }) => {
        const passage = passages.get(request)
        if (passage === undefined) {
          throw configError(
            'coatcheck/elysia needs handlers that are compiled: new Elysia({ aot: true })',
          )
        }
        passage.visit ??= await visits.open(request)
        return { [property]: passage.visit.session }
      })
      .onError(async ({ request, error }) => {
        const passage = passages.get(request)
        // A response that is thrown counts as one that is returned.
        if (passage !== undefined && !((error as unknown) instanceof Response)) {
          passage.hasFailed = true
        }
      })
      // The last that happens where an error still comes to the app's onError.
      .mapResponse(async ({ request, set }) => {
        const passage = passages.get(request)
        if (passage?.visit === undefined || passage.hasFailed) return
        try {
          await passage.visit.close()
        } catch (error) {
          passage.hasFailed = true
          // Nothing of the handler's page may be in the error page.
          for (const name of Object.keys(set.headers)) delete set.headers[name]
          delete set.cookie
          set.status = 200
          throw error
        }
      })
    // First, because Elysia asks no further when an error handler of the app has answered.
    const handlers = served.event.error ?? []
    handlers.unshift(...handlers.splice(-1))
    return served as never
  }
}
