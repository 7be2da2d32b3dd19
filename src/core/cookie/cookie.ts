import {
  assertCookieName,
  attributeKinds,
  compileAttributes,
  type CompiledAttributes,
  type CookieAttributes,
} from './attributes.ts'
import { assertContext, cookieKinds, type CookieOptions } from './cookie-options.ts'
import { hasPairBehindComma, mostValues, readCookieValues } from './header.ts'
import { assertImporters, importCookie, type CookieImporter } from './importers.ts'
import { CookieSizeError, SessionError } from '../errors.ts'
import { readOptions } from '../options.ts'
import { isBranded, markAs } from '../runtime/brand.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import { rememberOpened } from './opened-values.ts'
import { absent, type CookieReading, readingOf, unusable } from './reading.ts'
import { warnOfPlainHttp } from './plain-http.ts'
import { type CookieRequest, isDevelopersOwn, urlOf } from './request-place.ts'
import { checkScopes, type CookieScope, scopesBeside, without } from './scopes.ts'
import { createEncryptingSeal, createSigningSeal, type Opened, type Seal } from './seal.ts'
import { checkSecrets } from './secrets.ts'

export type { CookieAttributes, SameSite } from './attributes.ts'
export type { CookieOptions } from './cookie-options.ts'
export type { CookieImporter, ImportedCookie, ImportedSession } from './importers.ts'
export type { CookieReading } from './reading.ts'
export type { CookieRequest } from './request-place.ts'
export type { CookieScope } from './scopes.ts'

/** Most bytes in a cookie's name and value: browsers drop the rest without a word (RFC 6265bis §5.6). */
const largestCookie = 4096
const expired = '; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'

/** A cookie: its name, its attributes and, with secrets, its seal. A session's cookie needs secrets. */
export class Cookie {
  readonly name: string
  /** Whether it has secrets, so that values cannot be forged. */
  readonly signed: boolean
  /** Whether values cannot be read without a secret either. */
  readonly encrypted: boolean
  readonly #options: CookieOptions
  readonly #secrets: readonly string[]
  readonly #accept: readonly CookieImporter[]
  readonly #formerScopes: readonly CookieScope[]
  readonly #attributes: CompiledAttributes
  readonly #seal: Seal | undefined

