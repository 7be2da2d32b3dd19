import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { assertUserId } from '../record/id.ts'
import type { Login } from './wishes.ts'

/** Tells when a login began: see `storage.beginLogin()`. Plain data, good for this user only. */
export interface LoginToken {
  readonly userId: string
  /** How many times all of the user's sessions had been ended by then. */
  readonly count: number
  /** How many times everybody's had been, where the storage looks at that. */
  readonly everybody?: number | undefined
}

export interface LoginOptions {
  /** Names the device in the user's list, such as "Firefox on Linux". Default, and `null`: none. */
  label?: string | null | undefined
  /**
   * From `storage.beginLogin(userId)`, taken before the password was checked: then a `revokeAll()` in
   * between ends this login too, whatever the servers' clocks say.
   */
  since?: LoginToken | undefined
}

const kinds: OptionKinds<LoginOptions> = { label: 'any', since: 'any' }

/** @throws {SessionError} `ERR_SESSION_CONFIG` for what would be stored and could not be read again. */
export function checkedLogin(
  userId: string,
  options: LoginOptions | undefined,
): Omit<Login, 'at' | 'turn'> {
  assertUserId(userId)
  const { label, since } = readOptions('login()', options, kinds)
  if (label !== undefined && label !== null && typeof label !== 'string') {
    throw configError(`login() takes a label that is a string, got ${typeof label}`)
  }
  if (since !== undefined && !isTokenOf(since, userId)) {
    throw configError('login() takes since from storage.beginLogin() of the same user')
  }
  return {
    userId,
    label: label ?? undefined,
    since: since?.count,
    sinceEverybody: since?.everybody,
  }
}

function isTokenOf(token: LoginToken | null, userId: string): boolean {
  if (token?.userId !== userId || !Number.isInteger(token.count)) return false
  return token.everybody === undefined || Number.isInteger(token.everybody)
}
