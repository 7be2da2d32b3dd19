import type { IncomingMessage } from 'node:http'
import type { CookieAttributes } from '../../core/cookie/cookie.ts'
import { longestLifetime } from '../../core/record/lifetime.ts'
import { warnOnce } from '../../core/runtime/platform.ts'
import type { Commit } from '../../core/serving/commit.ts'
import type { SessionState } from '../../core/session/session-state.ts'
import {
  attributesOf,
  cookieAsRead,
  cookieOptionsFor,
  freshCookie,
  isSecure,
  keptText,
  withPriority,
} from './attributes.ts'
import { Cookie } from './cookie.ts'
import type { KeptCookie } from './cookies.ts'
import { cookieKey, storedTexts, type Texts, valuesOf } from './data.ts'
import { Session, type SessionRequest } from './session.ts'
import type { Setup } from './setup.ts'

/** The object that handlers have as `req.session`, what was in it when they got it, and its cookie. */
export class ShownSession {
  readonly #setup: Setup
  readonly #request: IncomingMessage & SessionRequest
  readonly #codec: SessionState['codec']
  /** What was read, or was noted last. */
  texts: Texts
  /** The id that express-session had given to this session. */
  readonly from: string | undefined
  readonly #given: Cookie
  readonly #hadMaxAge: boolean
  #session: Session | undefined

  constructor(setup: Setup, request: IncomingMessage, state: SessionState) {
    this.#setup = setup
    this.#request = request
    this.#codec = state.codec
    this.texts = storedTexts(state)
    const { from, ...kept } = (state.values.get(cookieKey) ?? {}) as KeptCookie
    this.from = from
    // One that begins anew has its whole life before it.
    const isRead = state.loaded !== undefined && state.wishes.rotation === undefined
    const expiresAt = isRead ? state.expiresAt : undefined
    this.#given = cookieAsRead(kept, this.#freshCookie(), expiresAt)
    this.#hadMaxAge = typeof this.#given.originalMaxAge === 'number'
  }

  get session(): Session {
    if (this.#session !== undefined) return this.#session
    const values = Object.fromEntries(valuesOf(this.texts, this.#codec))
    this.#session = new Session(this.#request, { [cookieKey]: this.#given, ...values })
    return this.#session
  }

  /** The cookie as the app has it now: it may have put that of another session there. */
  get cookie(): Cookie {
    // Nobody has looked yet: that would be the first look.
    if (this.#session === undefined) return this.#given
    const { session = this.#session } = this.#request
    const own = (session as { cookie?: unknown } | null)?.cookie
    return own instanceof Cookie ? own : this.#given
  }

  #freshCookie(): Cookie {
    const { settings, proxy } = this.#setup
    const options = cookieOptionsFor(settings, this.#request)
    return freshCookie(options, () => isSecure(this.#request, proxy))
  }

  /** Keeps the cookie beside the data, unless it is as the options say. */
  noteCookie(state: SessionState): void {
    // A cookie alone is nothing to keep.
    if (state.loaded === undefined && !state.isUnsaved) return
    const text = keptText(this.cookie)
    const isMade = typeof this.#setup.settings === 'function'
    const isUsual = !isMade && text === keptText(this.#freshCookie())
    const from = this.from === undefined ? {} : { from: this.from }
    const wanted = { ...(isUsual ? {} : (JSON.parse(text) as KeptCookie)), ...from }
    const known = state.values.get(cookieKey) ?? {}
    if (JSON.stringify(known) === JSON.stringify(wanted)) return
    if (Object.keys(wanted).length === 0) state.change({ type: 'unset', key: cookieKey })
    else state.change({ type: 'set', key: cookieKey, value: wanted })
  }

  /** Milliseconds that the session lives after a use, if the storage's own timeouts are not all there is. */
  get #lifetime(): number | undefined {
    const { originalMaxAge } = this.cookie
    if (typeof originalMaxAge === 'number') return Math.max(1, originalMaxAge)
    // An end that was written once stays, unless a later one takes its place.
    return this.#setup.lifetime ?? (this.#hadMaxAge ? longestLifetime * 1000 : undefined)
  }

  /** When a session that is used now ends, if the storage's own timeouts are not all there is. */
  endOf({ now }: SessionState): number | undefined {
    const lifetime = this.#lifetime
    return lifetime === undefined ? undefined : Math.min(now() + lifetime, farthest)
  }

  /** Whether a tenth of that has gone since the use that was noted last. */
  isDue({ loaded, now }: SessionState): boolean {
    const lifetime = this.#lifetime
    if (loaded === undefined || lifetime === undefined) return false
    return now() - loaded.record.lastUsedAt >= lifetime / 10
  }

  get attributes(): CookieAttributes {
    return attributesOf(this.cookie)
  }

  /** What the response carries: over plain http, a cookie that must be Secure is not sent at all. */
  sent(commit: Commit): Commit {
    const { cookie } = this
    const isWithheld = cookie.secure === true && !isSecure(this.#request, this.#setup.proxy)
    if (commit.setCookies.length === 0 || !(isWithheld || cookie.priority)) return commit
    const setCookies = commit.setCookies.flatMap((one) => {
      if (one.includes('; Max-Age=0')) return [one]
      if (!isWithheld) return [withPriority(one, cookie)]
      warnOnce(
        'A session got no cookie: it has secure: true, and the request does not count as https. ' +
          "Behind a proxy that speaks https, write app.set('trust proxy', 1)",
      )
      return []
    })
    return { ...commit, setCookies }
  }
}

/** The last instant that a Date can tell. */
const farthest = 8.64e15
