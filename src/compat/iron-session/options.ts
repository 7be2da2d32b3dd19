import type { CookieAttributes } from '../../core/cookie/attributes.ts'
import { Cookie } from '../../core/cookie/cookie.ts'
import { configError } from '../../core/errors.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { longestLifetime } from '../../core/record/lifetime.ts'
import { createCookieSessionStorage } from '../../storages/cookie.ts'
import { ironSession } from '../cookies/iron-session.ts'
import { untilCommitted } from '../parts/timeouts.ts'

/** One password, or several under numbers: the highest seals, all of them open. */
export type Password = string | Record<string, string>

export interface SessionOptions {
  /** The cookie's name. That of iron-session, so that its cookies are read. */
  cookieName: string
  /** At least 32 characters each. Weak ones are refused in production. */
  password: Password
  /** Seconds that a session lives after each `save()`: 14 days, unless given; 0 is as long as browsers keep a cookie, 400 days. */
  ttl?: number | undefined
  /**
   * The cookie's attributes. `maxAge: undefined` keeps it until the browser closes; without `maxAge` it is `ttl` less a
   * minute. `priority` and `encode` have no effect.
   */
  cookieOptions?: (CookieAttributes & { priority?: unknown; encode?: unknown }) | undefined
  /** Where sessions are kept. Default: in the cookie, as with iron-session. */
  storage?: SessionStorage | undefined
  /**
   * Whose session it is, by its data: `(data) => data.userId`. When it changes, the session gets another id and the old one is
   * dead; and `storage.revokeAll(userId)` ends it with the user's others. Default: nobody's.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- its own application knows what is in it
  userId?: ((data: Record<string, any>) => string | number | null | undefined) | undefined
}

const kinds: OptionKinds<SessionOptions> = {
  cookieName: 'string',
  password: 'any',
  ttl: 'any',
  cookieOptions: 'any',
  storage: 'any',
  userId: 'function',
}

/** What sessions with these options work with. */
export interface Compiled {
  cookie: Cookie
  storage: SessionStorage
  /** Milliseconds. */
  lifetime: number
  userIdOf(data: Record<string, unknown>): string | undefined
}

export const defaultTtl = 1_209_600
/** Seconds by which the cookie ends before its session, so that no dead one is sent. */
const early = 60
/** Options are often written where they are used: so many sets are remembered. */
const mostSets = 50

const byObject = new WeakMap<SessionOptions, Compiled>()
const parts = new Map<string, Pick<Compiled, 'cookie' | 'storage'>>()

/** @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong. */
export function compile(options: SessionOptions): Compiled {
  const known = byObject.get(options)
  if (known !== undefined) return known
  const {
    storage,
    userId,
    ttl = defaultTtl,
    ...rest
  } = readOptions('getIronSession()', options, kinds)
  const lifetime = lifetimeOf(ttl)
  // Of these, unlike of a function, is known whether they are the same again.
  const set = JSON.stringify([rest, lifetime, Object.keys(rest.cookieOptions ?? {})])
  const made =
    userId === undefined
      ? (parts.get(set) ?? make(rest, lifetime))
      : make({ ...rest, userId }, lifetime)
  if (userId === undefined && parts.size < mostSets) parts.set(set, made)
  const compiled = {
    cookie: made.cookie,
    storage: storage ?? made.storage,
    lifetime,
    userIdOf: (data: Record<string, unknown>) => textOf(userId?.(data)),
  }
  byObject.set(options, compiled)
  return compiled
}

function make(
  { cookieName, password, cookieOptions = {}, userId }: SessionOptions,
  lifetime: number,
): Pick<Compiled, 'cookie' | 'storage'> {
  const { priority: _, encode: __, ...attributes } = cookieOptions
  const maxAge = Math.max(1, Math.floor(lifetime / 1000) - early)
  const accept = [ironSession({ password, userId })]
  return {
    cookie: new Cookie(cookieName, { maxAge, ...attributes, secrets: secretsOf(password), accept }),
    storage: createCookieSessionStorage(untilCommitted),
  }
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` if there is none. */
export function secretsOf(password: Password): string[] {
  if (typeof password === 'string') return [password]
  const numbered = Object.entries(password ?? {}).sort(([a], [b]) => Number(b) - Number(a))
  if (numbered.length === 0) throw configError('iron-session needs a password')
  return numbered.map(([, one]) => one)
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless it is a number of seconds. */
export function lifetimeOf(ttl: number): number {
  if (!(ttl >= 0)) throw configError('ttl must be a number of seconds, or 0 for no end')
  const seconds = ttl === 0 ? longestLifetime : Math.min(ttl, longestLifetime)
  return seconds * 1000
}

function textOf(userId: unknown): string | undefined {
  return userId === undefined || userId === null || userId === '' ? undefined : String(userId)
}
