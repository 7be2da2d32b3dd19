import type { IncomingMessage, ServerResponse } from 'node:http'
import { configError, SessionError } from '../../core/errors.ts'
import type { RequestHeaders, VisitRequest } from '../../core/serving/arrival.ts'
import { writeHeaders } from '../../core/serving/response.ts'
import { NodeResponseHeaders, NodeVisitRequest } from '../../frameworks/parts/node-message.ts'

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
  /** @throws {SessionError} `ERR_SESSION_COMMITTED` if the response has left. */
  setCookie(line: string): void
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
    setCookie(line) {
      if ('headersSent' in response && response.headersSent) {
        throw new SessionError(
          'ERR_SESSION_COMMITTED',
          'The response has left: call session.save() and session.destroy() before it is sent',
        )
      }
      writeHeaders(headers, { setCookies: [line], vary: true })
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
    setCookie: (line) => void cookies.set(...partsOf(line)),
  }
}

/** A Set-Cookie header as stores of cookies take it. */
function partsOf(line: string): [name: string, value: string, attributes: object] {
  const [pair = '', ...attributes] = line.split('; ')
  const at = pair.indexOf('=')
  const given = new Map(
    attributes.map((one): [string, string] => {
      const [name = '', value = ''] = one.split('=')
      return [name.toLowerCase(), value]
    }),
  )
  const expires = given.get('expires')
  const maxAge = given.get('max-age')
  return [
    pair.slice(0, at),
    pair.slice(at + 1),
    {
      path: given.get('path'),
      domain: given.get('domain'),
      sameSite: given.get('samesite')?.toLowerCase(),
      secure: given.has('secure'),
      httpOnly: given.has('httponly'),
      ...(given.has('partitioned') && { partitioned: true }),
      ...(expires !== undefined && { expires: new Date(expires) }),
      ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    },
  ]
}
