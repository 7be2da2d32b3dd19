import { type Cookie as CoreCookie, isCookie as isCoreCookie } from '../../core/cookie/cookie.ts'
import type { ImportedSession } from '../../core/cookie/importers.ts'
import { configError } from '../../core/errors.ts'
import { readOptions } from '../../core/options.ts'
import { isProduction, warnOnce } from '../../core/runtime/platform.ts'
import { attributesOf, type CookieSerializeOptions, expiryOf, priorityText } from './attributes.ts'
import {
  type Cookie,
  cookieKinds,
  type CookieOptions,
  createCoreCookie,
  isCookie,
  madeWith,
} from './cookie.ts'
import { type CookieParseOptions, decodeHeader, finishHeader } from './cookie-text.ts'

/** A session's cookie as users give it: a cookie, or what to make one with. The name is `__session` by default. */
export type SessionCookieArgument =
  | Cookie
  | CoreCookie
  | (CookieOptions & { name?: string | undefined })

/** What a storage does with its cookie, whoever made it. */
export interface SessionCookie {
  readonly name: string
  /** Whether it has secrets, so that its value cannot be forged. */
  readonly signed: boolean
  /** The value in a Cookie header, and the session that another library's cookie stood for. */
  read(
    header: string | null | undefined,
    options?: CookieParseOptions,
  ): Promise<{ value: string | null; imported?: ImportedSession | undefined }>
  write(value: string, options?: CookieSerializeOptions): Promise<string>
  clear(options?: CookieSerializeOptions): Promise<string>
  /**
   * When the cookie, and the session with it, ends: by the commit's maxAge, its expires, or the cookie's own.
   * Asked before anything is stored, so that nothing is if the options are wrong.
   *
   * @param now In milliseconds since the epoch.
   * @throws {SessionError} `ERR_SESSION_CONFIG` for options that `write` will not take.
   */
  expiry(options: CookieSerializeOptions, now: number): Date | undefined
}

/**
 * The cookie of a session storage: HttpOnly, and in production Secure, unless its options say otherwise.
 * One without secrets is used, as in React Router, and warned of.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's options are wrong.
 */
export function createSessionCookie(given: SessionCookieArgument = {}): SessionCookie {
  if (typeof given !== 'object' || given === null) {
    throw configError('The session cookie must be a cookie, or an object of options for one')
  }
  if (isCoreCookie(given)) return ownCookie(given, given)
  const defaults = { httpOnly: true, secure: isProduction() }
  if (isCookie(given)) {
    const own = madeWith.get(given)
    if (own === undefined) return foreignCookie(given)
    return ownCookie(createCoreCookie(given.name, own, defaults), own)
  }
  const kinds = { ...cookieKinds, name: 'any' } as const
  const { name = '__session', ...options } = readOptions('The session cookie', given, kinds)
  return ownCookie(createCoreCookie(name, options, defaults), options)
}

function ownCookie(cookie: CoreCookie, own: CookieOptions | CoreCookie): SessionCookie {
  warnIfUnsigned(cookie.name, cookie.signed)
  const { encode, decode, priority }: CookieOptions = isCoreCookie(own) ? {} : own
  const finish = (header: string, options: CookieSerializeOptions) =>
    finishHeader(header, { encode, priority, ...options })
  return {
    name: cookie.name,
    signed: cookie.signed,
    read: async (header, options = {}) =>
      cookie.read(decodeHeader(header, cookie.name, options.decode ?? decode)),
    write: async (value, options = {}) =>
      finish(await cookie.serialize(value, attributesOf(options)), options),
    clear: async ({ maxAge: _, expires: __, ...options } = {}) =>
      finishHeader(cookie.clear(attributesOf(options)), { priority }),
    expiry(options, now) {
      cookie.clear(attributesOf(options))
      priorityText(options)
      return expiryOf(options, now) ?? expiryOf(own, now)
    },
  }
}

/** One that React Router, or anybody else, made: what it reads and writes is its own. */
function foreignCookie(cookie: Cookie): SessionCookie {
  warnIfUnsigned(cookie.name, cookie.isSigned)
  return {
    name: cookie.name,
    signed: cookie.isSigned,
    async read(header, options) {
      const value: unknown = await cookie.parse(header ?? null, options)
      return { value: typeof value === 'string' ? value : null }
    },
    // As with our own: its Max-Age would hide the date.
    write: (value, { ...options } = {}) =>
      cookie.serialize(value, options.expires ? { maxAge: undefined, ...options } : options),
    clear: (options) =>
      cookie.serialize('', { ...options, maxAge: undefined, expires: new Date(0) }),
    expiry(options, now) {
      const { maxAge, expires } = options
      const isWrong = typeof maxAge === 'number' && !Number.isInteger(maxAge)
      if (isWrong || Number.isNaN(expires?.getTime())) {
        throw configError('A commit takes maxAge in whole seconds, and expires as a valid Date')
      }
      return expiryOf(options, now) ?? cookie.expires
    },
  }
}

/**
 * Where the cookie is the session, and not its id, whoever can write it can be anybody.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` for such a cookie without secrets in production.
 */
export function assertUnforgeable({ name, signed }: SessionCookie): void {
  if (signed || !isProduction()) return
  throw configError(
    `Cookie "${name}" holds the whole session and has no secrets, so visitors could log in as anybody. ` +
      'Give it secrets: [process.env.SESSION_SECRET], and see that the variable is set. ' +
      '`npx coatcheck secret` prints a good one.',
  )
}

function warnIfUnsigned(name: string, isSigned: boolean): void {
  if (isSigned) return
  warnOnce(
    `cookie "${name}" has no secrets, so visitors can put into it what they like. ` +
      '`npx coatcheck secret` prints one.',
  )
}
