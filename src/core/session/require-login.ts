import { configError } from '../errors.ts'
import { shared } from '../runtime/brand.ts'
import { longestLifetime, seconds } from '../record/lifetime.ts'
import { lockOf } from './locked-state.ts'
import { checkedLevel } from './login.ts'
import { LoginRequiredError } from './login-required.ts'
import type { Session, SessionData } from './session.ts'
import { stateOf } from './state-of.ts'

type AnySession = Session<SessionData, SessionData> | Session

/** What the app's check has said `step-up` of in this request: states of sessions, and the records that they were read from. */
const doubted = shared('doubted', () => new WeakSet<object>())

/** Until it is proved once more who the visitor is, their login counts for nothing that needs one of a kind. */
export function doubt(session: Session): void {
  const state = stateOf(session)
  doubted.add(state)
  // The same is shown to a live connection under another state.
  if (state.loaded !== undefined) doubted.add(state.loaded)
}

/**
 * Whether the app's check of this session has said `step-up`, and neither `reauthenticate()` nor `login()` has been called since
 * in this request: see `createSessionCheck()`. False if nobody is logged in.
 */
export function needsStepUp(session: Pick<AnySession, 'userId'>): boolean {
  const state = stateOf(session as Session)
  state.look()
  if (state.userId === undefined || state.wishes.logsIn) return false
  return doubted.has(state) || (state.loaded !== undefined && doubted.has(state.loaded))
}

/**
 * Throws unless the visitor's last `login()` or `reauthenticate()` is at most this long ago (ASVS 7.5.1, 7.5.3). It also throws if
 * the app's check asks for a step-up.
 *
 * @param age Seconds: 1 to 34,560,000.
 * @throws {LoginRequiredError} `ERR_SESSION_LOGIN_REQUIRED`, status 401.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if `age` is no such number.
 */
export function requireRecentLogin(session: AnySession, age: number): void {
  const most = seconds('requireRecentLogin()', age, [1, longestLifetime]) * 1000
  const { userId, authenticatedAt } = session
  if (userId === undefined) throw nobody(session)
  if (needsStepUp(session)) throw new LoginRequiredError('changed')
  // An import does not say when.
  const at = authenticatedAt ?? Number.NEGATIVE_INFINITY
  if (stateOf(session as Session).now() - at > most) throw new LoginRequiredError('too-old')
}

/**
 * Throws unless the visitor's login has this level or a higher one (ASVS 7.5.3). It also throws if the app's check asks for a
 * step-up.
 *
 * @param level As given to `login()`: a whole number, 0 or more. More is stronger.
 * @throws {LoginRequiredError} `ERR_SESSION_LOGIN_REQUIRED`, status 401.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if `level` is no such number.
 */
export function requireLevel(session: AnySession, level: number): void {
  const least = checkedLevel('requireLevel()', level)
  if (least === undefined) throw configError('requireLevel() takes the level that is needed')
  if (session.userId === undefined) throw nobody(session)
  if (needsStepUp(session)) throw new LoginRequiredError('changed')
  if ((session.level ?? -1) < least) throw new LoginRequiredError('too-weak')
}

function nobody(session: AnySession): LoginRequiredError {
  return new LoginRequiredError(lockOf(session) === undefined ? 'nobody' : 'locked')
}
