import { configError } from '../errors.ts'
import { major } from '../runtime/brand.ts'
import { isThenable } from '../runtime/maybe-promise.ts'
import type { Session } from './session.ts'
import type { SessionState } from './session-state.ts'

/** Where a session has its state. All copies of this major version in the process know it. */
export const stateKey: unique symbol = Symbol.for(`coatcheck/state/${major}`)

/**
 * A session's inner state, for storages and middleware.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` for anything else.
 */
export function stateOf(session: Session): SessionState {
  const state = stateIn(session)
  if (state !== undefined) return state
  throw configError(
    isThenable(session)
      ? 'A session was needed and a promise was given: await storage.read(cookieValue) first'
      : 'A session was needed: this one is of another library or major version of coatcheck, or none',
  )
}

/** The same, or undefined for what is no session of ours. */
export function stateIn(session: unknown): SessionState | undefined {
  return (session as Record<symbol, SessionState | undefined> | null | undefined)?.[stateKey]
}
