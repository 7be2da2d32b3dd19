import type { StoredRecord } from '../../core/store/session-store.ts'

/*
 * What the store asks objects, as JSON. `now` is the app's clock, in milliseconds since the epoch. Answers to
 * questions of an earlier release must stay the same: while a Worker is deployed, old and new ones talk.
 */

/** For an object that keeps a record. */
export type RecordQuestion =
  | { do: 'read'; now: number }
  | {
      do: 'write'
      value: string
      /** The new one. */
      version: string
      /** The one that must be there, or null for none. */
      replaces: string | null
      expiresAt: number
      now: number
    }
  | { do: 'delete' }

/** For an object that keeps the list of a user's keys. */
export type ListQuestion =
  | { do: 'add'; key: string; token: string; until: number; now: number }
  /** Only if nobody has added it again since. */
  | { do: 'remove'; key: string; token: string }
  /**
   * The first keys, in their order, or the first after this one. Without a limit all of them, as an object of an
   * earlier release answers in any case.
   */
  | { do: 'keys'; now: number; limit?: number | undefined; after?: string | undefined }

export type Question = RecordQuestion | ListQuestion

export interface Answers {
  read: StoredRecord | null
  /** Whether it was written. */
  write: boolean
  /** The version that was there. */
  delete: string | null
  add: null
  remove: null
  keys: string[]
}
