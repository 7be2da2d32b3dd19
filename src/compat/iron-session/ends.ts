import type { IncomingMessage, ServerResponse } from 'node:http'
import { configError, SessionError } from '../../core/errors.ts'
import type { RequestHeaders, VisitRequest } from '../../core/serving/arrival.ts'
import { writeHeaders } from '../../core/serving/response.ts'
import { NodeResponseHeaders, NodeVisitRequest } from '../../frameworks/parts/node-message.ts'
import { splitSetCookie } from '../../frameworks/parts/set-cookie.ts'

/** What `await cookies()` of `next/headers` gives. */
export interface CookieStore {
  get(name: string): { name: string; value: string } | undefined
  // oxlint-disable-next-line typescript/no-explicit-any -- each has its own names for attributes
  set(name: string, value: string, attributes: any): unknown
}

/** Where a session's cookie comes from, and where it goes. */
export interface Ends {
  /** What stands for the request: sessions of one request know of each other by it. */
  source: object
  request: VisitRequest
  /**
   * Puts these Set-Cookie lines into the response, in place of those that were put there before.
   *
   * @throws {SessionError} `ERR_SESSION_COMMITTED` if the response has left.
   */
  setCookies(lines: readonly string[]): void
}

/** The ends of a request and its response: both of the Fetch API, or both of Node. */
export function endsOfRequest(
  request: IncomingMessage | Request,
  response: Response | ServerResponse,
): Ends {
  const isFetch = typeof (request as Request).headers?.get === 'function'
  const headers =
    'setHeader' in response ? new NodeResponseHeaders(response) : (response.headers as Headers)
  return {
    source: request,
    request: isFetch ? (request as Request) : new NodeVisitRequest(request as IncomingMessage),
    setCookies(lines) {
      if ('headersSent' in response && response.headersSent) {
        throw new SessionError(
          'ERR_SESSION_COMMITTED',
          'The response has left: call session.save() and session.destroy() before it is sent',
        )
      }
      writeHeaders(headers, { setCookies: lines, vary: true })
    },
  }
}

/** The ends of a store of cookies, which says nothing of the request. */
export function endsOfCookies(cookies: CookieStore, name: string): Ends {
  if (typeof cookies?.get !== 'function' || typeof cookies.set !== 'function') {
    throw configError(
      'getIronSession() takes (request, response, options), or (await cookies(), options) with those of next/headers',
    )
  }
  const headers: RequestHeaders = {
    get(header) {
      const found = header === 'cookie' ? cookies.get(name) : undefined
      return found && `${name}=${found.value}`
    },
    keys: () => [],
  }
  return {
    source: cookies,
    // Not known, so it counts as one over https: what the app says of Secure holds.
    request: { method: 'GET', url: 'https://localhost/', headers },
    // Such a store keeps one cookie of a name: the last line, which is the one that counts.
    setCookies: (lines) => void cookies.set(...splitSetCookie(lines.at(-1)!)),
  }
}
