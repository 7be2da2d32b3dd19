import { configError } from '../errors.ts'
import type { EventEmitter } from '../events.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { assertUserId, handleIn, ofUser } from '../record/id.ts'
import type { Session, FlashOf, SessionData, UntypedData } from '../session/session.ts'
import type { LoginToken } from '../session/login.ts'
import { GuardedStore } from '../store/guarded-store.ts'
import type { SessionStore } from '../store/session-store.ts'
import type { ReadOptions } from './begin.ts'
import { withGroups } from './groups.ts'
import type { SessionInfo } from './session-info.ts'
import { ContendedWriter } from './contended-save.ts'
import { SessionLife } from './life.ts'
import { OwnedSessions } from './owned-sessions.ts'
import type { SessionPeek } from './peek.ts'
import { Revocations } from './revocations.ts'
import {
  createContext,
  storageKinds,
  type SessionStorageOptions,
  type StorageContext,
} from './storage-options.ts'
import { StoreHome } from './store-home.ts'
import { insideKey, type Watchable } from './watchable.ts'

/**
 * Turns cookie values into sessions and back: what middleware works with. A cookie value that is not
 * one of ours, has expired or is unknown is no error: it reads as a new, empty session.
 */
export interface SessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> {
  /**
   * The session that belongs to a cookie value, or a new one.
   *
   * @param cookieValue What `cookie.parse()` returned, and not the Cookie header.
   *
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed: never a new session then.
   */
  read(cookieValue: string | null, options?: ReadOptions): Promise<Session<Data, Flash>>
  /**
   * Saves what was done to the session.
   *
   * @returns The cookie value that the visitor should have now, `''` to clear the cookie, or null to
   * leave the visitor's cookie alone: nothing was to be written, or the session or its id ended meanwhile.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed.
   * @throws {SessionConflictError} `ERR_SESSION_CONFLICT` if others kept changing the session.
   * @throws {SessionTooLargeError} `ERR_SESSION_TOO_LARGE` if it is over `maxBytes`.
   */
  save(session: Session<Data, Flash>): Promise<string | null>
  /** Where middleware reports what it finds before a session can be read. */
  readonly events?: EventEmitter | undefined
}

/** A storage of ours. */
export interface PeekableSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> extends SessionStorage<Data, Flash> {
  /**
   * Looks at a session without using it, for a page that warns its visitor before the session ends. It writes nothing, keeps
   * nothing alive and uses no flash message up.
   *
   * @param cookieValue What `cookie.parse()` returned, and not the Cookie header.
   * @returns When the session ends, and whose it is. Undefined if there is no live session.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed.
   */
  peek(cookieValue: string | null): Promise<SessionPeek | undefined>
}

/** Whose session is to be ended. */
export interface RevokeOptions {
  userId?: string | null | undefined
}

/** Which session is to be left alive. */
export interface RevokeAllOptions {
  except?: string | undefined
}

const revokeKinds: OptionKinds<RevokeOptions> = { userId: 'any' }
const revokeAllKinds: OptionKinds<RevokeAllOptions> = { except: 'string' }

/**
 * A storage that keeps sessions on the server, so that it can end them. Whatever asks the store fails with a {@link StoreError},
 * `ERR_SESSION_STORE`, if the store does.
 */
