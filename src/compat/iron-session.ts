/*
 * In place of `iron-session` 8 and 9: the same calls, over a cookie of ours or any storage. docs/migrating/iron-session.md
 * says what differs and why.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CookieStore, endsOfCookies, endsOfRequest } from './iron-session/ends.ts'
import type { SessionOptions } from './iron-session/options.ts'
import { openIronSession } from './iron-session/session.ts'

export type { CookieStore } from './iron-session/ends.ts'
export type { Password, SessionOptions } from './iron-session/options.ts'
export { sealData, type SealOptions, unsealData } from './iron-session/seal-data.ts'

export type IronSession<T> = T & {
  /**
   * Stores what was changed since it was read or saved last, and sets the cookie. Keys that other requests changed
   * meanwhile stay as they are, where sessions are on a server.
   *
   * @throws {SessionError} `ERR_SESSION_COMMITTED` if the response has left; `ERR_SESSION_STORE` if the store failed;
   * `ERR_SESSION_VALUE` for what JSON would lose; `ERR_SESSION_COOKIE_SIZE` over 4,096 bytes.
   */
  readonly save: () => Promise<void>
  /**
   * Ends the session and has the browser forget it. Resolves when it is over on the server too: without `await` that happens soon.
   *
   * @throws {SessionError} `ERR_SESSION_COMMITTED` if the response has left.
   */
  readonly destroy: () => Promise<void>
  /** The options from the next `save()` on. */
  readonly updateConfig: (options: SessionOptions) => void
}

/** The session behind `await cookies()` of `next/headers`. */
export function getIronSession<T extends object>(
  cookies: CookieStore,
  options: SessionOptions,
): Promise<IronSession<T>>
/**
 * The session of a request, as an object whose properties are the data. Changes are kept by `save()`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong; `ERR_SESSION_STORE` if the store failed.
 */
export function getIronSession<T extends object>(
  request: IncomingMessage | Request,
  response: Response | ServerResponse,
  options: SessionOptions,
): Promise<IronSession<T>>
export async function getIronSession(
  first: CookieStore | IncomingMessage | Request,
  second: Response | ServerResponse | SessionOptions,
  third?: SessionOptions,
): Promise<object> {
  if (third === undefined) {
    const options = second as SessionOptions
    return openIronSession(options, endsOfCookies(first as CookieStore, options.cookieName))
  }
  const ends = endsOfRequest(
    first as IncomingMessage | Request,
    second as Response | ServerResponse,
  )
  return openIronSession(third, ends)
}
