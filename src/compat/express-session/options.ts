/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
import type { IncomingMessage } from 'node:http'
import { configError } from '../../core/errors.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { warnOnce } from '../../core/runtime/platform.ts'
import type { ExpressStore } from '../parts/express-store.ts'
import type { CookieOptions } from './cookie.ts'
import { checkCookie, checkNames, checkStore } from './option-names.ts'

/** What signs and seals: a text, or random bytes. */
export type Secret = string | Uint8Array

/** The options of express-session, and `oldStore`. */
export interface SessionOptions {
  /**
   * Seals the cookie: 32 characters or more, or a Buffer of 24 bytes or more; `npx coatcheck secret` prints one. Of several,
   * the first seals and all open. Weak ones behind the first are there for cookies that express-session signed, and open only
   * those. Default `req.secret`, which cookie-parser sets.
   */
  secret?: Secret | readonly Secret[] | undefined
  /** The cookie's name. Default `connect.sid`. */
  name?: string | undefined
  /** An older word for `name`. */
  key?: string | undefined
  /**
   * Where sessions are kept: a storage of coatcheck, whose timeouts hold besides, or any store made for express-session,
   * which cannot compare and swap (see `coatcheck/compat/express-store`). Default this process's memory.
   */
  store?: SessionStorage<any, any> | ExpressStore | undefined
  /**
   * The store that express-session had, if `store` is another one: cookies that it signed still stand for their sessions
   * there. Default `store`, if that is such a store.
   */
  oldStore?: ExpressStore | undefined
  /** The same for all sessions, or made for each request. */
  cookie?: CookieOptions | ((request: never) => CookieOptions) | undefined
  /** Sends the cookie with every response, with its full `maxAge`. Default `false`. */
  rolling?: boolean | undefined
  /** Whether X-Forwarded-Proto is believed. Default: `req.secure` of Express tells. */
  proxy?: boolean | undefined
  /** What `req.session = null` means: `destroy` ends the session, `keep` leaves it as it was stored. Default `keep`. */
  unset?: 'destroy' | 'keep' | undefined
  /** Ids are made by coatcheck: it is never called. */
  genid?: ((request: never) => string) | undefined
  /** What was not changed is not saved, whatever this says. */
  resave?: boolean | undefined
  /** A session in which nothing was set is not saved, whatever this says. */
  saveUninitialized?: boolean | undefined
}

/** Milliseconds that a session of which no cookie says more lives unused, where no storage of the app says so. */
const dayLong = 86_400_000

interface CheckedOptions {
  name: string
  secrets: readonly Secret[] | undefined
  isRolling: boolean
  isUnsetDestroy: boolean
}

/** @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead. */
export function checkOptions(options: SessionOptions): CheckedOptions {
  const { genid, unset, secret, name, key, rolling, cookie } = options
  checkNames(options)
  checkCookie(cookie)
  checkStore('store', options.store)
  checkStore('oldStore', options.oldStore)
  if (genid !== undefined && typeof genid !== 'function') {
    throw configError(
      'The option genid of session() must be a function. Leave it out: ids are ours',
    )
  }
  if (genid !== undefined) {
    warnOnce('The option genid of session() is not used: 256 random bits of our own are the id')
  }
  if (unset !== undefined && unset !== 'destroy' && unset !== 'keep') {
    throw configError('The option unset of session() must be "destroy" or "keep"')
  }
  if (!secret) {
    warnOnce(
      'session() has no secret. Is its environment variable set? ' +
        'Requests are errors unless cookie-parser has a secret',
    )
  }
  return {
    name: name || key || 'connect.sid',
    secrets: secret ? secretsOf(secret) : undefined,
    isRolling: Boolean(rolling),
    isUnsetDestroy: unset === 'destroy',
  }
}

function secretsOf(secret: Secret | readonly Secret[]): readonly Secret[] {
  const secrets = isSecret(secret) ? [secret] : secret
  if (!Array.isArray(secrets) || !secrets.every(isSecret)) {
    throw configError(
      'The option secret of session() takes strings or Buffers, one or an array of them. ' +
        'Of a KeyObject, give it what export() returns',
    )
  }
  if (secrets.length === 0) {
    throw configError('The secret option array of session() is empty: put a secret in it')
  }
  return secrets
}

function isSecret(secret: unknown): secret is Secret {
  return typeof secret === 'string' || secret instanceof Uint8Array
}

/** Whether the app keeps its sessions in a storage of ours, which has timeouts of its own. */
export function isStorage(store: SessionOptions['store']): store is SessionStorage {
  return typeof (store as SessionStorage | undefined)?.read === 'function'
}

/** How long a session lives after a use if its cookie does not say so, in milliseconds. */
export function lifetimeWithout(store: SessionOptions['store']): number | undefined {
  return isStorage(store) ? undefined : dayLong
}

export type SecretRequest = IncomingMessage & { secret?: unknown }
