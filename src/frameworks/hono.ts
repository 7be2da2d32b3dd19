import type { Context, MiddlewareHandler } from 'hono'
import type { Cookie } from '../core/cookie/cookie.ts'
import { isStoreFailure } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { applyCommit } from '../core/serving/response.ts'
import { unavailable } from '../core/serving/unavailable.ts'
import { createVisits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { type PlaceOptions, readProperty } from './parts/place.ts'

export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

/**
 * Session middleware for Hono. Handlers have the session as `c.var.session`; their types know it where they are chained to
 * the middleware, or where the app says `new Hono<{ Variables: { session: AppSession } }>()`.
 *
 * A handler that throws, be it an HTTPException, saves nothing of what it set. An error of the store goes to the app's
 * `onError`; Hono's own answers it with 503.
 *
 * @example
 * ```ts
 * const app = new Hono().use(session(cookie, storage)).get('/', (c) => {
 *   const visits = c.var.session.update('visits', (n) => (n ?? 0) + 1)
 *   return c.text(`Visit ${visits}`)
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Name extends string = 'session',
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: PlaceOptions<Name>,
): MiddlewareHandler<{ Variables: Record<Name, Session<Data, Flash>> }> {
  const property = readProperty(options)
  const visits = createVisits(cookie, storage, options)

  /** Hono asks an error for its response, unless the app's own `onError` answers. */
  const answered = (error: unknown): unknown =>
    isStoreFailure(error)
      ? Object.assign(error, { getResponse: () => unavailable(error, storage) })
      : error

  return async (c: Context, next) => {
    let isMade = false
    try {
      const visit = await visits.open(c.req.raw)
      c.set(property, visit.session)
      try {
        await next()
      } catch (error) {
        // Only what is no Error comes here: Hono answers the others before.
        await visit.fail()
        throw error
      }
      isMade = c.finalized
      const commit = await (c.error === undefined && isMade ? visit.close() : visit.fail())
      if (isMade) replace(c, applyCommit(c.res, commit))
    } catch (error) {
      if (isMade) reset(c)
      throw answered(error)
    }
  }
}

/** Without this, Hono puts the headers of the response before into the new one. */
function replace(c: Context, response: Response): void {
  if (response === c.res) return
  c.res = undefined
  c.res = response
}

/** Nothing of the handler's page may be in the error page: neither its headers nor those that Hono keeps for the next one. */
function reset(c: Context): void {
  c.res = undefined
  c.finalized = false
  const names = Array.from(c.res.headers.keys())
  c.res = undefined
  c.finalized = false
  for (const name of names) c.header(name, undefined)
}
