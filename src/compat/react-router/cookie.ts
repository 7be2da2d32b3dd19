/* oxlint-disable typescript/no-explicit-any -- these are React Router's types, to be assignable to them */
import {
  Cookie as CoreCookie,
  type CookieOptions as CoreCookieOptions,
} from '../../core/cookie/cookie.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { warnOnce } from '../../core/runtime/platform.ts'
import {
  attributesOf,
  type CookieSerializeOptions,
  expiryOf,
  needsSecure,
  priorityText,
  serializeKinds,
} from './attributes.ts'
import {
  type CookieParseOptions,
  decodeHeader,
  finishHeader,
  fromBase64,
  toBase64,
} from './cookie-text.ts'

export type { CookieSerializeOptions } from './attributes.ts'
export type { CookieParseOptions } from './cookie-text.ts'

export interface CookieSignatureOptions {
  /** The first one seals, all of them open. Without, anybody can write what they like into the cookie. */
  secrets?: string[] | undefined
}

export type CookieOptions = CookieParseOptions &
  CookieSerializeOptions &
  CookieSignatureOptions &
  Pick<CoreCookieOptions, 'accept' | 'context' | 'encrypt'>

export const cookieKinds: OptionKinds<CookieOptions> = {
  ...serializeKinds,
  decode: 'any',
  secrets: 'any',
  accept: 'any',
  context: 'any',
  encrypt: 'any',
}

/** A cookie that holds any JSON value, as React Router and Remix 2 have it. */
export interface Cookie {
  readonly name: string
  /** Whether it has secrets, so that values cannot be forged. */
  readonly isSigned: boolean
  /** When it ends if it is sent now: by `maxAge`, or else the fixed `expires`. */
  readonly expires?: Date
  /** The value in a Cookie header, or null when it is missing or not authentic. */
  parse(cookieHeader: string | null, options?: CookieParseOptions): Promise<any>
  /**
   * The Set-Cookie header for a value.
   *
   * @throws {CookieSizeError} `ERR_SESSION_COOKIE_SIZE` if name and value are over 4,096 bytes.
   */
  serialize(value: any, options?: CookieSerializeOptions): Promise<string>
}

export type IsCookieFunction = (object: any) => object is Cookie

/** The cookies made here, and what they were made with: a session's cookie starts from that. */
export const madeWith: WeakMap<Cookie, CookieOptions> = new WeakMap()

/**
 * Makes a cookie. With secrets it is sealed; without, it is the base64 of JSON, as scripts expect it.
 * Its attributes are Path=/ and SameSite=Lax unless you say more. (Session storages say more.)
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function createCookie(name: string, options?: CookieOptions): Cookie {
  const own = readOptions('createCookie()', options, cookieKinds)
  const core = createCoreCookie(name, own, { httpOnly: false, secure: false })
  const cookie: Cookie = {
    name,
    isSigned: core.signed,
    get expires() {
      return expiryOf(own)
    },
    async parse(header, { decode = own.decode } = {}) {
      const { value, accepted } = await core.read(decodeHeader(header, name, decode))
      if (value === null) return null
      if (accepted !== undefined) return accepted.data
      return core.signed ? valueOf(value) : fromBase64(value)
    },
    async serialize(value, once = {}) {
      const json = JSON.stringify(value)
      const text = core.signed ? json : toBase64(json)
      return finishHeader(await core.serialize(text, attributesOf(once)), { ...own, ...once })
    },
  }
  madeWith.set(cookie, own)
  return cookie
}

/** Tells cookies from everything else, by their shape. */
export const isCookie: IsCookieFunction = (object): object is Cookie =>
  typeof object === 'object' &&
  object !== null &&
  typeof object.name === 'string' &&
  typeof object.isSigned === 'boolean' &&
  typeof object.parse === 'function' &&
  typeof object.serialize === 'function'

/**
 * The cookie of `coatcheck/cookie` with these options.
 *
 * @param defaults What it is if its options do not say. Where browsers insist on Secure, it is.
 */
export function createCoreCookie(
  name: string,
  options: CookieOptions,
  defaults: { httpOnly: boolean; secure: boolean },
): CoreCookie {
  const { secrets, accept, context, encrypt } = options
  if (options.expires) {
    warnOnce(
      `cookie "${name}" has a fixed "expires", which no commit moves on. Use maxAge, or give the ` +
        'date when you commit or serialize.',
    )
  }
  priorityText(options)
  return new CoreCookie(name, {
    ...attributesOf(options),
    httpOnly: options.httpOnly ?? defaults.httpOnly,
    secure: options.secure ?? (defaults.secure || needsSecure(name, options)),
    ...(secrets !== undefined && { secrets }),
    ...(accept !== undefined && { accept }),
    ...(context !== undefined && { context }),
    ...(encrypt !== undefined && { encrypt }),
  })
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
