import { configError, isSessionError, StoreError } from '../core/errors.ts'
import type { EventEmitter } from '../core/events.ts'
import { claimsOfRecord, type Home, type SessionClaims } from '../core/life-cycle/home.ts'
import { SessionLife } from '../core/life-cycle/life.ts'
import { SessionWriter } from '../core/life-cycle/save.ts'
import type { NotedHome, Revocable, RevocationNotes } from '../core/life-cycle/revocation-notes.ts'
import type { PeekableSessionStorage } from '../core/life-cycle/session-storage.ts'
import {
  createContext,
  storageKinds,
  type SessionStorageOptions,
  type StorageContext,
} from '../core/life-cycle/storage-options.ts'
import { insideKey, type Watchable } from '../core/life-cycle/watchable.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { checkContext, withoutContext } from '../core/record/context.ts'
import { cookieForm } from '../core/record/form.ts'
import { joinSessionId, parseSessionId } from '../core/record/id.ts'
import { marker } from '../core/record/short-form.ts'
import { openRecord } from '../core/record/standing.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'

export type * from '../core/life-cycle/storage-types.ts'
export type { Revocable } from '../core/life-cycle/revocation-notes.ts'

/** What is known of a session that a cookie claims to be. Instants are milliseconds since the epoch. */
export type CookieSessionClaims = SessionClaims

export interface CookieStorageOptions {
  /**
   * Says whether a session was ended, for instance because its user logged out everywhere after its
   * `authenticatedAt ?? createdAt`. (Not `lastUsedAt`: a request under way moves it.) Without it
   * and without `revocations` `destroy()` only clears the browser's cookie: a copy of the cookie lives on until
   * its timeouts (ASVS 7.4.1). Asked on each read and each write; if it fails, they fail with `StoreError`, whose
   * cause is what it threw.
   */
  isRevoked?: ((claims: CookieSessionClaims) => boolean | Promise<boolean>) | undefined
  /**
   * Whose sessions these are, such as `admin`: 1 to 64 letters, digits, `.`, `_` and `-`. It is sealed with each session, and
   * a session of another context is none. Two apps whose cookies have the same name and the same secrets need it, or each
   * takes the other's sessions for its own. Default none.
   */
  context?: string | undefined
}

const kinds: OptionKinds<SessionStorageOptions & CookieStorageOptions> = {
  ...storageKinds,
  isRevoked: 'function',
  context: 'any',
}

/** Sessions in their cookie, with no store. What they have ended is in one, if the option `revocations` is given. */
export interface CookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> extends PeekableSessionStorage<Data, Flash> {
  readonly events: EventEmitter
}

/** The same, that can end sessions. */
export interface RevocableCookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>
  extends CookieSessionStorage<Data, Flash>, Revocable {}

/**
 * Keeps sessions in the cookie itself, which the cookie seals. Timeouts hold as everywhere, but of
 * requests at the same time the last response wins, an older copy of the cookie can be played again,
 * and 4,096 bytes is all there is.
 *
 * With the option `revocations` a logout, a login and `regenerateId(true)` end the cookie of before with all its copies,
 * and the storage has the methods of {@link Revocable}. There is no `sessionsOf()`: of sessions that live, nothing is kept.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createCookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  options: SessionStorageOptions<Data, Schema> &
    CookieStorageOptions & { revocations: RevocationNotes },
): RevocableCookieSessionStorage<Data, FlashOf<Flash, Schema>>
export function createCookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  options?: SessionStorageOptions<Data, Schema> & CookieStorageOptions,
): CookieSessionStorage<Data, FlashOf<Flash, Schema>>
export function createCookieSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  options?: SessionStorageOptions<Data, Schema> & CookieStorageOptions,
): CookieSessionStorage<Data, FlashOf<Flash, Schema>> {
  const own = readOptions('createCookieSessionStorage()', options, kinds)
  const context = createContext(own, cookieForm)
  const noted = context.revocations?.ofCookies(context)
  context.sessionLimit?.ofCookies()
  if (noted === undefined) context.groups?.ofCookies()
  if (context.endsReused && noted === undefined) {
    throw configError(
      "onReuse: 'revoke' ends no session that is in a cookie. Use the option revocations, or a storage on the server",
    )
  }
  const home = createHome(context, checkContext(own.context), {
    isRevoked: own.isRevoked,
    noted,
  })
  const life = new SessionLife(context, home, new SessionWriter(context, home))
  const storage: CookieSessionStorage & Watchable = {
    events: context.events,
    read: (value, how) => life.read(value, how),
    peek: (value) => life.peek(value),
    save: async (session) => life.save(session),
    ...noted?.methods,
    [insideKey]: { home, isIdleUnsaid: context.isIdleUnsaid },
  }
  return storage
}

/**
 * A home that keeps nothing: the record is the cookie's value.
 *
 * @param appContext The option `context`, or `''`: it stands before the record.
 */
function createHome(
  context: StorageContext,
  appContext: string,
  { isRevoked, noted }: Pick<CookieStorageOptions, 'isRevoked'> & { noted: NotedHome | undefined },
): Home {
  const { events } = context

  async function wasRevoked(claims: SessionClaims): Promise<boolean> {
    try {
      return (await isRevoked?.(claims)) ?? false
    } catch (cause) {
      // Nobody has told it a secret or a value, so what the app's own function throws may be shown as it is.
      const isTold = isSessionError(cause, 'ERR_SESSION_STORE')
      const error = isTold ? cause : new StoreError('read', cause)
      events.emit({ type: 'store-error', operation: 'read', error })
      throw error
    }
  }

  return {
    find(value, mayEnd) {
      const { context: whose, text } = withoutContext(value)
      if (whose !== appContext) {
        events.emit({ type: 'tampered', reason: 'id' })
        return undefined
      }
      const loaded = openRecord(context, { value: text, version: '' })
      if (loaded === undefined) return undefined
      const { record } = loaded
      const id = joinSessionId({ handle: record.handle, secret: record.secretHash })
      // The short form has no other, and looking at each id took a twentieth of a request that reads a small session.
      if (!text.startsWith(marker) && !parseSessionId(id)) {
        events.emit({ type: 'corrupt', keys: [] })
        return undefined
      }
      const found = { id, loaded }
      const unlessNoted = () => (noted === undefined ? found : noted.unlessEnded(found, mayEnd))
      if (isRevoked === undefined) return unlessNoted()
      return wasRevoked(claimsOfRecord(record)).then((ended) => {
        if (!ended) return unlessNoted()
        events.emit({ type: 'revoked', handle: record.handle, userId: record.owner })
        return undefined
      })
    },
    reload: async (loaded) => loaded,
    write: () => '',
    delete: () => {},
    end: () => {},
    // Sealed in the cookie, the secret needs no hash.
    proofOf: (secret) => secret,
    asValue: (text) => appContext + text,
    ...(isRevoked && { isRevoked: wasRevoked }),
    ...noted?.home,
  }
}
