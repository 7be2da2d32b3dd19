import { type Cookie, isCookie } from '../cookie/cookie.ts'
import { configError } from '../errors.ts'
import { insideOf } from '../life-cycle/watchable.ts'
import { usualIdle } from '../record/lifetime.ts'
import { isOfOtherMajor } from '../runtime/brand.ts'
import { isThenable } from '../runtime/maybe-promise.ts'
import { warnOnce } from '../runtime/platform.ts'
import type { ForeignSessionStorage } from './foreign-session.ts'

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these. */
export function assertServable(
  cookie: Cookie,
  storage: ForeignSessionStorage & { events?: unknown },
): void {
  const others = [isOfOtherMajor(cookie, 'cookie'), isOfOtherMajor(storage?.events, 'events')]
  if (others.includes(true)) {
    throw configError(
      'The session cookie or storage is of another major version of coatcheck: see npm ls coatcheck',
    )
  }
  if (!isCookie(cookie)) {
    throw configError(
      "The session cookie must come from createCookie(name, { secrets: […] }) of 'coatcheck/cookie'. Its option " +
        'accept reads those of others',
    )
  }
  if (!cookie.signed) {
    throw configError(
      `Session cookie must be signed: createCookie("${cookie.name}", { secrets: [process.env.SESSION_SECRET] })`,
    )
  }
  if (cookie.httpOnly === false) {
    warnOnce(
      `Session cookie "${cookie.name}" has { httpOnly: false }: scripts of a page can read it. Leave httpOnly out (ASVS 3.3.4)`,
    )
  }
  if (isThenable(storage)) {
    throw configError(
      'The session storage is a promise: write `await` before the call that makes it',
    )
  }
  if (typeof storage?.read !== 'function' || typeof storage.save !== 'function') {
    throw configError(
      'The session storage must have read() and save(), like createMemorySessionStorage()',
    )
  }
  warnOfLongerCookie(cookie.name, cookie.maxAge, storage)
}

/** Says that the browser keeps a cookie for longer than the session lives, where nobody has said how long that is. */
export function warnOfLongerCookie(
  name: string,
  maxAge: number | undefined,
  storage: object,
): void {
  if (maxAge! > usualIdle && insideOf(storage)?.isIdleUnsaid) {
    warnOnce(
      `Sessions end after a day without use, before the maxAge of cookie "${name}": set idleTimeout`,
    )
  }
}
