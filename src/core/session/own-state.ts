import { configError } from '../errors.ts'
import { parseSessionId } from '../record/id.ts'
import { Lifetime } from '../record/lifetime.ts'
import { systemTime } from '../runtime/time.ts'
import type { SessionData } from './session.ts'
import { SessionState } from './session-state.ts'

/** Those whose ids the app may have chosen. */
const chosen = new WeakSet<SessionState>()

/** Whether the app may have chosen this id. Once that was asked, the caller sees to it that it is ours. */
export function takeChosenId(state: SessionState): boolean {
  return chosen.delete(state)
}

/**
 * The state of a session that no storage of ours has read.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the id is not one of ours.
 */
export function stateOfItsOwn(
  id: string,
  [values, flash]: [values?: SessionData, flash?: SessionData] = [],
): SessionState {
  if (parseSessionId(id) === undefined) {
    throw configError('A session takes an id from createSessionId()')
  }
  const now = systemTime()
  const { createdAt, idleDeadline } = new Lifetime(Object.create(null)).start(now)
  const contents = {
    values: new Map(Object.entries(values ?? {})),
    flash: new Map(Object.entries(flash ?? {})),
  }
  const options = { id, originalId: id, contents, createdAt, expiresAt: idleDeadline }
  const state = new SessionState(options, systemTime)
  chosen.add(state)
  return state
}
