import type { Cookie } from '../core/cookie/cookie.ts'
import { configError, isStoreFailure } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { logFailure } from '../core/serving/failure-log.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { type VisitOptions, visitKinds } from '../core/serving/visit-options.ts'
import { createVisits } from '../core/serving/visit.ts'
import { holdResponse } from './parts/held-response.ts'
import { NodeVisitRequest, type NodeRequest, type NodeResponse } from './parts/node-message.ts'

export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

export interface NodeSessionOptions extends VisitOptions {
  /**
   * Answers when the handler or the store failed. Nothing of the response was sent then, unless `response.headersSent`.
   * Default: a failing store is answered with 503 and Retry-After, and a line on the console if the storage has no
   * `onEvent`; everything else with 500, and the error on the console. What it throws itself is answered in that way.
   */
  onError?:
    | ((error: unknown, request: NodeRequest, response: NodeResponse) => void | Promise<void>)
    | undefined
}

const kinds: OptionKinds<NodeSessionOptions> = { ...visitKinds, onError: 'function' }

/**
 * Serves one request with its session. Resolves when the handler has ended, also when it failed: a server of Node ends with a
 * rejection that nobody waits for. It rejects only with `ERR_SESSION_CONFIG`, if there is no handler.
 */
export type NodeSessionHandler<S> = <Req extends NodeRequest, Res extends NodeResponse>(
  request: Req,
  response: Res,
  handler: (session: S) => unknown,
) => Promise<void>

/**
 * Sessions for servers of `node:http`, `node:https` and `node:http2` without a framework. The response waits until the session
 * is saved.
 *
 * @example
 * ```ts
 * const withSession = session(cookie, storage)
 *
 * createServer((request, response) =>
 *   withSession(request, response, (session) => {
 *     const visits = session.update('visits', (n) => (n ?? 0) + 1)
 *     response.end(`Visit ${visits}`)
 *   }),
 * ).listen(3000)
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: NodeSessionOptions,
): NodeSessionHandler<Session<Data, Flash>> {
  const { onError = answer } = readOptions('session()', options, kinds)
  const visits = createVisits(cookie, storage, options)

  function answer(error: unknown, _: NodeRequest, response: NodeResponse): void {
    if (isStoreFailure(error)) logFailure(error, storage)
    else console.error(error)
    // Half of a page must not look whole; a whole one may leave.
    if (response.writableEnded) return
    if (response.headersSent) return void response.destroy()
    response.statusCode = isStoreFailure(error) ? 503 : 500
    if (response.statusCode === 503) response.setHeader('Retry-After', '5')
    response.setHeader('Cache-Control', 'no-store')
    response.end(response.statusCode === 503 ? 'Service Unavailable' : 'Internal Server Error')
  }

  async function tell(error: unknown, request: NodeRequest, response: NodeResponse): Promise<void> {
    try {
      await onError(error, request, response)
    } catch (second) {
      answer(second, request, response)
    }
  }

  return async (request, response, handler) => {
    if (typeof handler !== 'function') {
      throw configError(
        'The function of session() takes the handler third: (request, response, (session) => …)',
      )
    }
    try {
      const visit = await visits.open(new NodeVisitRequest(request), request)
      holdResponse(response, { visit, onError: (error) => void tell(error, request, response) })
      try {
        await handler(visit.session)
      } catch (error) {
        await visit.fail()
        throw error
      }
    } catch (error) {
      await tell(error, request, response)
    }
  }
}
