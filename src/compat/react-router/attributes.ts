import { attributeKinds } from '../../core/cookie/attributes.ts'
import type { CookieAttributes } from '../../core/cookie/cookie.ts'
import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { longestLifetime } from '../../core/record/lifetime.ts'

/** A cookie's attributes; `coatcheck/cookie` says what each does. */
export interface CookieSerializeOptions extends Omit<CookieAttributes, 'sameSite'> {
  /** `true` is `strict`, and `false`, which leaves it to the browser, is `lax`. Default `lax`. */
  sameSite?: boolean | CookieAttributes['sameSite'] | undefined
  /** Which cookies Chromium drops last. Default none. */
  priority?: 'low' | 'medium' | 'high' | undefined
  /** Changes the text that is sent, into letters that a cookie may have. Default: percent-encoding. */
  encode?: ((text: string) => string) | undefined
}

const names = Object.keys(attributeKinds) as (keyof CookieAttributes)[]

/** Of what kind they are, the cookie of `coatcheck/cookie` says, which takes some of them for others. */
export const serializeKinds: OptionKinds<CookieSerializeOptions> = {
  path: 'any',
  domain: 'any',
  maxAge: 'any',
  expires: 'any',
  httpOnly: 'any',
  secure: 'any',
  sameSite: 'any',
  partitioned: 'any',
  priority: 'any',
  encode: 'any',
}

const priorities = new Map([
  ['low', 'Low'],
  ['medium', 'Medium'],
  ['high', 'High'],
])

/** The attributes that were given: undefined takes one away. */
export function attributesOf(options: CookieSerializeOptions): CookieAttributes {
  const attributes: Record<string, unknown> = {}
  for (const name of names) {
    if (Object.hasOwn(options, name)) attributes[name] = options[name] ?? undefined
  }
  const { sameSite, maxAge, expires } = options
  if (typeof sameSite === 'boolean') attributes['sameSite'] = sameSite ? 'strict' : 'lax'
  if (typeof maxAge === 'number') attributes['maxAge'] = Math.max(0, maxAge)
  // Browsers would go by the cookie's own Max-Age, and the server by this date.
  else if (expires) attributes['maxAge'] = undefined
  if (needsSecure('', options)) attributes['secure'] ??= true
  return attributes
}

/** Whether browsers take such a cookie only if it is Secure. */
export function needsSecure(
  name: string,
  { sameSite, partitioned }: CookieSerializeOptions,
): boolean {
  const isForAllSites = String(sameSite).toLowerCase() === 'none'
  return /^__(host|secure|http)-/i.test(name) || isForAllSites || partitioned === true
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this is one of the three. */
export function priorityText({ priority }: CookieSerializeOptions): string {
  if (!priority) return ''
  const text = priorities.get(priority)
  if (text === undefined) throw configError('Cookie priority must be "low", "medium" or "high"')
  return `; Priority=${text}`
}

/** When a cookie that is sent now with these attributes ends. */
export function expiryOf(
  { maxAge, expires }: CookieSerializeOptions,
  now: number = Date.now(),
): Date | undefined {
  if (typeof maxAge !== 'number') return expires ?? undefined
  return new Date(now + Math.min(maxAge, longestLifetime) * 1000)
}
