import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { readOptions } from '../core/options.ts'
import { applyCommit } from '../core/serving/response.ts'
import { answerFailure, cancel, serveKinds, type ServeOptions } from '../core/serving/serve.ts'
import { createVisits, type Visit } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { splitSetCookie, type SetCookieOptions } from './parts/set-cookie.ts'

/** What is asked of SvelteKit's `RequestEvent`. */
export interface SvelteKitEvent {
  request: Request
  locals: object
  cookies: {
    set(
      name: string,
      value: string,
      options: SetCookieOptions & { encode?: (value: string) => string },
    ): void
  }
}

/** SvelteKit's `Handle`, of any of its versions. */
export type SvelteKitHandle = <Event extends SvelteKitEvent>(input: {
  event: Event
  resolve: (event: Event) => Response | Promise<Response>
}) => Promise<Response>

/**
 * Sessions for SvelteKit: `event.locals.session` in `load`, actions, endpoints and later hooks. The response leaves when the
 * session is saved.
 *
 * @example
 * ```ts
 * // src/hooks.server.ts
 * export const handle = session(cookie, storage)
 *
 * // src/app.d.ts
 * declare global {
 *   namespace App {
 *     interface Locals {
 *       session: import('coatcheck').AppSession
 *     }
 *   }
 * }
 * ```
 *
 * A response with status 500 or more counts as that of a handler that failed: what it set is not saved. What a hook behind
 * this one throws is sent by SvelteKit without our headers, so of that nothing is saved either, but for a `redirect()`.
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): SvelteKitHandle {
  const { onStoreError } = readOptions('session()', options, serveKinds)
  const visits = createVisits(cookie, storage, options)

  return async ({ event, resolve }) => {
    let response: Response | undefined
    try {
      const visit = await visits.open(event.request)
      Object.assign(event.locals, { session: visit.session })
      response = await resolveWith(visit, event.cookies, () => resolve(event))
      return applyCommit(response, await (response.status < 500 ? visit.close() : visit.fail()))
    } catch (error) {
      await cancel(response)
      return answerFailure({ storage, onStoreError }, error, event.request)
    }
  }
}

/** What a later hook throws passes through here, and SvelteKit makes a response of it that nobody can add to. */
async function resolveWith<Data extends SessionData, Flash extends SessionData>(
  visit: Visit<Session<Data, Flash>>,
  cookies: SvelteKitEvent['cookies'],
  resolve: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await resolve()
  } catch (error) {
    if (!isRedirect(error)) {
      await visit.fail()
      throw error
    }
    const { setCookies } = await visit.close()
    for (const [name, value, options] of setCookies.map(splitSetCookie)) {
      cookies.set(name, value, { ...options, encode: String })
    }
    throw error
  }
}

/** By its shape, as `isRedirect` of SvelteKit would: it is a class that only the app can import. */
function isRedirect(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { status, location } = error as { status?: unknown; location?: unknown }
  return typeof status === 'number' && status < 400 && typeof location === 'string'
}
