import type {
  IncomingMessage,
  OutgoingHttpHeader,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { RequestHeaders, VisitRequest } from '../../core/serving/arrival.ts'
import type { ResponseHeaders } from '../../core/serving/response.ts'

export type NodeRequest = IncomingMessage | Http2ServerRequest
export type NodeResponse = ServerResponse | Http2ServerResponse

/** A request of Node as what a session needs to know of it. The URL is only put together if somebody asks. */
export class NodeVisitRequest implements VisitRequest, RequestHeaders {
  readonly #request: NodeRequest
  readonly headers: RequestHeaders = this

  constructor(request: NodeRequest) {
    this.#request = request
  }

  get method(): string {
    return this.#request.method ?? 'GET'
  }

  get url(): string {
    const { headers, socket } = this.#request
    const scheme = 'encrypted' in socket && socket.encrypted ? 'https' : 'http'
    const host = headers[':authority'] ?? headers.host ?? 'localhost'
    // Routers such as Express cut off the path that they are mounted at.
    const { originalUrl = this.#request.url } = this.#request as { originalUrl?: string }
    return `${scheme}://${host}${originalUrl}`
  }

  get(name: string): string | undefined {
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  keys(): Iterable<string> {
    return Object.keys(this.#request.headers)
  }
}

/** The headers of a response of Node, as long as they have not been sent. */
export class NodeResponseHeaders implements ResponseHeaders {
  readonly #response: ServerResponse

  constructor(response: NodeResponse) {
    // Of what is used here the two have the same.
    this.#response = response as ServerResponse
  }

  get(name: string): string | null {
    const value = this.#response.getHeader(name)
    if (value === undefined) return null
    return Array.isArray(value) ? value.join(', ') : String(value)
  }

  getSetCookie(): readonly string[] {
    const value = this.#response.getHeader('set-cookie') ?? []
    return Array.isArray(value) ? value : [String(value)]
  }

  set(name: string, value: string): void {
    this.#response.setHeader(name, value)
  }

  append(name: string, value: string): void {
    const present = this.#response.getHeader(name)
    const values = present === undefined ? [] : Array.isArray(present) ? present : [String(present)]
    this.#response.setHeader(name, [...values, value])
  }

  delete(name: string): void {
    this.#response.removeHeader(name)
  }

  keys(): Iterable<string> {
    return this.#response.getHeaderNames()
  }
}

/** Sets what `writeHead()` was called with: names and values in turn, or an object. */
export function setHeaders(
  response: ServerResponse,
  given: OutgoingHttpHeaders | OutgoingHttpHeader[],
): void {
  for (const [name, value] of Array.isArray(given) ? byName(given) : Object.entries(given)) {
    if (value !== undefined) response.setHeader(name, value)
  }
}

/** Of a name that stands there several times, all values. */
function byName(list: readonly OutgoingHttpHeader[]): Map<string, string | string[]> {
  const values = new Map<string, string | string[]>()
  for (let n = 0; n + 1 < list.length; n += 2) {
    const [name, value] = [String(list[n]).toLowerCase(), String(list[n + 1])]
    const before = values.get(name)
    values.set(name, before === undefined ? value : [before, value].flat())
  }
  return values
}
