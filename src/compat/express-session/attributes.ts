import type { IncomingMessage } from 'node:http'
import type { CookieAttributes } from '../../core/cookie/cookie.ts'
import { capital, Cookie, type CookieData, type CookieOptions } from './cookie.ts'

type ProxiedRequest = IncomingMessage & { secure?: boolean | undefined }

/** The cookie options of an app: the same for all, or made for each request. */
export type CookieSettings = CookieOptions | ((request: never) => CookieOptions) | undefined

export function cookieOptionsFor(
  settings: CookieSettings,
  request: IncomingMessage,
): CookieOptions {
  const options =
    typeof settings === 'function'
      ? (settings as (request: IncomingMessage) => CookieOptions)(request)
      : settings
  return options ?? {}
}

/**
 * Whether the request came over https, as far as the app trusts those who say so.
 *
 * @param proxy The option: `true` trusts X-Forwarded-Proto, `false` the socket alone, and undefined asks Express.
 */
export function isSecure(request: IncomingMessage, proxy: boolean | undefined): boolean {
  const { socket, headers, secure } = request as ProxiedRequest
  if (socket !== null && 'encrypted' in socket && socket.encrypted === true) return true
  if (proxy === false) return false
  if (proxy !== true) return secure === true
  const [first = ''] = String(headers['x-forwarded-proto'] ?? '').split(',')
  return first.trim().toLowerCase() === 'https'
}

/** The cookie of a session that begins. */
export function freshCookie(options: CookieOptions, isSecureRequest: () => boolean): Cookie {
  const cookie = new Cookie(options)
  if (options.secure === 'auto') cookie.secure = isSecureRequest()
  if (options.sameSite === 'auto') cookie.sameSite = isSecureRequest() ? 'none' : 'lax'
  return cookie
}

/** The cookie of a session that was kept. */
function keptCookie(kept: CookieData, expiresAt: number): Cookie {
  const { originalMaxAge = null, ...attributes } = kept
  const cookie = new Cookie(attributes)
  if (typeof originalMaxAge === 'number') cookie.expires = new Date(expiresAt)
  cookie.originalMaxAge = originalMaxAge
  return cookie
}

/**
 * The cookie of a session as it was read: what was kept of it, or else what the options say.
 *
 * @param expiresAt When the session ends. Undefined if it has not begun yet.
 */
export function cookieAsRead(kept: CookieData, usual: Cookie, expiresAt?: number): Cookie {
  const isKept = Object.keys(kept).length > 0
  const data = isKept ? kept : usual.data
  if (expiresAt === undefined) return isKept ? keptCookie(data, Date.now()) : usual
  return typeof data.originalMaxAge === 'number' || isKept ? keptCookie(data, expiresAt) : usual
}

/** What is kept of a cookie, as JSON: not when it ends, which the session's record says. */
export function keptText(cookie: Cookie | CookieData | undefined): string {
  const data: CookieData = cookie instanceof Cookie ? cookie.data : { ...new Cookie(cookie).data }
  return JSON.stringify({ ...data, expires: undefined })
}

/** The attributes that a response sends the cookie with. */
export function attributesOf(cookie: Cookie | CookieOptions): CookieAttributes {
  const { path, domain, httpOnly, secure, sameSite, partitioned, expires } = cookie
  const site = sameSite === true ? 'strict' : sameSite || 'lax'
  const isNone = site === 'none' || partitioned === true
  return {
    path: path || undefined,
    domain: domain || undefined,
    httpOnly: httpOnly ?? undefined,
    // Browsers take SameSite=None and Partitioned with Secure only.
    secure: secure === 'auto' || (isNone && !secure) ? undefined : secure,
    sameSite: site === 'auto' ? 'lax' : site,
    partitioned: partitioned ?? undefined,
    expires: expires instanceof Date && !Number.isNaN(expires.getTime()) ? expires : undefined,
  }
}

/** What the cookies of the core have no word for. */
export function withPriority(setCookie: string, { priority }: Cookie): string {
  return priority ? `${setCookie}; Priority=${capital(priority)}` : setCookie
}
