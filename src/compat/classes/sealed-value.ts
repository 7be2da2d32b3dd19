import { configError } from '../../core/errors.ts'
import type { EventEmitter } from '../../core/events.ts'
import type { MaybePromise } from '../../core/runtime/maybe-promise.ts'
import { namingKeys } from '../../core/record/size.ts'
import type { ValueSeal } from './storage.ts'

/** What is asked of a cookie: `coatcheck/cookie` makes such, and so does `@remix-run/cookie`. */
export interface SecretCookie {
  readonly name: string
  /** Whether it has secrets, so that values cannot be forged. */
  readonly signed: boolean
  /** The value in a Cookie header, or null when it is missing or not authentic. */
  parse(header: string): MaybePromise<string | null>
  /** The Set-Cookie header for a value. */
  serialize(value: string): MaybePromise<string>
}

/**
 * Cookie values that nobody can forge, whoever writes them into a header and how.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` without a cookie that has secrets.
 */
export function sealBy(cookie: SecretCookie, events: EventEmitter): ValueSeal {
  if (!cookie?.signed) {
    throw configError(
      'new CookieSessionStorage(cookie) needs a cookie with secrets: whoever could write the value could be anybody. ' +
        "Write createCookie('session', { secrets: [...] }); `npx coatcheck secret` prints a good one.",
    )
  }
  const start = `${cookie.name}=`
  return {
    async open(value) {
      const text = await cookie.parse(start + value)
      if (text === null) events.emit({ type: 'tampered', reason: 'cookie' })
      return text
    },
    async seal(text, { loaded, codec }) {
      try {
        const header = await cookie.serialize(text)
        return header.slice(start.length).split(';', 1)[0]!
      } catch (error) {
        throw namingKeys(error, cookie.name, [loaded!.record, codec])
      }
    },
  }
}
