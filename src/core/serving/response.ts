import { SessionError } from '../errors.ts'
import { bodyForgetsType } from '../runtime/platform.ts'
import type { Commit } from './commit.ts'

/** The headers of a response: `Headers` of the Fetch API, or another object with these methods. */
export interface ResponseHeaders {
  get(name: string): string | null
  getSetCookie(): readonly string[]
  set(name: string, value: string): void
  append(name: string, value: string): void
  delete(name: string): void
  /** In lower case. */
  keys(): Iterable<string>
}

/** Caches that go by a header of their own and not by Cache-Control (RFC 9213, and what CDNs and nginx have). */
const cacheHeaders = /(^|-)cdn-cache-control$|^surrogate-control$|^x-accel-expires$/

const clearing = ['Clear-Site-Data', '"cache", "storage"'] as const

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
 * with `Cache-Control: no-store`, unless the application set a private one. A page that only depends on
 * the session is private, unless the application says otherwise.
 */
export function writeHeaders(headers: ResponseHeaders, commit: Commit): void {
  const { setCookies, vary, clearSiteData } = commit
  if (vary) addVary(headers)
  if (clearSiteData && headers.get(clearing[0]) === null) headers.set(...clearing)
  const cacheControl = headers.get('Cache-Control')
  if (!isKeptFromCaches(commit)) {
    if (vary && cacheControl === null) headers.set('Cache-Control', 'private')
    return
  }
  dropOlder(headers, setCookies)
  for (const setCookie of setCookies) headers.append('Set-Cookie', setCookie)
  if (!keepsCachesOut(cacheControl)) headers.set('Cache-Control', 'no-store')
  const others = Array.from(headers.keys()).filter((name) => cacheHeaders.test(name))
  for (const name of others) headers.delete(name)
}

/**
 * The same as a list of names and values, for a response that has none of these headers yet, as in the events of
 * functions in a cloud.
 */
export function listHeaders(commit: Commit): [name: string, value: string][] {
  const { setCookies, vary, clearSiteData } = commit
  const list = setCookies.map((setCookie): [string, string] => ['Set-Cookie', setCookie])
  if (clearSiteData) list.push([...clearing])
  if (isKeptFromCaches(commit)) list.push(['Cache-Control', 'no-store'])
  else if (vary) list.push(['Cache-Control', 'private'])
  if (vary) list.push(['Vary', 'Cookie'])
  return list
}

/** Set-Cookie does not keep a response out of caches by itself. */
function isKeptFromCaches({ setCookies, noStore = false }: Commit): boolean {
  return noStore || setCookies.length > 0
}

function addVary(headers: ResponseHeaders): void {
  const vary = headers.get('Vary')
  const names = (vary ?? '').toLowerCase().split(',')
  if (names.some((name) => name.trim() === 'cookie' || name.trim() === '*')) return
  headers.set('Vary', vary === null ? 'Cookie' : `${vary}, Cookie`)
}

/** No other Set-Cookie of our name leaves with these; the application's others stay. */
function dropOlder(headers: ResponseHeaders, setCookies: readonly string[]): void {
  const starts = setCookies.map((one) => one.slice(0, one.indexOf('=') + 1))
  const all = headers.getSetCookie()
  const others = all.filter((one) => !starts.some((start) => one.startsWith(start)))
  if (others.length === all.length) return
  headers.delete('Set-Cookie')
  for (const other of others) headers.append('Set-Cookie', other)
}

/**
 * Whether it has no body, and so may be a constant that answers many requests: no cookie may stay
 * in it, nor what was meant for one visitor. Where looking at the body does harm, a clone is asked.
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
  const isForAll = isQuiet && !commit.noStore && !commit.clearSiteData
  if (isForAll || !isShareable(response)) {
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