export interface ServerSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> extends PeekableSessionStorage<Data, Flash> {
  readonly events: EventEmitter
  /**
   * The user's live sessions, the one used last first: "your devices".
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of users, or `userId` is no user id.
   */
  sessionsOf(userId: string): Promise<SessionInfo[]>
  /**
   * Ends the session with this handle, at once and for good, or the one that has taken its place meanwhile. Unknown handles are fine.
   *
   * @param handle `session.handle`, or the whole `session.id`.
   * @param options.userId Ends it only if it is this user's: give it when the handle comes from a form. If
   * it is given and undefined or null, because nobody is logged in, nothing is ended.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `handle` is no string, `userId` is no user id, or an option is unknown.
   */
  revoke(handle: string, options?: RevokeOptions): Promise<void>
  /**
   * Ends all sessions of the user, also those of logins that are under way (ASVS 7.4.2, 7.4.3): in this
   * process all that began before, and in others all up to `clockTolerance` after. A login that took a
   * token with `beginLogin()` is judged by that, exactly.
   *
   * @param options.except The handle of the one session to leave alive, or its whole id.
   * @returns How many were ended; 0 if the store keeps no index of users.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of users and there is no option `revocations`,
   * or if an option is wrong.
   * @throws {RevokeError} `ERR_SESSION_STORE` if some could not be ended. All have been tried.
   */
  revokeAll(userId: string, options?: RevokeAllOptions): Promise<number>
  /**
   * Ends the sessions of all users, also those of logins that are under way (ASVS 7.4.5). Sessions that nobody
   * has logged in to live on.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` without the option `revocations`.
   */
  revokeEverybody(): Promise<void>
  /**
   * Ends all sessions whose login named this group, also those of logins that are under way: for OpenID Connect
   * back-channel logout, the `sid` of the provider (ASVS 7.6.1). Which logins are under way, is told as by `revokeAll()`.
   *
   * @returns How many were ended; 0 if the store keeps no index of users.
   * @throws {SessionError} `ERR_SESSION_CONFIG` without the option `groups`, or if `group` names none.
   * @throws {RevokeError} `ERR_SESSION_STORE` if some could not be ended. All have been tried.
   */
  revokeGroup(group: string): Promise<number>
  /**
   * Ends all sessions of the user, and refuses every login of theirs until `unblock()` (ASVS 7.4.2): such a login
   * saves nothing, and the event is `interrupted` with the reason `blocked`. It lasts as long as what is in the store.
   *
   * @returns How many sessions were ended; 0 if the store keeps no index of users.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of users and there is no option `revocations`,
   * if the store may drop what has not expired, or if `userId` is no user id.
   * @throws {RevokeError} `ERR_SESSION_STORE` if some sessions could not be ended. All have been tried.
   */
  block(userId: string): Promise<number>
  /** Lets a blocked user log in again. What was ended stays ended. Of a user who is not blocked it is fine. */
  unblock(userId: string): Promise<void>
  /** Whether the user is blocked: to say so before the password is asked for. */
  isBlocked(userId: string): Promise<boolean>
  /**
   * What to take before the user's password is checked, and to give to `session.login(userId, { since })`: the login
   * then stands only if `revokeAll()` was not called for the user in between, whatever the servers' clocks say.
   */
  beginLogin(userId: string): Promise<LoginToken>
  /** Drops expired records, where the store does not do that by itself. Returns how many. */
  deleteExpired(): Promise<number>
  /**
   * Finishes what is under way, and lets go of the store's connections and timers. What is asked for after that
   * fails with a `StoreError` whose cause has the code `ERR_STORE_CLOSED`. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Makes a storage of any store.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  store: SessionStore,
  options?: SessionStorageOptions<Data, Schema>,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  return storageOn(
    store,
    createContext(readOptions('createSessionStorage()', options, storageKinds)),
  )
}

/** @internal For a storage whose records are written in another form. */
export function storageOn<Data extends SessionData, Flash extends SessionData>(
  store: SessionStore,
  context: StorageContext,
): ServerSessionStorage<Data, Flash> {
  const guarded = new GuardedStore(store, context.events)
  const { underWay } = guarded
  const revocations = new Revocations(context, guarded)
  const noted = context.revocations?.ofStore(context, guarded)
  const owned = new OwnedSessions(context, guarded, { revocations, noted })
  // What cannot be listed is ended by notes.
  const users = guarded.isIndexed ? owned : (noted ?? owned)
  const seats = context.sessionLimit?.ofStore(context, guarded, owned)
  const groups = context.groups?.ofStore(context, guarded, { owned, noted })
  const home = new StoreHome(context, guarded, { owned, revocations, noted, seats, groups })
  const life = new SessionLife(context, home, new ContendedWriter(context, home))

  const storage: ServerSessionStorage & Watchable = {
    events: context.events,
    read: underWay.counted(life.read.bind(life), 'read'),
    peek: underWay.counted(life.peek.bind(life), 'read'),
    // A save is more than one operation of the store, and closing waits for all of them.
    save: underWay.counted(life.save.bind(life), 'write'),
    sessionsOf: ofUser(underWay.counted((userId) => owned.list(userId), 'list')),
    async revoke(handle, given = {}) {
      const { userId } = readOptions('revoke()', given, revokeKinds)
      const isNobody = userId === undefined || userId === null
      if (!isNobody) assertUserId(userId)
      if (typeof handle !== 'string') throw configError('revoke() needs a handle: session.handle')
      if (isNobody && Object.hasOwn(given, 'userId')) return
      await underWay.run(() => owned.revoke(handle, userId ?? undefined), 'delete')
    },
    async revokeAll(userId, given) {
      assertUserId(userId)
      const { except } = readOptions('revokeAll()', given, revokeAllKinds)
      return underWay.run(() => users.revokeAll(userId, except && handleIn(except)), 'delete')
    },
    async revokeEverybody() {
      if (noted === undefined) {
        throw configError('revokeEverybody() needs the option revocations: createRevocations()')
      }
      await underWay.run(() => noted.revokeEverybody(), 'write')
    },
    async revokeGroup(group) {
      const able = withGroups(groups, group)
      return underWay.run(() => able.revoke(group), 'delete')
    },
    block: ofUser(underWay.counted((userId) => users.block(userId), 'delete')),
    unblock: ofUser(underWay.counted((userId) => users.unblock(userId), 'write')),
    isBlocked: ofUser(underWay.counted((userId) => users.isBlocked(userId), 'read')),
    beginLogin: ofUser(underWay.counted((userId) => users.beginLogin(userId), 'read')),
    deleteExpired: () => guarded.deleteExpired(),
    close: () => guarded.close(),
    [insideKey]: { home, underWay, isIdleUnsaid: context.isIdleUnsaid },
  }
  return storage
}
