import type { SessionState } from '../session/session-state.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import type { StorageContext } from './storage-options.ts'

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
