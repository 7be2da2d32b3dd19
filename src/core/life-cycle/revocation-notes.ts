import type { LoginToken } from '../session/login.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Home } from './home.ts'
import type { NotedEnds } from './noted-ends.ts'
import type { StorageContext } from './storage-options.ts'

/** How sessions of cookie storage are ended. */
export interface Revocable {
  /**
   * Ends the session with this handle, and the one that took its place after a login. Unknown handles are fine. Whose
   * session it is, nobody can tell here: if the handle comes from a form, look it up in a list of your own first.
   *
   * @param handle `session.handle`, or the whole `session.id`.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `handle` is no string.
   * @throws {StoreError} `ERR_SESSION_STORE` if that could not be noted.
   */
  revoke(handle: string): Promise<void>
  /**
   * Ends all sessions of the user, also those of logins that are under way (ASVS 7.4.2, 7.4.3), as
   * `revokeAll()` of storages on a server does. How many there were, nobody can tell.
   *
   * @param options.except The handle of the one session to leave alive, or its whole id.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `userId` is no user id or an option is wrong.
   * @throws {StoreError} `ERR_SESSION_STORE` if that could not be noted.
   */
  revokeAll(userId: string, options?: { except?: string | undefined }): Promise<void>
  /**
   * Ends the sessions of all users, also those of logins that are under way (ASVS 7.4.5). Sessions that nobody
   * has logged in to live on.
   *
   * @throws {StoreError} `ERR_SESSION_STORE` if that could not be noted.
   */
  revokeEverybody(): Promise<void>
  /**
   * Ends all sessions whose login named this group, also those of logins that are under way, as `revokeGroup()` of storages on
   * a server does (ASVS 7.6.1). How many there were, nobody can tell.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` without the option `groups`, or if `group` names none.
   * @throws {StoreError} `ERR_SESSION_STORE` if that could not be noted.
   */
  revokeGroup(group: string): Promise<void>
  /**
   * Ends all sessions of the user, and refuses every login of theirs until `unblock()` (ASVS 7.4.2): such a login
   * saves nothing, and the event is `interrupted` with the reason `blocked`.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `userId` is no user id.
   * @throws {StoreError} `ERR_SESSION_STORE` if that could not be noted.
   */
  block(userId: string): Promise<void>
  /** Lets a blocked user log in again. What was ended stays ended. Of a user who is not blocked it is fine. */
  unblock(userId: string): Promise<void>
  /** Whether the user is blocked: to say so before the password is asked for. */
  isBlocked(userId: string): Promise<boolean>
  /**
   * What to take before the user's password is checked, and to give to `session.login(userId, { since })`: the login
   * then stands only if the user's sessions were not all ended in between, whatever the servers' clocks say.
   */
  beginLogin(userId: string): Promise<LoginToken>
}

/** What `createRevocations()` of `coatcheck/revocations` makes, for the option `revocations`. What is in it is for storages. */
export interface RevocationNotes {
  /** @internal */
  ofCookies(context: StorageContext): NotedHome
  /** @internal */
  ofStore(context: StorageContext, sessions: GuardedStore): NotedEnds
}

/** How sessions live and end that are in their cookies. */
export interface NotedHome {
  readonly methods: Revocable
  readonly home: Pick<
    Home,
    | 'admit'
    | 'confirmId'
    | 'confirmLogin'
    | 'end'
    | 'endAsSeen'
    | 'enterGroup'
    | 'lossOf'
    | 'refusalOf'
    | 'replace'
  >
  unlessEnded: NotedEnds['unlessEnded']
}
