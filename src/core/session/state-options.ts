import type { ValueCodec } from '../record/codec.ts'
import type { Contents } from '../record/record.ts'
import type { Loaded } from '../record/standing.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { FlashUse } from './flash-messages.ts'
import type { Session } from './session.ts'

/** Why a save wrote nothing: the session ended, or its id, or a login was refused. */
export type LostReason = 'gone' | 'rotated' | 'revoked' | 'blocked'

/** What is known of a session that another library began. */
export interface Imported {
  /** Whose it was there. */
  owner: string | undefined
  /** Whether somebody may have been logged in, and nobody can tell who. */
  isOfUnknown: boolean
}

/** What a request starts from. */
export interface StateOptions {
  /** Default: a new one, once it is asked for. */
  id?: string | undefined
  /** The same id, if no storage of ours made the session. */
  originalId?: string | undefined
  loaded?: Loaded | undefined
  /** What the id may see. */
  contents?: Contents | undefined
  codec?: ValueCodec
  /** Random bytes in the secrets of its ids. Default 32. */
  secretBytes?: number
  flashUse?: FlashUse
  /** Whether the visitor sent a cookie value, good or bad. */
  hadCookie?: boolean
  /** Whether the request keeps the session alive. Default `true`. */
  isUse?: boolean | undefined
  /** If the visitor's id was ended just now: the handle of the session that it was of. */
  retiredFrom?: string | undefined
  imported?: Imported | undefined
  /** Whether what ends the id ends the handle, too. */
  renews?: boolean | undefined
  /** In milliseconds since the epoch. */
  createdAt: number
  /** When it ends unless it is used again, in milliseconds since the epoch. */
  expiresAt: number
}

/** What answers a request, and can save its session before the handler has ended. */
export interface Server {
  commit(): Promise<void>
  /** Sessions that end if somebody logs in in this request, beside the one that the login goes on from. */
  endingByLogin(): Iterable<Session>
}

/** What saves what a request did, and says what the visitor's cookie should hold. */
export interface Writer<State> {
  save(state: State): MaybePromise<string | null>
}
