import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import type { LiveConnection } from '../core/live/connection.ts'
import { LiveRegistry } from '../core/live/live-sessions.ts'
import { type LiveOptions, readLiveOptions } from '../core/live/options.ts'
import type { VisitRequest } from '../core/serving/arrival.ts'
import type { SessionData, UntypedData } from '../core/session/session.ts'
import { NodeVisitRequest, type NodeRequest } from './parts/node-message.ts'

export type { Ended, LiveConnection } from '../core/live/connection.ts'
export type { LiveOptions } from '../core/live/options.ts'
export type { SessionView } from '../core/live/view.ts'
export type { SessionData, UntypedData } from '../core/session/session.ts'
export type { VisitRequest } from '../core/serving/arrival.ts'
export { type EndReason, SessionEndedError, type SessionErrorCode } from '../core/errors.ts'

/** A request of `node:http`, `node:https` or `node:http2`, as far as it is looked at here. */
export interface NodeLiveRequest {
  method?: string | undefined
  url?: string | undefined
  headers: Record<string, string | string[] | undefined>
  socket: { destroyed: boolean; once(event: 'close', listener: () => void): unknown }
}

/** Opens live connections with one cookie and one storage. */
export interface LiveSessions<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> {
  /**
   * Reads the session that a request comes with, for a connection that outlives the request: a WebSocket, or server-sent
   * events. No response is needed, and none is touched. From then on the connection is watched until its session ends or
   * `close()` is called; of a request of Node's http or https also until its socket is closed.
   *
   * @param request A `Request` of the Fetch API, or a request of Node, such as `upgrade` of its servers has.
   * @returns Undefined if nothing is stored of the session, if it has expired or was ended, or if a page of another origin asks:
   * answer 401.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed: answer 503.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `request` is none.
   */
  openSession(
    request: VisitRequest | NodeLiveRequest,
  ): Promise<LiveConnection<Data, Flash> | undefined>
}

/**
 * Sessions for connections that outlive their request. Make one of it for each storage, when the app starts.
 *
 * @example
 * ```ts
 * const live = createLiveSessions(cookie, storage)
 *
 * server.on('upgrade', async (request, socket, head) => {
 *   const connection = await live.openSession(request)
 *   if (connection === undefined) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
 *   sockets.handleUpgrade(request, socket, head, (webSocket) => {
 *     connection.ended.then(({ reason }) => webSocket.close(4401, reason))
 *   })
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @param storage One of ours.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets, the storage is of another library, or an option is
 * wrong.
 */
export function createLiveSessions<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: LiveOptions,
): LiveSessions<Data, Flash> {
  const settings = readLiveOptions(options)
  const registry = new LiveRegistry(cookie, storage as unknown as SessionStorage, settings)
  return {
    async openSession(request) {
      if (!isOfNode(request)) return cast(await registry.open(request))
      const connection = await registry.open(
        new NodeVisitRequest(request as unknown as NodeRequest),
      )
      if (connection === undefined) return undefined
      const { socket } = request
      socket.once('close', () => connection.close())
      if (socket.destroyed) connection.close()
      return cast(connection)
    },
  }

  function cast(connection: LiveConnection | undefined): LiveConnection<Data, Flash> | undefined {
    return connection as unknown as LiveConnection<Data, Flash> | undefined
  }
}

function isOfNode(request: VisitRequest | NodeLiveRequest): request is NodeLiveRequest {
  const { headers, socket } = (request ?? {}) as Partial<NodeLiveRequest>
  return typeof socket?.once === 'function' && typeof headers?.['get'] !== 'function'
}
