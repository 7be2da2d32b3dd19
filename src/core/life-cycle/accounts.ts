/* What an app asks of the sessions of its accounts: the entry `coatcheck/accounts`. Whoever does not import it, does not bundle it. */

export { createSessionGroups } from './session-groups.ts'
export type { SessionGroups } from './groups.ts'
export { createSessionLimit, SessionLimitError, type SessionLimitOptions } from './session-limit.ts'
export { createSessionLock, type SessionLockOptions } from './session-lock.ts'
export type { SessionLock } from './lock.ts'
export { type LockInfo, lockOf } from '../session/locked-state.ts'
export { LoginRequiredError } from '../session/login-required.ts'
export { requireLevel, requireRecentLogin } from '../session/require-login.ts'
export type { SessionLimit } from './seats.ts'
