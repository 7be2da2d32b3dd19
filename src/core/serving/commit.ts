import type { Cookie, CookieReading } from '../cookie/cookie.ts'
import { CookieSizeError, isSessionError, SessionError } from '../errors.ts'
import { isThenable, type MaybePromise } from '../runtime/maybe-promise.ts'
import { bodyForgetsType } from '../runtime/platform.ts'
import { biggestKeys } from '../record/record.ts'
import { type Session, stateOf } from '../session/session.ts'
import type { SessionState } from '../session/session-state.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import type { Visit } from './visit.ts'

/** What a response must say about the session. */
export interface Commit {
  /** The Set-Cookie headers, if the browser's cookie must change: those that clear stand before the one that sets. */
  setCookies: readonly string[]
  /** Whether the response depends on the cookie. */
  vary: boolean
}

/**
 * Saves the session and says what the response must carry. No change is possible after that: it
 * would be lost, so it throws.
 *
 * While nobody can tell which of several cookies is the visitor's, nothing is saved but a login: its cookie would replace
 * the visitor's own, and whoever plants a cookie could log people out. A login, and a logout, end all of them.
 */
export async function commitSession(
  cookie: Cookie,
  storage: SessionStorage,
  session: Session,
  visit: Visit,
): Promise<Commit> {
  const { reading, request, rivals } = visit
  const state = stateOf(session)
  state.committed = true
  const isDecided = state.login !== undefined || state.destroyed
  if (rivals.length > 0 && !isDecided) {
    if (state.dirty) storage.events?.emit({ type: 'interrupted', reason: 'shadowed' })
    return { setCookies: cookie.clearBeside(request), vary: true }
  }
  state.touched ||= isAging(cookie, state)
  const value = (await storage.save(session)) ?? state.issued ?? null
  for (const rival of rivals) {
    rival.destroy()
    await storage.save(rival)
  }
  const vary = state.accessed
  if (value === '' || (session.destroyed && reading.present)) {
    const besides = visit.isCrowded ? cookie.clearBeside(request) : []
    return { setCookies: [...besides, ...clearEverywhere(cookie, request)], vary }
  }
  if (value === null || !mustSend(cookie, value, reading)) return { setCookies: [], vary }
  const sealed = seal(cookie, value, state, request)
  const setCookie = typeof sealed === 'string' ? sealed : await sealed
  const besides = visit.isCrowded ? cookie.clearBeside(request) : []
  return { setCookies: [...besides, ...cookie.clearFormer(request), setCookie], vary }
}

/** Makes the browser forget the cookie where it is, and where it was in earlier releases. */
export function clearEverywhere(cookie: Cookie, request: Request): string[] {
  return [...cookie.clearFormer(request), cookie.clear(undefined, request)]
}

/** Whether the browser's cookie would run out before the session, unless it is renewed now and then. */
function isAging({ maxAge }: Cookie, { loaded, now }: SessionState): boolean {
  if (maxAge === undefined || loaded === undefined) return false
  return now() - loaded.record.lastUsedAt >= maxAge * 100
}

/**
 * Whether the browser does not have this already. Sending an id again that did not change would only
 * race with a response that changes it, and make pages uncacheable.
 */
function mustSend(cookie: Cookie, value: string, reading: CookieReading): boolean {
  return value !== reading.value || reading.outdated || cookie.ages
}

function seal(
  cookie: Cookie,
  value: string,
  state: SessionState,
  request: Request,
): MaybePromise<string> {
  const fail = (error: unknown): never => {
    throw withKeys(error, cookie, state)
  }
  try {
    const setCookie = cookie.serialize(value, undefined, request)
    return isThenable(setCookie) ? setCookie.then(undefined, fail) : setCookie
  } catch (error) {
    return fail(error)
  }
}

/** Names what takes the space: the cookie only knows how much it is. */
function withKeys(error: unknown, { name }: Cookie, state: SessionState): unknown {
  if (!isSessionError(error, 'ERR_SESSION_COOKIE_SIZE')) return error
  const branch = state.loaded?.record ?? { values: state.values, flash: state.flash.pending }
  const keys = biggestKeys(branch, state.codec)
  return new CookieSizeError(name, error.size, error.limit, keys)
}

/** Whether a Cache-Control header keeps shared caches out of the whole response. */
function keepsCachesOut(cacheControl: string | null): boolean {
  const directives = (cacheControl ?? '')
    .replace(/"[^"]*"/g, '')
    .toLowerCase()
    .split(',')
  return directives.some((one) => one.trim() === 'no-store' || one.trim() === 'private')
}

/**
 * Puts a commit into headers. Set-Cookie does not stop caches by itself (RFC 9111 §7.3), so it comes
 * with `Cache-Control: no-store`, unless the application set a private one.
 */
function writeHeaders(headers: Headers, { setCookies, vary }: Commit): void {
  if (vary) addVary(headers)
  if (setCookies.length === 0) return
  dropOlder(headers, setCookies)
  for (const setCookie of setCookies) headers.append('Set-Cookie', setCookie)
  if (!keepsCachesOut(headers.get('Cache-Control'))) headers.set('Cache-Control', 'no-store')
  // Where there is one, a CDN goes by it and not by Cache-Control (RFC 9213).
  headers.delete('CDN-Cache-Control')
}

function addVary(headers: Headers): void {
  const vary = headers.get('Vary')
  const names = (vary ?? '').toLowerCase().split(',')
  if (names.some((name) => name.trim() === 'cookie' || name.trim() === '*')) return
  headers.set('Vary', vary === null ? 'Cookie' : `${vary}, Cookie`)
}

/** No other Set-Cookie of our name leaves with these; the application's others stay. */
function dropOlder(headers: Headers, setCookies: readonly string[]): void {
  const starts = setCookies.map((one) => one.slice(0, one.indexOf('=') + 1))
  const all = headers.getSetCookie()
  const others = all.filter((one) => !starts.some((start) => one.startsWith(start)))
  if (others.length === all.length) return
  headers.delete('Set-Cookie')
  for (const other of others) headers.append('Set-Cookie', other)
}

/**
 * Whether it has no body, and so may be a constant that answers many requests: no cookie may stay
 * in it. Where looking at the body does harm, a clone is asked.
 */
function isShareable(response: Response): boolean {
  if (response.status < 200) return false
  const forgets = bodyForgetsType && response instanceof Response
  if (!forgets || response.headers.has('Content-Type')) return response.body === null
  const { body } = response.clone()
  body?.cancel().catch(() => {})
  return body === null
}

/** Puts a commit into a response, or into a copy of it where its headers cannot be changed. */
export function applyCommit(response: Response, commit: Commit): Response {
  const isQuiet = commit.setCookies.length === 0
  if (isQuiet && !commit.vary) return response
  if (isQuiet || !isShareable(response)) {
    try {
      writeHeaders(response.headers, commit)
      return response
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
  }
  // A 101 cannot be copied, nor can Response.error(): their status is none that a copy may have.
  if (response.status < 200) {
    if (isQuiet) return response
    throw new SessionError(
      'ERR_SESSION_RESPONSE',
      `A response with status ${response.status} cannot carry a new session cookie: ` +
        'start or end the session in an ordinary response before',
    )
  }
  const copy = new Response(response.body, response)
  writeHeaders(copy.headers, commit)
  return copy
}
