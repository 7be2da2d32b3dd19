import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { isThenable } from '../runtime/maybe-promise.ts'
import { GuardedStore, type Operation } from '../store/guarded-store.ts'
import { parseSessionId } from '../record/id.ts'
import { importSession } from './import-session.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import {
  openRecord,
  resumeSession,
  saveInTurn,
  startSession,
  type ReadOptions,
} from './life-cycle.ts'
import type { ImportedSession } from '../cookie/importers.ts'
import type { EventEmitter } from '../events.ts'
import { OwnedSessions, type SessionInfo } from './owned-sessions.ts'
import { branchFor, interrupt, saveSession } from './save.ts'
import type { StandardSchema } from '../record/schema.ts'
import { type Session, type SessionData, type UntypedData, stateOf } from '../session/session.ts'
import type { Login, SessionState } from '../session/session-state.ts'
import { isClosable, type SessionStore } from '../store/session-store.ts'
import { createContext, type SessionStorageOptions } from './storage-options.ts'
import { closedError, UnderWay } from '../store/under-way.ts'

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
   * leave the visitor's cookie alone: nothing was to be written, or the id was rotated out meanwhile.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed.
   * @throws {SessionConflictError} `ERR_SESSION_CONFLICT` if others kept changing the session.
   * @throws {SessionTooLargeError} `ERR_SESSION_TOO_LARGE` if it is over `maxBytes`.
   */
  save(session: Session<Data, Flash>): Promise<string | null>
  /** Where middleware reports what it finds before a session can be read. */
  readonly events?: EventEmitter
}

/** A storage that keeps sessions on the server, so that it can end them. */
export interface ServerSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> extends SessionStorage<Data, Flash> {
  readonly events: EventEmitter
  /**
   * The user's live sessions, the one used last first: "your devices".
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of users.
   */
  sessionsOf(userId: string): Promise<SessionInfo[]>
  /**
   * Ends the session with this handle, at once and for good. Unknown handles are fine.
   *
   * @param options.userId Ends it only if it is this user's: give it when the handle comes from a form.
   */
  revoke(handle: string, options?: { userId?: string }): Promise<void>
  /**
   * Ends all sessions of the user, also those of logins that are under way (ASVS 7.4.2, 7.4.3).
   *
   * @param options.except The handle of the one session to leave alive.
   * @returns How many were ended.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of users.
   */
  revokeAll(userId: string, options?: { except?: string }): Promise<number>
  /** Drops expired records, where the store does not do that by itself. Returns how many. */
  deleteExpired(): Promise<number>
  /**
   * Finishes what is under way, and lets go of the store's connections and timers. What is asked for after that
   * fails with a `StoreError` whose cause has the code `ERR_STORE_CLOSED`. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Makes a storage of any store. The life cycle of sessions is here and nowhere else: ids, timeouts,
 * rotation, conflicts, logging out.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  store: SessionStore,
  options: SessionStorageOptions & { schema?: StandardSchema<Data> } = {},
): ServerSessionStorage<Data, Flash> {
  const context = createContext(options)
  const { events } = context
  const guarded = new GuardedStore(store, events)
  const owned = new OwnedSessions(context, store, guarded)
  const queue = new KeyedQueue()
  const underWay = new UnderWay()

  async function readImported(
    imported: ImportedSession,
    readOptions: ReadOptions,
  ): Promise<Session> {
    const { userId } = imported
    // Nobody knows how old the cookie is: older than any time its user was logged out everywhere.
    if (userId !== undefined && (await owned.wasRevokedSince({ userId, at: 0 }, ''))) {
      events.emit({ type: 'revoked', userId })
      return startSession(context, true)
    }
    return importSession(context, imported, readOptions)
  }

  async function read(value: string | null, readOptions?: ReadOptions): Promise<Session> {
    if (readOptions?.imported !== undefined) return readImported(readOptions.imported, readOptions)
    if (!value) return startSession(context, false)
    const parts = parseSessionId(value)
    if (parts === undefined) {
      events.emit({ type: 'tampered', reason: 'id' })
      return startSession(context, true)
    }
    const { handle, secret } = parts
    const stored = await guarded.read(handle)
    if (stored === undefined) return startSession(context, true)
    const opened = openRecord(context, stored.value, handle)
    const record = isThenable(opened) ? await opened : opened
    if (record === undefined) return startSession(context, true)
    const hashed = cryptoBackend.sha256(secret)
    const hash = typeof hashed === 'string' ? hashed : await hashed
    const branch = branchFor(record, hash, context.now())
    if (branch === 'current' || branch === 'previous') {
      const loaded = { record, branch, version: stored.version, text: stored.value }
      return resumeSession(context, value, loaded, readOptions)
    }
    const about = { handle, userId: record.owner }
    if (branch === 'retired') return startSession(context, true, true)
    if (branch === 'reused') events.emit({ type: 'reused-old-id', ...about })
    else events.emit({ type: 'tampered', reason: 'secret', ...about })
    return startSession(context, true)
  }

  async function end(state: SessionState): Promise<'' | null> {
    if (state.loaded === undefined) return state.hadCookie ? '' : null
    const { handle, owner } = state.loaded.record
    await guarded.delete(handle)
    events.emit({ type: 'destroyed', handle, userId: owner })
    return ''
  }

  async function write(state: SessionState): Promise<string | null> {
    if (state.destroyed) return end(state)
    const login = state.login ?? importedLogin(state)
    const value = await saveSession(context, guarded, queue, state)
    if (login === undefined || !value) return value
    let stands = false
    try {
      stands = !(await owned.wasRevokedSince(login, state.handle))
    } finally {
      // Also when that could not be found out: nobody has its id yet.
      if (!stands) await guarded.delete(state.handle)
    }
    return stands ? value : interrupt(context, state, 'revoked')
  }

  /** A save is more than one operation of the store, and closing waits for all of them. */
  async function whileOpen<T>(operation: Operation, work: () => Promise<T>): Promise<T> {
    if (underWay.isClosed) throw guarded.failure(operation, closedError())
    return underWay.run(work)
  }

  const storage: ServerSessionStorage = {
    read: (value, readOptions) => whileOpen('read', () => read(value, readOptions)),
    save: (session) => whileOpen('write', () => saveInTurn(stateOf(session), write)),
    events,
    sessionsOf: (userId) => whileOpen('list', () => owned.list(userId)),
    revoke: (handle, { userId } = {}) => whileOpen('delete', () => owned.revoke(handle, userId)),
    revokeAll: (userId, { except } = {}) =>
      whileOpen('delete', () => owned.revokeAll(userId, except)),
    deleteExpired: async () => {
      if (underWay.isClosed) throw guarded.failure('delete', closedError())
      // Not waited for: it may take long, and what it leaves the next one finds.
      return guarded.deleteExpired()
    },
    close: () => underWay.close(() => isClosable(store) && store.close()),
  }
  return storage
}

/** An import is a login of old: it must not outlive a revocation that came while it was under way. */
function importedLogin({
  imported,
  loaded,
}: SessionState): Pick<Login, 'userId' | 'at'> | undefined {
  const userId = loaded === undefined ? imported?.owner : undefined
  return userId === undefined ? undefined : { userId, at: 0 }
}
