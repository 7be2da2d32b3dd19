import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { EndsSeen, SessionRecord } from '../record/record.ts'
import type { Loaded } from '../record/standing.ts'
import type { SessionState } from '../session/session-state.ts'
import type { Login } from '../session/wishes.ts'
import type { confirmLogin } from './confirm-login.ts'
import type { endedIds } from './ended-ids.ts'

/** A live session that a cookie value stands for. */
export interface Found {
  id: string
  loaded: Loaded
  /** Whether a login, and whatever else ends the id, gives the session a new handle: the old one can be ended then. */
  renews?: boolean | undefined
}

/** What a cookie value stands for: a live session, or one whose id it was a moment ago. */
export type Finding = Found | { retiredFrom: string } | undefined

/** A record that is to be written, and its text. */
export type Unwritten = Pick<Loaded, 'record' | 'text' | 'expiresAt'>

/** What became of an id that may not write any more: its session ended, or the id did. */
export interface Lost {
  lost: 'gone' | 'rotated'
}

/** The session of a login that takes the place of an earlier one. */
export interface Successor {
  handle: string
  /** Of the login; undefined if nobody has logged in. */
  userId: string | undefined
  /** Whether it goes on with the earlier one, and so only if that has not ended. */
  isAgain?: boolean | undefined
}

/** Why a login, or a new id, does not stand that was written. */
export type Refusal = 'revoked' | 'blocked' | 'rotated'

/** The ends of sessions that a record comes after, or why it may not be written. */
export type Admission = EndsSeen | undefined | 'revoked' | 'rotated'

/** What became of a session that was to end as it was read: `another`, if a login has taken its place since. */
export type EndedAsSeen = Ended | 'missing' | 'another'

/** It ended under this handle, which may be a newer one than it was read with. */
interface Ended {
  readonly handle: string
}

/** What is known of a session that a cookie claims to be. Instants are milliseconds since the epoch. */
export interface SessionClaims {
  handle: string
  userId: string | undefined
  createdAt: number
  authenticatedAt: number | undefined
  lastUsedAt: number
}

/**
 * Where the records of a storage live: under their handles in a store, or each in the cookie of its
 * visitor. The life of a session is the same in both.
 */
export interface Home {
  /**
   * What a cookie value stands for. If it stands for nothing, the reason is reported as an event.
   *
   * @param mayEnd Whether the option `onReuse` may take effect: then an id that comes back ends the session in its place.
   */
  find(value: string, mayEnd?: boolean): MaybePromise<Finding>
  /** The record as it is now, for the id that the request came with, even if the id's grace is over by now. */
  reload(loaded: Loaded): Promise<Loaded | Lost>
  /** Compares and swaps: returns the new version, or undefined if somebody else was first. */
  write(next: Unwritten, replaces: string | null): MaybePromise<string | undefined>
  delete(handle: string): MaybePromise<void>
  /**
   * Ends the session at this handle, and those of the same user that took its place.
   *
   * @param seen It, if it was read before. Then it ends also while the store cannot read.
   */
  end(handle: string, seen: Loaded | undefined): MaybePromise<void>
  /** Ends the session by itself, under whatever id it goes on, unless somebody has logged in there meanwhile. */
  endAsSeen?(loaded: Loaded): Promise<EndedAsSeen>
  /** What the record keeps of an id's secret, to know the id again. */
  proofOf(secret: string): MaybePromise<string>
  /** What the record keeps of the ids that are not the session's any more. Left out where none can come back. */
  readonly endedIds?: typeof endedIds
  /** What the visitor's cookie holds of a record's text. Left out where it holds the id. */
  asValue?(text: string): string
  /** Ends the session at this handle, or the one that took its place, if it is of the same user as this one. */
  replace?(handle: string, by: Login & { handle: string }): Promise<boolean>
  /** Whether a session was ended, where its record cannot show it. Asked before it is served or saved. */
  isRevoked?(claims: SessionClaims): MaybePromise<boolean>
  /**
   * Why a session is over of which the record does not show it, if so. For what goes on after the session was read.
   *
   * @param isFresh Whether that must be the latest.
   */
  lossOf?(record: SessionRecord, isFresh?: boolean): Promise<'revoked' | 'rotated' | undefined>
  /** Asked before a record is written, where ends of sessions are noted beside the records. */
  admit?(state: SessionState, base: Loaded | undefined): Promise<Admission>
  /** Why a new id of the same user must not stand, if so. Asked once the session is written. */
  confirmId?(state: SessionState, saved: Loaded): Promise<Refusal | undefined>
  /** Why a login must not stand, if so. Asked once its session is written. Left out where nothing can be said against one. */
  readonly confirmLogin?: typeof confirmLogin
  /** Puts a session into the list of its group. Asked before the session of a login is written. */
  enterGroup?(group: string, handle: string): Promise<void>
  /**
   * Sees to it that a user has no more sessions than they may. Asked once the session of a login is written.
   *
   * @throws {SessionError} `ERR_SESSION_LIMIT` if this one is too many.
   */
  takeSeat?(state: SessionState, handle: string): Promise<void>
  /**
   * Whether it will have a place, asked before it takes that of another session of the user.
   *
   * @throws {SessionError} `ERR_SESSION_LIMIT` if not.
   */
  expectSeat?(state: SessionState, handle: string, former: string): Promise<void>
  /** Whether there is none for a session of another library. Asked before it is served. */
  isFull?(state: SessionState): Promise<boolean>
  /** Why this login must not stand, if so: what was said against it since it began. Asked once the session is written. */
  refusalOf?(login: Login, handle: string): Promise<Refusal | undefined>
}

/** What the session of this request claims, if it is not a new one. */
export function claimsOf({ loaded, handle, imported }: SessionState): SessionClaims | undefined {
  if (loaded !== undefined) return claimsOfRecord(loaded.record)
  if (imported === undefined) return undefined
  // Nobody knows how old another library's cookie is, so it is older than any revocation.
  const ages = { createdAt: 0, authenticatedAt: undefined, lastUsedAt: 0 }
  return { handle, userId: imported.owner, ...ages }
}

export function claimsOfRecord(record: SessionRecord): SessionClaims {
  const { handle, owner: userId, createdAt, authenticatedAt, lastUsedAt } = record
  return { handle, userId, createdAt, authenticatedAt, lastUsedAt }
}

/** An import as the login that it stands for: one that began before any revocation. */
export function importedLogin({ loaded, imported }: SessionState): Login | undefined {
  const userId = loaded === undefined ? imported?.owner : undefined
  if (userId === undefined) return undefined
  return { userId, label: undefined, at: 0, turn: 0, since: 0, sinceEverybody: 0 }
}
