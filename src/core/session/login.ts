import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { checkedContext, type GivenContext, type LoginContext } from '../record/login-context.ts'
import { assertGroup, assertUserId } from '../record/id.ts'
import { subjectOfGroup, turnNow } from '../runtime/turns.ts'
import type { SessionState } from './session-state.ts'
import type { Login } from './wishes.ts'

/** Tells when a login began: see `storage.beginLogin()`. Plain data, good for this user only. */
export interface LoginToken {
  readonly userId: string
  /** How many times all of the user's sessions had been ended by then. */
  readonly count: number
  /** How many times everybody's had been, where the storage looks at that. */
  readonly everybody?: number | undefined
}

/** What a further proof of who somebody is may say. */
export interface ReauthenticateOptions {
  /** The level of the login from now on, such as 2 after a second factor: a whole number, 0 or more. Default: as before. */
  level?: number | undefined
  /** That of the login from now on, such as after a step-up in another browser. Default: as before. */
  context?: GivenContext | undefined
  /** As that of `login()`. */
  since?: LoginToken | undefined
}

export interface LoginOptions {
  /** Names the device in the user's list, such as "Firefox on Linux". Default, and `null`: none. */
  label?: string | null | undefined
  /**
   * From `storage.beginLogin(userId)`, taken before the password was checked: then a `revokeAll()` in
   * between ends this login too, whatever the servers' clocks say.
   */
  since?: LoginToken | undefined
  /**
   * How strong the login is, by a scale of your own, such as 1 for a password and 2 with a second factor: a whole number, 0 or
   * more. It is `session.level`, and `requireLevel()` of `coatcheck/accounts` looks at it. Default: none.
   */
  level?: number | undefined
  /**
   * What the app wants to know of the client at each later request, such as `{ browser: 'Firefox', country: 'NO' }`: texts, numbers
   * and booleans, with at most 1,024 bytes as JSON. What is `null` or `undefined` is left out. It is `session.context`, and in
   * `storage.sessionsOf()`. Default: none.
   */
  context?: GivenContext | undefined
  /**
   * What the session ends with, such as the `sid` of an OpenID provider: `storage.revokeGroup()` ends all sessions of a group. The
   * storage needs the option `groups`. Default: none.
   */
  group?: string | undefined
  /** When the session ends at the latest, in milliseconds since the epoch, such as when the provider's ends. Default: none. */
  until?: number | undefined
}

const againKinds: OptionKinds<ReauthenticateOptions> = {
  since: 'any',
  level: 'any',
  context: 'object',
}
const kinds: OptionKinds<LoginOptions> = {
  ...againKinds,
  label: 'any',
  group: 'string',
  until: 'number',
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` for what would be stored and could not be read again. */
export function checkedLogin(
  userId: string,
  options: LoginOptions | undefined,
): Omit<Login, 'at' | 'turn'> {
  assertUserId(userId)
  const { label, since, level, group, until, context } = readOptions('login()', options, kinds)
  if (label !== undefined && label !== null && typeof label !== 'string') {
    throw configError(`login() takes a label that is a string, got ${typeof label}`)
  }
  const checked = checkedLevel('login()', level)
  if (group !== undefined) assertGroup(group)
  if (until !== undefined && !(until >= 0 && until < Number.POSITIVE_INFINITY)) {
    throw configError(`login() takes until in milliseconds since the epoch, got ${until}`)
  }
  return {
    userId,
    label: label ?? undefined,
    level: checked,
    group: inGroup(group),
    until,
    context: context && checkedContext(context),
    ...countsOf('login()', since, userId),
  }
}

/**
 * The same of somebody who is logged in. What comes of it is in the group of before, and may be another session: one that
 * was begun under an old id, or beside what overtook it.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if nobody is, too.
 */
export function checkedAgain(
  // A locked session shows nobody.
  { loaded, wishes, userId = loaded?.record.owner }: SessionState,
  options: ReauthenticateOptions | undefined,
): Omit<Login, 'at' | 'turn'> {
  const method = 'reauthenticate()'
  const { since, level, context } = readOptions(method, options, againKinds)
  if (userId === undefined) {
    throw configError(`${method} needs a user who is logged in: call login()`)
  }
  const checked = checkedLevel(method, level)
  const { login } = wishes
  const counts =
    since === undefined && login !== undefined ? login : countsOf(method, since, userId)
  const name = login?.group?.name ?? loaded?.record.terms?.group
  return {
    label: undefined,
    ...login,
    userId,
    // A login that is not saved yet is still to be.
    isAgain: login === undefined || login.isAgain,
    level: checked ?? login?.level,
    context: context ? checkedContext(context) : login?.context,
    group: inGroup(name),
    since: counts.since,
    sinceEverybody: counts.sinceEverybody,
  }
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless it is a level, or none. */
export function checkedLevel(method: string, level: number | undefined): number | undefined {
  if (level === undefined || (Number.isSafeInteger(level) && level >= 0)) return level
  throw configError(`${method} takes a level that is a whole number of 0 or more, got ${level}`)
}

function inGroup(name: string | undefined): Login['group'] {
  return name === undefined ? undefined : { name, turn: turnNow(subjectOfGroup(name)) }
}

function countsOf(
  method: string,
  since: LoginToken | undefined,
  userId: string,
): Pick<Login, 'since' | 'sinceEverybody'> {
  if (since !== undefined && !isTokenOf(since, userId)) {
    throw configError(`${method} takes since from storage.beginLogin() of the same user`)
  }
  return { since: since?.count, sinceEverybody: since?.everybody }
}

/** When and how somebody logged in last, or proved once more who they are, in this request or before. */
export function lastLogin({ userId, wishes: { login }, loaded }: SessionState): {
  at?: number | undefined
  level?: number | undefined
  context?: LoginContext | undefined
} {
  if (userId === undefined) return {}
  const { terms, authenticatedAt } = loaded?.record ?? {}
  const at = login?.at ?? terms?.confirmedAt ?? authenticatedAt
  const kept = login === undefined || login.isAgain ? terms : undefined
  return { at, level: login?.level ?? kept?.level, context: login?.context ?? kept?.context }
}

function isTokenOf(token: LoginToken | null, userId: string): boolean {
  if (token?.userId !== userId || !Number.isInteger(token.count)) return false
  return token.everybody === undefined || Number.isInteger(token.everybody)
}
