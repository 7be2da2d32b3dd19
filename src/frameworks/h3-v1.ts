import { configError } from '../core/errors.ts'
import type { AppSession } from '../core/life-cycle/register.ts'
import { writeHeaders } from '../core/serving/response.ts'
import { isSession } from '../core/session/create-session.ts'
import type { Session } from '../core/session/session.ts'
import { holdResponse } from './parts/held-response.ts'
import { type SessionArguments, visitsFrom } from './parts/place.ts'
import {
  type NodeRequest,
  type NodeResponse,
  NodeResponseHeaders,
  NodeVisitRequest,
} from './parts/node-message.ts'

declare module 'h3' {
  interface H3EventContext {
    session: AppSession
  }
}

interface Event {
  node: { req: unknown; res: unknown }
  context: Record<string, unknown>
  _handled?: boolean
}

/** What is used of an app of h3 1. */
export interface H3App {
  handler(event: never): Promise<unknown>
}

/**
 * Sessions for h3 1, which Nuxt 4 and Nitro 2 are made of: a plugin of Nitro, or a function that takes the app. It is no
 * middleware, because middleware of h3 1 does not see what comes after it. Handlers have the session as `event.context.session`.
 *
 * A handler that throws saves nothing of what it set. An error of the store goes to the app's `onError`; h3 answers it with 503.
 *
 * @example
 * ```ts
 * // server/plugins/session.ts
 * export default session(cookie, storage)
 *
 * // without Nitro
 * const app = createApp()
 * session(cookie, storage)(app)
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session(...given: SessionArguments): (app: H3App | { h3App: H3App }) => void {
  const { visits, property } = visitsFrom(...given)

  return (target) => {
    const app = (target as { h3App?: H3App } | undefined)?.h3App ?? (target as H3App | undefined)
    if (typeof app?.handler !== 'function') {
      throw configError('The function of session() takes an app of h3 1, or of Nitro 2')
    }
    const handle = app.handler
    app.handler = async (event: Event) => {
      const request = event.node.req as NodeRequest
      const response = event.node.res as NodeResponse
      const outer = outerSession(request, property)
      if (outer !== undefined) {
        event.context[property] = outer
        return handle(event as never)
      }
      const visit = await visits.open(new NodeVisitRequest(request), request)
      event.context[property] = visit.session
      let isMade = false
      const close = () => {
        isMade = true
        return visit.close()
      }
      // Thrown from here, what saving throws comes to h3's error handlers, which must find a response that nobody has made.
      const unsaved = new Promise<never>((_, reject) => {
        const onError = (error: unknown) => {
          event._handled = false
          reject(error)
        }
        holdResponse(response, { visit: { close, fail: () => visit.fail() }, onError })
      })
      try {
        await Promise.race([handle(event as never), unsaved])
      } catch (error) {
        if (!isMade) await visit.fail()
        throw error
      }
      const commit = await visit.close()
      // Where there is no server, h3 leaves a stream in the response and does not end it.
      if (!isMade) writeHeaders(new NodeResponseHeaders(response), commit)
    }
  }
}

/**
 * The session of the request that made this one, without a network: a page that is rendered on the server asks the app's own
 * routes with `event.$fetch` or `useFetch`, and what these set is saved with the page. Nitro hands the context over here.
 */
function outerSession(request: NodeRequest, property: string): Session | undefined {
  const { __unenv__: context } = request as { __unenv__?: Record<string, unknown> }
  const session = context?.[property]
  return isSession(session) ? session : undefined
}