  /** @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead. */
  constructor(name: string, options?: CookieOptions) {
    assertCookieName(name)
    this.#options = readOptions('createCookie()', options, cookieKinds)
    const {
      secrets = [],
      encrypt = true,
      context = '',
      accept = [],
      formerScopes = [],
    } = this.#options
    assertContext(context)
    this.#secrets = checkSecrets(name, secrets)
    assertImporters(name, accept, this.#secrets)
    this.#accept = [...accept]
    this.name = name
    this.signed = this.#secrets.length > 0
    this.encrypted = this.signed && encrypt
    this.#attributes = compileAttributes(name, this.#options)
    this.#formerScopes = without(checkScopes(formerScopes), [this.#options])
    for (const scope of this.#formerScopes) this.#compiled(scope)
    const keys = { secrets: this.#secrets, name, context }
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

  get path(): string {
    return this.#options.path ?? '/'
  }

  /** If other hosts than the one that sets it get it back. */
  get domain(): string | undefined {
    return this.#options.domain
  }

  get httpOnly(): boolean {
    return this.#options.httpOnly ?? true
  }

  /** Whether it goes over https only, but for a developer's own: see `serialize`. */
  get secure(): boolean {
    return this.#attributes.secure !== 'never'
  }

  get sameSite(): 'Lax' | 'Strict' | 'None' {
    return this.#attributes.sameSite
  }

  get partitioned(): boolean {
    return this.#options.partitioned ?? false
  }

  /**
   * The cookie's value in a Cookie header, or null when it is missing or not authentic.
   * Returns a promise where the runtime has no synchronous cryptography: await it.
   *
   * @param request The one that the header is of. Where it is a developer's own (see `serialize`), a cookie with a
   * prefix such as `__Host-` goes without, and is found under that name only.
   */
  parse(header: string | null | undefined, request?: CookieRequest): MaybePromise<string | null> {
    return andThen(this.read(header, request), ({ value }) => value)
  }

  /** The same as `parse`, with what there is to know about it. Never throws for bad input. */
  read(header: string | null | undefined, request?: CookieRequest): MaybePromise<CookieReading> {
    if (!header) return absent
    const name = this.#nameIn(request)
    const values = readCookieValues(header, name)
    if (values.length === 0) return hasPairBehindComma(header, name) ? unusable('cookie') : absent
    if (values.length > mostValues) return unusable('shadowed')
    const opened = values.map((value) => this.#open(value))
    return opened.some((one) => one && 'then' in one)
      ? Promise.all(opened).then((late) => this.#tell(late, values))
      : this.#tell(opened as (Opened | undefined)[], values)
  }

  /** What these values are, or what is in them if they are another library's. */
  #tell(
    opened: readonly (Opened | undefined)[],
    values: readonly string[],
  ): MaybePromise<CookieReading> {
    const reading = readingOf(opened)
    const isOthers = reading.problem === 'cookie' && this.#accept.length > 0
    return isOthers ? this.#import(values) : reading
  }

  async #import(values: readonly string[]): Promise<CookieReading> {
    const texts = values.filter((text) => text.length <= largestCookie)
    const found = await importCookie(this.#accept, texts, this.#secrets)
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
   * @param request The one that this answers. Secure, and a prefix of the name that browsers take only with Secure, are left
   * out for a developer's own only: outside production, over plain http to a loopback host, where no header
   * (Forwarded, X-Forwarded-*, X-Real-IP, Via) says that a proxy stands in front.
   * @returns A promise of it where the runtime has no synchronous cryptography: await it.
   * @throws {SessionError} `ERR_SESSION_VALUE` if the value has lone surrogates.
   * @throws {CookieSizeError} `ERR_SESSION_COOKIE_SIZE` if name and value are over 4,096 bytes.
   */
  serialize(
    value: string,
    attributes?: CookieAttributes,
    request?: CookieRequest,
  ): MaybePromise<string> {
    if (typeof value !== 'string' || !value.isWellFormed()) {
      throw new SessionError(
        'ERR_SESSION_VALUE',
        `Cookie "${this.name}" takes a string without lone surrogates, which have no UTF-8`,
      )
    }
    const sealed = this.#seal ? this.#seal.seal(value) : encodeURIComponent(value)
    const write = (text: string): string => {
      const size = this.name.length + text.length
      if (size > largestCookie) throw new CookieSizeError(this.name, size, largestCookie)
      const compiled = this.#compiled(attributes)
      if (isWithoutSecure(compiled, request)) {
        return `${compiled.plainName}=${text}${compiled.plainEnd}`
      }
      if (request !== undefined) warnOfPlainHttp(this.name, request)
      return `${this.name}=${text}${compiled.secureEnd}`
    }
    return typeof sealed === 'string' ? write(sealed) : sealed.then(write)
  }

  /** The Set-Cookie header that makes the browser forget the cookie: same place, in the past. */
  clear(attributes?: CookieAttributes, request?: CookieRequest): string {
    const compiled = this.#compiled(attributes)
    return isWithoutSecure(compiled, request)
      ? `${compiled.plainName}=${compiled.fixed}${expired}`
      : `${this.name}=${compiled.fixed}; Secure${expired}`
  }

  /** The Set-Cookie headers that make the browser forget the cookie in its `formerScopes`. */
  clearFormer(request?: CookieRequest): string[] {
    return this.#formerScopes.map((scope) => this.clear(scope, request))
  }

  /**
   * The Set-Cookie headers that make the browser forget cookies of this name in other scopes, where another host of the
   * same site may have planted one: those that can be known. `formerScopes` are not among them.
   */
  clearBeside(request?: CookieRequest): string[] {
    const url = request && urlOf(request)
    const scopes = without(scopesBeside(this.#options, url), this.#formerScopes)
    const possible = this.#isBoundToHost(request) ? [] : scopes
    return possible.map((scope) => this.clear(scope, request))
  }

  /** Whether browsers take a cookie of this name in one scope only. */
  #isBoundToHost(request: CookieRequest | undefined): boolean {
    return /^__host-/i.test(this.#nameIn(request))
  }

  #compiled(attributes: CookieAttributes | undefined): CompiledAttributes {
    if (attributes === undefined) return this.#attributes
    readOptions('A cookie’s attributes', attributes, attributeKinds)
    const together = Object.assign(Object.create(null), this.#options, attributes)
    return compileAttributes(this.name, together as CookieAttributes)
  }

  /** Its name in the Cookie header of this request. */
  #nameIn(request: CookieRequest | undefined): string {
    const { plainName } = this.#attributes
    if (plainName === this.name) return plainName
    return isWithoutSecure(this.#attributes, request) ? plainName : this.name
  }
}

/** Asked once for each cookie that is set: where the browser is a developer's own, all headers of the request are looked at. */
function isWithoutSecure({ secure }: CompiledAttributes, request?: CookieRequest): boolean {
  return secure === 'never' || (secure === 'auto' && isDevelopersOwn(request))
}

markAs(Cookie.prototype, 'cookie')

/**
 * Makes a cookie.
 *
 * @param name A token such as `__Host-session`, of at most 256 characters. Prefixes are checked as browsers do.
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function createCookie(name: string, options?: CookieOptions): Cookie {
  return new Cookie(name, options)
}

/** Tells cookies from everything else. */
export function isCookie(value: unknown): value is Cookie {
  return isBranded(value, 'cookie')
}
