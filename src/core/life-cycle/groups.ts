import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Refusal } from './home.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import type { StorageContext } from './storage-options.ts'

/** Sessions that end together. */
export interface Groups {
  /** Puts a session into the list of its group, before it is written. */
  enter(group: string, handle: string): Promise<void>
  /** Why this login must not stand, if so. Asked once its session is written. */
  refusalOf(login: Login, handle: string): Promise<Refusal | undefined>
  /** Ends all. Returns how many there were. */
  revoke(group: string): Promise<number>
}

/** What `createSessionGroups()` of `coatcheck/accounts` makes, for the option `groups`. What is in it is for storages. */
export interface SessionGroups {
  /**
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store cannot list the sessions of a group.
   * @internal
   */
  ofStore(context: StorageContext, store: GuardedStore, owned: OwnedSessions): Groups
  /**
   * @throws {SessionError} `ERR_SESSION_CONFIG`
   * @internal
   */
  ofCookies(): never
}
