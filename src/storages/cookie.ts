import { configError } from '../core/errors.ts'
import type { ImportedSession } from '../core/cookie/importers.ts'
import type { EventEmitter } from '../core/events.ts'
import { importSession } from '../core/life-cycle/import-session.ts'
import { isThenable } from '../core/runtime/maybe-promise.ts'
import { reportFailure } from '../core/store/guarded-store.ts'
import { checkContext, withoutContext } from '../core/record/context.ts'
import { joinSessionId, parseSessionId } from '../core/record/id.ts'
import {
  needsWrite,
  nextRecord,
  openRecord,
  reportSave,
  resumeSession,
  saveInTurn,
  serializeRecord,
  startSession,
  type ReadOptions,
} from '../core/life-cycle/life-cycle.ts'
import { interrupt } from '../core/life-cycle/save.ts'
import type { SessionRecord } from '../core/record/record.ts'
import {
  type Session,
  type SessionData,
  type UntypedData,
  stateOf,
} from '../core/session/session.ts'
import type { SessionState } from '../core/session/session-state.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { createContext, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'

/** What is known of a session that a cookie claims to be. Instants are milliseconds since the epoch. */
export interface CookieSessionClaims {
  handle: string
  userId: string | undefined
  createdAt: number
  authenticatedAt: number | undefined
  lastUsedAt: number
}

export interface CookieStorageOptions {
  /**
   * Says whether a session was ended, for instance because its user logged out everywhere after its
   * `authenticatedAt ?? createdAt`. (Not `lastUsedAt`: a request under way moves it.) Without it
   * `destroy()` only clears the browser's cookie: a copy of the cookie lives on until its timeouts
   * (ASVS 7.4.1). Asked on each read and each write; if it fails, they fail with `StoreError`.
   */
  isRevoked?: ((claims: CookieSessionClaims) => boolean | Promise<boolean>) | undefined
  /**
   * Whose sessions these are, such as `admin`: 1 to 64 letters, digits, `.`, `_` and `-`. It is sealed with each session, and
   * a session of another context is none. Two apps whose cookies have the same name and the same secrets need it, or each
   * takes the other's sessions for its own. Default none.
   */
  context?: string | undefined
}

/** Sessions in their cookie, with no store. */
export interface CookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> extends SessionStorage<Data, Flash> {
  readonly events: EventEmitter
}

/**
 * Keeps sessions in the cookie itself, which the cookie seals. Timeouts hold as everywhere, but of
 * requests at the same time the last response wins, an older copy of the cookie can be played again,
 * and 4,096 bytes is all there is.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createCookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  options: SessionStorageOptions<Data> & CookieStorageOptions = {},
): CookieSessionStorage<Data, Flash> {
  const { isRevoked } = options
  if (isRevoked !== undefined && typeof isRevoked !== 'function') {
    throw configError('isRevoked must be a function of the session’s claims')
  }
  const own = checkContext(options.context)
  const context = createContext(options)
  const { events } = context

  async function wasRevoked(claims: CookieSessionClaims): Promise<boolean> {
    try {
      return (await isRevoked?.(claims)) ?? false
    } catch (error) {
      throw reportFailure(events, 'read', error)
    }
  }

  async function readImported(imported: ImportedSession, options: ReadOptions): Promise<Session> {
    const session = await importSession(context, imported, options)
    const claims = claimsOfImported(stateOf(session))!
    if (!(await wasRevoked(claims))) return session
    events.emit({ type: 'revoked', handle: claims.handle, userId: claims.userId })
    return startSession(context, true)
  }

  async function read(value: string | null, readOptions?: ReadOptions): Promise<Session> {
    if (readOptions?.imported !== undefined) return readImported(readOptions.imported, readOptions)
    if (!value) return startSession(context, false)
    const { context: whose, text } = withoutContext(value)
    if (whose !== own) {
      events.emit({ type: 'tampered', reason: 'id' })
      return startSession(context, true)
    }
    const opened = openRecord(context, text, undefined)
    const record = isThenable(opened) ? await opened : opened
    if (record === undefined) return startSession(context, true)
    const id = joinSessionId({ handle: record.handle, secret: record.secretHash })
    if (parseSessionId(id) === undefined) {
      events.emit({ type: 'corrupt', keys: [] })
      return startSession(context, true)
    }
    if (isRevoked !== undefined && (await wasRevoked(claimsOf(record)))) {
      events.emit({ type: 'revoked', handle: record.handle, userId: record.owner })
      return startSession(context, true)
    }
    const loaded = { record, version: '', text, branch: 'current' as const }
    return resumeSession(context, id, loaded, readOptions)
  }

  async function write(state: SessionState): Promise<string | null> {
    const { loaded } = state
    if (state.destroyed) {
      if (loaded === undefined) return state.hadCookie ? '' : null
      events.emit({ type: 'destroyed', handle: loaded.record.handle, userId: loaded.record.owner })
      return ''
    }
    if (!needsWrite(context, state)) return null
    if (loaded !== undefined && !context.lifetime.isLive(loaded.record, context.now())) {
      return interrupt(context, state, 'gone')
    }
    const claims = loaded === undefined ? claimsOfImported(state) : claimsOf(loaded.record)
    if (isRevoked !== undefined && claims !== undefined && (await wasRevoked(claims))) {
      return interrupt(context, state, 'revoked')
    }
    // Sealed in the cookie, the secret needs no hash, and no store could keep an older id alive.
    const { secret } = parseSessionId(state.id)!
    const record = { ...nextRecord(context, state, loaded, secret), previous: undefined }
    const text = serializeRecord(context, record)
    reportSave(context, state, record)
    const saved = { record, version: '', text, branch: 'current' as const }
    state.settle(saved, record, context.lifetime.end(record))
    return own + text
  }

  const save = (session: Session) => saveInTurn(stateOf(session), write)
  const storage: CookieSessionStorage = { read, save, events }
  return storage
}

function claimsOf(record: SessionRecord): CookieSessionClaims {
  const { handle, owner: userId, createdAt, authenticatedAt, lastUsedAt } = record
  return { handle, userId, createdAt, authenticatedAt, lastUsedAt }
}

/** Nobody knows how old another library's cookie is, so it is older than any revocation. */
function claimsOfImported({ handle, imported }: SessionState): CookieSessionClaims | undefined {
  if (imported === undefined) return undefined
  const ages = { createdAt: 0, authenticatedAt: undefined, lastUsedAt: 0 }
  return { handle, userId: imported.owner, ...ages }
}
