/* What an app asks of the sessions of its accounts: the entry `coatcheck/accounts`. Whoever does not import it, does not bundle it. */

export { createSessionLimit, SessionLimitError, type SessionLimitOptions } from './session-limit.ts'
export { LoginRequiredError, requireLevel, requireRecentLogin } from '../session/require-login.ts'
export type { SessionLimit } from './seats.ts'
