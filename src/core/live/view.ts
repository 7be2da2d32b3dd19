import { SessionError } from '../errors.ts'
import { createIdAt } from '../record/id.ts'
import type { Loaded } from '../record/standing.ts'
import type { SessionData } from '../session/data.ts'
import { Session } from '../session/session.ts'
import { SessionState } from '../session/session-state.ts'

/**
 * The session as it was when the connection was opened. Messages for the next page are not in it. Nothing of it can be changed:
 * there is no response that would save it.
 */
export type SessionView<Data extends SessionData, Flash extends SessionData> = Pick<
  Session<Data, Flash>,
  | 'get'
  | 'has'
  | 'size'
  | 'handle'
  | 'userId'
  | 'createdAt'
  | 'authenticatedAt'
  | 'level'
  | 'context'
  | 'expiresAt'
>

class ViewState extends SessionState {
  override look(): void {}

  override read(key: string): unknown {
    return frozen(super.read(key))
  }

  override assertOpen(): never {
    throw new SessionError(
      'ERR_SESSION_COMMITTED',
      'The session of a live connection can only be read: change it in an ordinary request, whose response saves it',
    )
  }
}

export function viewOf(state: SessionState, loaded: Loaded): Session {
  return new Session(new ViewState(optionsFor(state, state.id, loaded), state.now))
}

/** The session as a request finds it that does nothing but come. It has the record, and an id that nobody gets. */
export function visitOf(state: SessionState, loaded: Loaded): Session {
  const id = createIdAt(loaded.record.handle)
  return new Session(new SessionState(optionsFor(state, id, loaded), state.now))
}

function optionsFor(
  { codec }: SessionState,
  id: string,
  loaded: Loaded,
): ConstructorParameters<typeof SessionState>[0] {
  const { contents, expiresAt, record } = loaded
  return {
    id,
    loaded,
    contents,
    codec,
    flashUse: 'none',
    hadCookie: true,
    createdAt: record.createdAt,
    expiresAt,
  }
}

/** A change in place would be lost without a word. What a codec has made is left as it is. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const proto: unknown = Object.getPrototypeOf(value)
  if (proto !== Object.prototype && proto !== Array.prototype) return value
  for (const inner of Object.values(value)) frozen(inner)
  return Object.freeze(value)
}
