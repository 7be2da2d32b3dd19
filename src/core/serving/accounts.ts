/* What an app asks of the sessions of its accounts: the entry `coatcheck/accounts`. Whoever does not import it, does not bundle it. */

export type { SessionErrorCode } from '../errors.ts'
export type { SessionGroups } from '../life-cycle/groups.ts'
export type { SessionLock } from '../life-cycle/lock.ts'
export {
  type SessionLimit,
  SessionLimitError,
  type SessionLimitOptions,
} from '../life-cycle/seats.ts'
export { createSessionGroups } from '../life-cycle/session-groups.ts'
export { createSessionLimit } from '../life-cycle/session-limit.ts'
export { createSessionLock, type SessionLockOptions } from '../life-cycle/session-lock.ts'
export type { LoginContext } from '../record/login-context.ts'
export { type LockInfo, lockOf } from '../session/locked-state.ts'
export { LoginRequiredError } from '../session/login-required.ts'
export { needsStepUp, requireLevel, requireRecentLogin } from '../session/require-login.ts'
export type { SessionCheck } from './check.ts'
export { createSessionCheck, type SessionVerdict } from './session-check.ts'
