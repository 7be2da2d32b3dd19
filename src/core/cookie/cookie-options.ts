import { attributeKinds, type CookieAttributes } from './attributes.ts'
import type { CookieImporter } from './importers.ts'
import type { CookieScope } from './scopes.ts'
import { configError } from '../errors.ts'
import { byteLength } from '../runtime/bytes.ts'
import type { OptionKinds } from '../options.ts'

export interface CookieOptions extends CookieAttributes {
  /**
   * Strings of 32 characters or more that only the server knows; `npx coatcheck secret` prints one.
   * The first one seals, all of them open: put a new one in front, and take the old one out when the
   * cookies sealed with it have expired. Without secrets the cookie is plain, and no session may use it.
   * One that is undefined, such as an environment variable that is not set, throws.
   */
  secrets?: readonly (string | undefined)[] | undefined
  /** Whether values are encrypted; if not, they are only signed. Default `true`. */
  encrypt?: boolean | undefined
  /**
   * Sets this cookie's keys apart, such as `staging`: at most 512 bytes. Two apps with the same secrets and the same cookie
   * name open each other's cookies, and with cookie storage that is each other's sessions: give each a context of its own,
   * or better, secrets of its own. Default none.
   */
  context?: string | undefined
  /**
   * Scopes that this cookie had in earlier releases, such as `[{ domain: 'example.com' }]` or, for no domain and `/`, `[{}]`:
   * browsers keep what is there beside the new one. They are cleared whenever the cookie is set. Default none.
   */
  formerScopes?: readonly CookieScope[] | undefined
  /**
   * Which cookies of other libraries are read too, for as long as visitors come with them. They are
   * looked at only when a cookie is not one of ours, and never written. Default none.
   */
  accept?: readonly CookieImporter[] | undefined
}

export const cookieKinds: OptionKinds<CookieOptions> = {
  ...attributeKinds,
  secrets: 'any',
  encrypt: 'boolean',
  context: 'string',
  formerScopes: 'any',
  accept: 'any',
}

/** Bytes. The seal binds values to the context, and there is room for so many. */
const longestContext = 512

/** @throws {SessionError} `ERR_SESSION_CONFIG` if the seal has no room for it. */
export function assertContext(context: string): void {
  if (!context.isWellFormed() || byteLength(context) > longestContext) {
    throw configError(
      `Cookie context must be at most ${longestContext} bytes of text without lone surrogates`,
    )
  }
}
