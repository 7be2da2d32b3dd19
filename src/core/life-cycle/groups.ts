import { configError } from '../errors.ts'
import { assertGroup } from '../record/id.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Refusal } from './home.ts'
import type { NotedEnds } from './noted-ends.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import type { StorageContext } from './storage-options.ts'

/** Sessions that end together. */
export interface Groups {
  /** Puts a session into the list of its group, before it is written. */
  enter(group: string, handle: string): Promise<void>
  /** Why this login must not stand, if so. Asked once its session is written. */
  refusalOf(login: Login, handle: string): Promise<Refusal | undefined>
  /** Ends all. Returns how many there were, or 0 if nobody can tell. */
  revoke(group: string): Promise<number>
}

/** What `createSessionGroups()` of `coatcheck/accounts` makes, for the option `groups`. What is in it is for storages. */
export interface SessionGroups {
  /**
   * @param by.noted If ends are noted.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store cannot list the sessions of a group, and no ends are noted.
   * @internal
   */
  ofStore(
    context: StorageContext,
    store: GuardedStore,
    by: { owned: OwnedSessions; noted: NotedEnds | undefined },
  ): Groups
  /**
   * For cookie storage whose ends are not noted.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG`
   * @internal
   */
  ofCookies(): never
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` if `group` names none, or the storage has no groups. */
export function withGroups<T>(groups: T | undefined, group: string): T {
  assertGroup(group)
  if (groups !== undefined) return groups
  throw configError('revokeGroup() needs the option groups: createSessionGroups()')
}
