import {
  assertCookieName,
  compileAttributes,
  type CompiledAttributes,
  type CookieAttributes,
} from './attributes.ts'
import { readCookieValues } from './header.ts'
import {
  assertImporters,
  importCookie,
  type CookieImporter,
  type ImportedSession,
} from './importers.ts'
import { configError, CookieSizeError, SessionError } from '../errors.ts'
import { all, andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import { rememberOpened } from './opened-values.ts'
import { isProduction } from '../runtime/platform.ts'
import { createEncryptingSeal, createSigningSeal, type Opened, type Seal } from './seal.ts'
import { assertSecrets } from './secrets.ts'

export type { CookieAttributes, SameSite } from './attributes.ts'
export type { CookieImporter, ImportedCookie, ImportedSession } from './importers.ts'

export interface CookieOptions extends CookieAttributes {
  /**
   * Strings of 32 characters or more that only the server knows; `npx coatcheck secret` prints one.
   * The first one seals, all of them open: put a new one in front, and take the old one out when the
   * cookies sealed with it have expired. Without secrets the cookie is plain, and no session may use it.
   */
  secrets?: readonly string[]
  /** Whether values are encrypted; if not, they are only signed. Default `true`. */
  encrypt?: boolean
  /** Sets this cookie's keys apart, such as `staging`: the same secrets open nothing elsewhere. Default none. */
  context?: string
  /**
   * Which cookies of other libraries are read too, for as long as visitors come with them. They are
   * looked at only when a cookie is not one of ours, and never written. Default none.
   */
  accept?: readonly CookieImporter[]
}

/** What a Cookie header says about one cookie. */
export interface CookieReading {
  /** The value, if there was exactly one that is authentic. */
  readonly value: string | null
  /** Whether the header had this cookie at all. */
  readonly present: boolean
  /** Whether an older secret sealed it, so that it should be sent again. */
  readonly outdated: boolean
  /** What was in a cookie of another library, which `accept` lets in. */
  readonly accepted?: { readonly data: unknown }
  /** The session that such a cookie stands for. */
  readonly imported?: ImportedSession | undefined
  /** Why a cookie that was present has no value. */
  readonly problem?: 'cookie' | 'shadowed' | undefined
}

/** Most bytes in a cookie's name and value: browsers drop the rest without a word (RFC 6265bis §5.6). */
const largestCookie = 4096
/** More cookies of one name than this are not looked at: nobody but an attacker sends them. */
const mostCandidates = 4
const absent: CookieReading = { value: null, present: false, outdated: false }
const expired = '; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
const loopback =
  /^http:\/\/(localhost|[^/\\:?#@]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(?=[/?#]|$)/i

/**
 * A cookie: its name, its attributes and, with secrets, its seal. A session's cookie needs secrets.
 */
export class Cookie {
  readonly name: string
  /** Whether it has secrets, so that values cannot be forged. */
  readonly signed: boolean
  /** Whether values cannot be read without a secret either. */
  readonly encrypted: boolean
  readonly #options: CookieOptions
  readonly #attributes: CompiledAttributes
  readonly #seal: Seal | undefined

  /** @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead. */
  constructor(name: string, options: CookieOptions = {}) {
    assertCookieName(name)
    const { secrets = [], encrypt = true, context = '', accept = [] } = options
    if (typeof context !== 'string') throw configError('Cookie context must be a string')
    assertSecrets(name, secrets)
    assertImporters(name, accept, secrets)
    this.name = name
    this.signed = secrets.length > 0
    this.encrypted = this.signed && encrypt
    this.#options = options
    this.#attributes = compileAttributes(name, options)
    const keys = { secrets: [...secrets], name, context }
    if (this.signed) {
      const seal = encrypt ? createEncryptingSeal(keys) : createSigningSeal(keys)
      this.#seal = rememberOpened(seal)
    }
  }

  /** Whether browsers forget it by themselves, after `maxAge` or at `expires`. */
  get ages(): boolean {
    return this.#attributes.ages
  }

  /** Seconds that browsers keep it, if that is limited. Middleware renews it before they have gone. */
  get maxAge(): number | undefined {
    return this.#options.maxAge
  }

  /** The fixed end that it was made with. */
  get expires(): Date | undefined {
    return this.#options.expires
  }

  /**
   * The cookie's value in a Cookie header, or null when it is missing or not authentic.
   * Returns a promise where the runtime has no synchronous cryptography: await it.
   */
  parse(header: string | null | undefined): MaybePromise<string | null> {
    return andThen(this.read(header), ({ value }) => value)
  }

  /** The same as `parse`, with what there is to know about it. Never throws for bad input. */
  read(header: string | null | undefined): MaybePromise<CookieReading> {
    if (!header) return absent
    const values = readCookieValues(header, this.name)
    if (values.length === 0) return absent
    if (values.length > mostCandidates) return unusable('shadowed')
    return andThen(this.#readOurs(values), (reading) =>
      reading.problem === 'cookie' && this.#options.accept?.length ? this.#import(values) : reading,
    )
  }

  #readOurs(values: readonly string[]): MaybePromise<CookieReading> {
    if (values.length === 1) return andThen(this.#open(values[0]!), readingOf)
    // Somebody may have planted another cookie of our name, before ours or behind it.
    return andThen(all(values.map((value) => this.#open(value))), (opened) => {
      const authentic = opened.filter((one) => one !== undefined)
      const [first] = authentic
      if (first === undefined) return unusable('cookie')
      if (authentic.some(({ value }) => value !== first.value)) return unusable('shadowed')
      return readingOf({ value: first.value, current: authentic.every(({ current }) => current) })
    })
  }

  async #import(values: readonly string[]): Promise<CookieReading> {
    const { accept = [], secrets = [] } = this.#options
    const texts = values.filter((text) => text.length <= largestCookie)
    const found = await importCookie(accept, texts, secrets)
    if (found === undefined || found === 'shadowed') return unusable(found ?? 'cookie')
    const { value, data = value, session } = found
    return { value, present: true, outdated: true, accepted: { data }, imported: session }
  }

  #open(text: string): MaybePromise<Opened | undefined> {
    if (text.length > largestCookie) return undefined
    if (this.#seal !== undefined) return this.#seal.open(text)
    try {
      return { value: decodeURIComponent(text), current: true }
    } catch {
      return undefined
    }
  }

  /**
   * The Set-Cookie header for a value.
   *
   * @param attributes Replace those of the cookie, one by one.
   * @param requestUrl Where the request went; only `http://localhost` and its like leave Secure out.
   * @throws {SessionError} `ERR_SESSION_VALUE` if the value has lone surrogates.
   * @throws {CookieSizeError} `ERR_SESSION_COOKIE_SIZE` if name and value are over 4,096 bytes.
   */
  serialize(
    value: string,
    attributes?: CookieAttributes,
    requestUrl?: string,
  ): MaybePromise<string> {
    if (typeof value !== 'string' || !isWellFormed(value)) {
      throw new SessionError(
        'ERR_SESSION_VALUE',
        `Cookie "${this.name}" takes a string without lone surrogates, which have no UTF-8`,
      )
    }
    const sealed = this.#seal ? this.#seal.seal(value) : encodeURIComponent(value)
    return andThen(sealed, (text) => {
      const size = this.name.length + text.length
      if (size > largestCookie) throw new CookieSizeError(this.name, size, largestCookie)
      const compiled = this.#compiled(attributes)
      return `${this.name}=${text}${compiled.fixed}${this.#secure(compiled, requestUrl)}${compiled.lifetime}`
    })
  }

  /** The Set-Cookie header that makes the browser forget the cookie: same place, in the past. */
  clear(attributes?: CookieAttributes, requestUrl?: string): string {
    const compiled = this.#compiled(attributes)
    return `${this.name}=${compiled.fixed}${this.#secure(compiled, requestUrl)}${expired}`
  }

  #compiled(attributes: CookieAttributes | undefined): CompiledAttributes {
    if (attributes === undefined) return this.#attributes
    return compileAttributes(this.name, { ...this.#options, ...attributes })
  }

  #secure({ secure }: CompiledAttributes, requestUrl: string | undefined): string {
    if (secure === 'never') return ''
    const leftOut =
      secure === 'auto' && requestUrl !== undefined && loopback.test(requestUrl) && !isProduction()
    return leftOut ? '' : '; Secure'
  }
}

/** Newer than the library that we compile with, older than every runtime that we support. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function readingOf(opened: Opened | undefined): CookieReading {
  if (opened === undefined) return unusable('cookie')
  return { value: opened.value, present: true, outdated: !opened.current }
}

function unusable(problem: 'cookie' | 'shadowed'): CookieReading {
  return { value: null, present: true, outdated: false, problem }
}

/**
 * Makes a cookie.
 *
 * @param name A token such as `session`. Prefixes such as `__Host-` are checked as browsers do.
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function createCookie(name: string, options?: CookieOptions): Cookie {
  return new Cookie(name, options)
}

/** Tells cookies from everything else. */
export function isCookie(value: unknown): value is Cookie {
  return value instanceof Cookie
}
