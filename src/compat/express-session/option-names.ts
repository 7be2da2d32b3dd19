import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { warnOfUnknown } from '../parts/unknown-options.ts'
import { Cookie, type CookieOptions } from './cookie.ts'
import type { SessionOptions } from './options.ts'

const kinds: OptionKinds<SessionOptions> = {
  secret: 'any',
  name: 'any',
  key: 'any',
  store: 'any',
  oldStore: 'any',
  cookie: 'any',
  rolling: 'any',
  proxy: 'any',
  unset: 'any',
  genid: 'any',
  resave: 'any',
  saveUninitialized: 'any',
}

const cookieKinds: OptionKinds<CookieOptions> = {
  maxAge: 'any',
  expires: 'any',
  path: 'any',
  domain: 'any',
  httpOnly: 'any',
  secure: 'any',
  sameSite: 'any',
  partitioned: 'any',
  priority: 'any',
}

/** Warns of each option that there is not. express-session passes over them, so an app that has one goes on. */
export function checkNames(options: SessionOptions): void {
  warnOfUnknown('session()', options, kinds)
}

/**
 * What is wrong with the cookie is said when the app starts, and not with each request.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function checkCookie(cookie: SessionOptions['cookie']): void {
  if (!cookie || typeof cookie === 'function' || cookie instanceof Cookie) return
  try {
    // oxlint-disable-next-line no-new -- it looks at them
    new Cookie(cookie)
  } catch (error) {
    throw configError(`The option cookie of session() is wrong: ${(error as Error).message}`)
  }
  warnOfUnknown('The cookie of session()', cookie, cookieKinds)
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` for what neither keeps sessions of ours nor was made for express-session. */
export function checkStore(option: 'store' | 'oldStore', store: unknown): void {
  if (!store) return
  const { read, get, set, destroy } = Object(store) as Record<string, unknown>
  const isOfExpress = [get, set, destroy].every((method) => typeof method === 'function')
  if (isOfExpress || (option === 'store' && typeof read === 'function')) return
  const storage = option === 'store' ? 'a storage of coatcheck, or ' : ''
  throw configError(
    `The option ${option} of session() must be ${storage}a store of express-session, with get, set and destroy. ` +
      'Make it with `new` if it is a class, and write `await` before what gives a promise',
  )
}
