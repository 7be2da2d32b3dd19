import { warnOnce } from '../../core/runtime/platform.ts'

/** What may be said of a session's cookie. Durations are milliseconds, as in express-session. */
export interface CookieOptions {
  /** Milliseconds. Default none: until the browser closes. */
  maxAge?: number | null | undefined
  /** A fixed end. It becomes a `maxAge`, as there: each use counts anew from it. */
  expires?: Date | null | undefined
  /** Default `/`. Requests for other paths have no session. */
  path?: string | undefined
  domain?: string | undefined
  /** Default `true`. */
  httpOnly?: boolean | undefined
  /**
   * Only over https; a request over plain http gets no cookie then. `auto`: as the request came. Default: Secure, except for
   * plain http on a loopback host outside production.
   */
  secure?: boolean | 'auto' | undefined
  /** `true` is `strict`, `auto` is `none` over https and else `lax`. Default `lax`, also for `false`. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined
  partitioned?: boolean | undefined
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** What is kept of a session's cookie beside its data. */
export type CookieData = Omit<CookieOptions, 'maxAge' | 'expires'> & {
  originalMaxAge?: number | null | undefined
  expires?: Date | null | undefined
}

/** `req.session.cookie`: what is changed on it holds for this session alone. */
export class Cookie {
  path: string | undefined = '/'
  httpOnly: boolean | undefined = true
  /** What `maxAge` was set to last: each use of the session starts from it again. */
  originalMaxAge: number | null | undefined
  declare domain?: string | undefined
  declare secure?: boolean | 'auto' | undefined
  declare sameSite?: CookieOptions['sameSite']
  declare partitioned?: boolean | undefined
  declare priority?: CookieOptions['priority']
  declare signed?: boolean | undefined
  /** @internal */
  _expires: Date | null | undefined = null

  constructor(options?: CookieOptions | CookieData) {
    this.maxAge = null
    if (options === undefined || options === null) return
    if (typeof options !== 'object') throw new TypeError('A cookie takes its options as an object')
    const { data: _, ...own } = options as CookieOptions & { data?: unknown }
    Object.assign(this, own)
    this.originalMaxAge ??= this.maxAge
  }

  /** Milliseconds from now until it ends; null if it has no end but the browser's. */
  get maxAge(): number | null | undefined {
    return this._expires instanceof Date ? this._expires.getTime() - Date.now() : this._expires
  }

  set maxAge(ms: number | Date | null | undefined) {
    if (ms && typeof ms !== 'number' && !(ms instanceof Date)) {
      throw new TypeError('maxAge of a cookie must be a number of milliseconds')
    }
    if (ms instanceof Date) warnOnce('maxAge of a cookie as a Date: write a number of milliseconds')
    this.expires = typeof ms === 'number' ? new Date(Date.now() + ms) : ms
    // By the clock it may be one less already.
    if (typeof ms === 'number') this.originalMaxAge = ms
  }

  get expires(): Date | null | undefined {
    return this._expires
  }

  set expires(date: Date | null | undefined) {
    this._expires = date
    this.originalMaxAge = this.maxAge
  }

  get data(): CookieData {
    const { originalMaxAge, partitioned, priority, secure, httpOnly, domain, path, sameSite } = this
    return {
      originalMaxAge,
      partitioned,
      priority,
      expires: this._expires,
      secure,
      httpOnly,
      domain,
      path,
      sameSite,
    }
  }

  /** The Set-Cookie header for a value as it is. The session's own cookie is sealed besides. */
  serialize(name: string, value: string): string {
    const { domain, path, httpOnly, secure, partitioned, priority, sameSite, expires } = this
    const site = sameSite === true ? 'Strict' : sameSite
    return [
      `${name}=${encodeURIComponent(value)}`,
      domain && `Domain=${domain}`,
      path && `Path=${path}`,
      expires instanceof Date && `Expires=${expires.toUTCString()}`,
      httpOnly && 'HttpOnly',
      secure && 'Secure',
      partitioned && 'Partitioned',
      priority && `Priority=${capital(priority)}`,
      site && `SameSite=${capital(site)}`,
    ]
      .filter(Boolean)
      .join('; ')
  }

  toJSON(): CookieData {
    return this.data
  }
}

export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()
}
