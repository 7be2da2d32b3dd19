import { SessionError } from '../errors.ts'
import type { SessionState } from '../session/session-state.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import type { StorageContext } from './storage-options.ts'

export interface SessionLimitOptions {
  /** Most sessions that a user has at the same time: 1 to 1000. */
  max: number
  /**
   * What happens when a user who has `max` sessions logs in once more. `end-oldest` ends the one whose login is longest
   * ago, as `revoke()` does. `refuse` ends locked sessions for the login if there are any, and else refuses it: saving it
   * throws a {@link SessionLimitError}, and the visitor has the session of before.
   */
  whenReached: 'refuse' | 'end-oldest'
}

/** A user who has as many sessions as they may logged in once more. Code `ERR_SESSION_LIMIT`, status 409. */
export class SessionLimitError extends SessionError {
  override readonly name = 'SessionLimitError'
  /** 409, Conflict (RFC 9110 §15.5.10): the user can end a session and try again. */
  readonly status = 409
  readonly statusCode = 409
  /** Most sessions that a user may have. */
  readonly max: number

  constructor(max: number) {
    super(
      'ERR_SESSION_LIMIT',
      `The user has ${max} sessions already, and may not have more: one must end before the next login`,
    )
    this.max = max
  }
}

/** The sessions of each user that count against a limit. */
export interface Seats {
  /**
   * Gives the session of a login a seat.
   *
   * @throws {SessionError} `ERR_SESSION_LIMIT` if there is none.
   */
  take(state: SessionState, handle: string): Promise<void>
  /**
   * Whether there will be one, once the session whose place the login takes has ended: asked while that one still lives.
   *
   * @throws {SessionError} `ERR_SESSION_LIMIT` if not.
   */
  expect(state: SessionState, handle: string, former: string): Promise<void>
  /** Whether there is none for a session of another library, which is not written yet. */
  isFull(state: SessionState): Promise<boolean>
}

/** What `createSessionLimit()` of `coatcheck/accounts` makes, for the option `sessionLimit`. What is in it is for storages. */
export interface SessionLimit {
  /**
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store cannot keep to a limit.
   * @internal
   */
  ofStore(context: StorageContext, store: GuardedStore, owned: OwnedSessions): Seats
  /**
   * @throws {SessionError} `ERR_SESSION_CONFIG`
   * @internal
   */
  ofCookies(): never
}
