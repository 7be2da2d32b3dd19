import { configError } from '../errors.ts'
import { longestLifetime } from '../record/lifetime.ts'
import type { OptionKinds } from '../options.ts'
import { warnOnce } from '../runtime/platform.ts'

/** Where, how long and for whom a browser keeps a cookie. */
export interface CookieAttributes {
  /** Default `/`. */
  path?: string | undefined
  /** Default none: only the host that set the cookie gets it back, and none of its subdomains. */
  domain?: string | undefined
  /**
   * Seconds that the browser keeps the cookie, at most 34,560,000 (400 days, RFC 6265bis §5.5).
   * Default none: until the browser closes. How long a session lives is the storage's to say.
   */
  maxAge?: number | undefined
  /** A fixed end, instead of `maxAge`. */
  expires?: Date | undefined
  /** Hides the cookie from scripts (ASVS 3.3.4). Default `true`. */
  httpOnly?: boolean | undefined
  /**
   * Only over https (ASVS 3.3.1). Default `true`, except for plain http on a loopback host outside production,
   * where no header says that a proxy stands in front. A value given here holds everywhere.
   */
  secure?: boolean | undefined
  /** Default `lax`. */
  sameSite?: SameSite | undefined
  /** Gives each top-level site a cookie of its own (CHIPS). Needs Secure. Default `false`. */
  partitioned?: boolean | undefined
}

export type SameSite = 'lax' | 'strict' | 'none' | 'Lax' | 'Strict' | 'None'

export const attributeKinds: OptionKinds<CookieAttributes> = {
  path: 'string',
  domain: 'string',
  maxAge: 'any',
  expires: 'any',
  httpOnly: 'boolean',
  secure: 'boolean',
  sameSite: 'any',
  partitioned: 'boolean',
}

/** Checked attributes, with their Set-Cookie text made once. */
export interface CompiledAttributes {
  /** The name where Secure is left out: browsers take those with a prefix only with Secure. */
  readonly plainName: string
  /** `; Path=/; HttpOnly; SameSite=Lax` and so on, without Secure and lifetime. */
  readonly fixed: string
  /** All of them without Secure. */
  readonly plainEnd: string
  /** All of them with Secure. */
  readonly secureEnd: string
  readonly sameSite: 'Lax' | 'Strict' | 'None'
  /** Whether Secure may be left out on a plain http loopback host. */
  readonly secure: 'always' | 'never' | 'auto'
  /** Whether the browser forgets the cookie by itself, so that it must be renewed. */
  readonly ages: boolean
}

/** Characters. The seal binds values to the name, and there is room for so many. */
const longestName = 256
const tokenSyntax = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** av-octets without controls and semicolons, at most 1,024 of them (RFC 6265bis §5.6). */
const attributeSyntax = /^[\x20-\x3a\x3c-\x7e]{1,1024}$/
const sameSites = new Map<string, CompiledAttributes['sameSite']>([
  ['lax', 'Lax'],
  ['strict', 'Strict'],
  ['none', 'None'],
])

/** What name prefixes ask for. Browsers compare them without regard to case, so this does too. */
const prefixes = [
  { prefix: '__host-http-', host: true, httpOnly: true },
  { prefix: '__host-', host: true, httpOnly: false },
  { prefix: '__http-', host: false, httpOnly: true },
  { prefix: '__secure-', host: false, httpOnly: false },
]

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless browsers accept this as a cookie's name. */
export function assertCookieName(name: string): void {
  if (typeof name !== 'string' || !tokenSyntax.test(name)) {
    throw configError(
      'A cookie name is a token: letters, digits and !#$%&\'*+-.^_`|~, such as "session"',
    )
  }
  if (name.length > longestName) {
    throw configError(`A cookie name has at most ${longestName} characters, got ${name.length}`)
  }
}

function textOf(attribute: string, value: string | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string' || !attributeSyntax.test(value)) {
    throw configError(
      `Cookie ${attribute} must be printable ASCII without ";", 1 to 1024 characters`,
    )
  }
  return `; ${attribute}=${value}`
}

function lifetimeOf(name: string, { maxAge, expires }: CookieAttributes): string {
  if (expires !== undefined && !(expires instanceof Date && !Number.isNaN(expires.getTime()))) {
    throw configError('Cookie expires must be a valid Date')
  }
  const until = expires === undefined ? '' : `; Expires=${expires.toUTCString()}`
  if (maxAge === undefined) return until
  if (!Number.isInteger(maxAge) || maxAge < 0) {
    throw configError(`Cookie maxAge must be a whole number of seconds of 0 or more, got ${maxAge}`)
  }
  if (maxAge > longestLifetime) {
    warnOnce(`maxAge of cookie "${name}" is over 400 days; browsers cap it, and so do we`)
  }
  return `; Max-Age=${Math.min(maxAge, longestLifetime)}${until}`
}

/**
 * Checks that browsers will take a cookie with these attributes, and makes their text.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` for every combination that a browser would silently reject.
 */
export function compileAttributes(name: string, attributes: CookieAttributes): CompiledAttributes {
  const { path = '/', domain, httpOnly = true, sameSite = 'lax', partitioned = false } = attributes
  const site = sameSites.get(String(sameSite).toLowerCase())
  if (site === undefined) throw configError('Cookie sameSite must be "lax", "strict" or "none"')
  if (!path.startsWith('/')) throw configError('Cookie path must start with "/"')
  if (/[:/]/.test(domain ?? '')) throw configError('Cookie domain must be a host name alone')

  const rule = prefixes.find(({ prefix }) => name.toLowerCase().startsWith(prefix))
  const alwaysSecure = site === 'None' || partitioned
  const needsSecure = rule !== undefined || alwaysSecure
  if (needsSecure && attributes.secure === false) {
    throw configError(
      `Cookie "${name}" needs Secure: its prefix, SameSite=None and Partitioned ask for it. ` +
        'Leave the option secure out.',
    )
  }
  if (rule?.host && (path !== '/' || domain !== undefined)) {
    throw configError(`Cookie "${name}" must have Path=/ and no Domain: its prefix asks for it`)
  }
  if (rule?.httpOnly && !httpOnly) {
    throw configError(`Cookie "${name}" must be HttpOnly: its prefix asks for it`)
  }
  const flags = `${httpOnly ? '; HttpOnly' : ''}; SameSite=${site}${partitioned ? '; Partitioned' : ''}`
  const { secure } = attributes
  const fixed = `${textOf('Domain', domain)}${textOf('Path', path)}${flags}`
  const lifetime = lifetimeOf(name, attributes)
  return {
    plainName: name.slice(rule?.prefix.length ?? 0) || name,
    fixed,
    plainEnd: `${fixed}${lifetime}`,
    secureEnd: `${fixed}; Secure${lifetime}`,
    sameSite: site,
    secure: alwaysSecure || secure ? 'always' : secure === false ? 'never' : 'auto',
    ages: attributes.maxAge !== undefined || attributes.expires !== undefined,
  }
}
