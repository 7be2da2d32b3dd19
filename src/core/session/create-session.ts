import { stateIn } from './state-of.ts'
import { Session, type SessionData, type UntypedData } from './session.ts'

/** Tells sessions from everything else. */
export function isSession(value: unknown): value is Session {
  return stateIn(value) !== undefined
}

/**
 * Makes a session without a storage, mostly for tests.
 *
 * @param id From `createSessionId()`. Default a new one.
 * @param data Its values, and its flash messages as the request before left them.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the id is not one of ours.
 */
export function createSession<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(id?: string, data?: [values?: NoInfer<Data>, flash?: NoInfer<Flash>]): Session<Data, Flash> {
  return new Session<Data, Flash>(id, data)
}
