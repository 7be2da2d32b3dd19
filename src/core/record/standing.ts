import type { EventEmitter } from '../events.ts'
import type { ValueCodec } from './codec.ts'
import type { Lifetime } from './lifetime.ts'
import type { RecentRecords } from './recent-records.ts'
import { decodeRecord, type Contents, type SessionRecord } from './record.ts'
import { hideUnfit, type StandardSchema } from './schema.ts'

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
  /** What that id may see. */
  contents: Contents
}

/** A record that was opened for an id which may not see it. */
interface Refused {
  record: SessionRecord
  standing: Exclude<Standing, Loaded['by']>
}

/** What a storage reads its records with. */
interface Reader {
  readonly codec: ValueCodec
  readonly records?: RecentRecords | undefined
  readonly schema: StandardSchema | undefined
  readonly lifetime: Lifetime
  readonly events: EventEmitter
  readonly now: () => number
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
type Standing = Loaded['by'] | 'retired' | 'reused' | undefined

/** The id that a visitor has shown. */
interface Held {
  handle: string
  secretHash: string
  /** Whether the id before may be that still after its grace: for another server, whose clock is behind, it may go on. */
  mayBeOver?: boolean
}

/**
 * The record in what was stored, if it is whole, ours and alive, for whoever has it. What is wrong with it is reported.
 *
 * @param handle The key that it was read from, if it was in a store.
 */
export function openRecord(
  { codec, records, schema, lifetime, events, now }: Reader,
  { value: text, version }: { value: string; version: string },
  handle?: string,
): Loaded | undefined {
  const dropped: string[] = []
  const record = records ? records.decode(text) : decodeRecord(text, codec, { refused: dropped })
  if (record === undefined || (handle !== undefined && record.handle !== handle)) {
    events.emit({ type: 'corrupt', handle, keys: [] })
    return undefined
  }
  const { handle: own, owner: userId } = record
  const expiresAt = lifetime.endIfLive(record, now())
  if (expiresAt === undefined) {
    // Of what was ended that was told then: it has no id any more.
    if (record.secretHash) events.emit({ type: 'expired', handle: own, userId })
    return undefined
  }
  if (schema !== undefined || codec.dataVersion !== undefined) {
    for (const contents of contentsIn(record)) {
      const failure = codec.dataVersion?.open(contents, codec)
      if (failure !== undefined) events.emit({ type: 'corrupt', handle: own, ...failure })
      if (schema !== undefined) dropped.push(...hideUnfit(schema, contents))
    }
  }
  if (dropped.length > 0) events.emit({ type: 'corrupt', handle: own, keys: dropped })
  return { record, version, text, expiresAt, by: 'current', contents: record }
}

/** The same of a record in a store, for the holder of an id; or why that id may not see it. */
export function openHeld(
  reader: Reader,
  stored: { value: string; version: string },
  held: Held,
): Loaded | Refused | undefined {
  const opened = openRecord(reader, stored, held.handle)
  if (opened === undefined) return undefined
  const { record } = opened
  const standing = standingOf(record, held, reader.now)
  if (standing === 'current') return opened
  if (standing !== 'previous') return { record, standing }
  return { ...opened, by: standing, contents: contentsOf(record, standing) }
}

/** What each of its ids may see. */
function contentsIn(record: SessionRecord): Contents[] {
  const older = record.previous?.contents
  return older === undefined ? [record] : [record, older]
}

/** The standing of the id whose secret has this hash. */
function standingOf(
  record: SessionRecord,
  { secretHash, mayBeOver = false }: Held,
  now: () => number,
): Standing {
  if (equalInConstantTime(record.secretHash, secretHash)) return 'current'
  const { previous, retired } = record
  if (previous !== undefined && equalInConstantTime(previous.secretHash, secretHash)) {
    if (mayBeOver && previous.contents !== undefined) return 'previous'
    if (previous.until <= now()) return 'reused'
    return previous.contents === undefined ? 'retired' : 'previous'
  }
  const older = retired?.find((one) => equalInConstantTime(one.secretHash, secretHash))
  return older && (older.until > now() ? 'retired' : 'reused')
}

/** Compares without telling by its time where two texts of one length differ. */
function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/** What an id may see of the record. */
function contentsOf(record: SessionRecord, by: Loaded['by']): Contents {
  return by === 'current' ? record : record.previous!.contents!
}

/** The contents as they are stored, whatever the app has done to the objects in them since. */
export function contentsAsStored({ record, text, by }: Loaded, codec: ValueCodec): Contents {
  return contentsOf(decodeRecord(text, codec) ?? record, by)
}
