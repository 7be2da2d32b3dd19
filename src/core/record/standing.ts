import type { Contents, SessionRecord } from './record.ts'

/** A record as it was read from a store, or written to it, and by which of its ids. */
export interface Loaded {
  record: SessionRecord
  version: string
  /** The record as the store has it: what `record` was before the app changed objects in place. */
  text: string
  /** When the session ends unless it is used again, in milliseconds since the epoch. */
  expiresAt: number
  /** Whether the id is the record's, or the one before it, in its grace. */
  by: 'current' | 'previous'
}

/**
 * What an id may do with a record. An id goes from one to the next, and never back:
 *
 *   current    everything
 *   previous   what it could, for the grace after a plain rotation
 *   retired    nothing; but it may be on its way from a request that began before it was ended
 *   reused     nothing; it comes back long after it should have been forgotten, a sign of theft
 *
 * Undefined: the id is not the record's, or not any more.
 */
export type Standing = Loaded['by'] | 'retired' | 'reused' | undefined

/** The standing of the id whose secret has this hash. */
export function standingOf(record: SessionRecord, secretHash: string, now: number): Standing {
  if (equalInConstantTime(record.secretHash, secretHash)) return 'current'
  const { previous, retired } = record
  if (previous !== undefined && equalInConstantTime(previous.secretHash, secretHash)) {
    if (previous.until <= now) return 'reused'
    return previous.contents === undefined ? 'retired' : 'previous'
  }
  const older = retired?.find((one) => equalInConstantTime(one.secretHash, secretHash))
  return older && (older.until > now ? 'retired' : 'reused')
}

/** Compares without telling by its time where two texts of one length differ. */
function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/** What the id that loaded this record may see. */
export function contentsOf({ record, by }: Pick<Loaded, 'record' | 'by'>): Contents {
  return by === 'current' ? record : record.previous!.contents!
}
