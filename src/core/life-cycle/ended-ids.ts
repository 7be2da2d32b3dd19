import type { RetiredId, SessionRecord } from '../record/record.ts'
import { contentsAsStored, type Loaded } from '../record/standing.ts'
import type { SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/*
 * Ids that ended, and may be on their way: what a record in a store keeps of them. Where the visitor has the record, nobody
 * else can change it, and so no cookie needs to know them.
 */

/** Ids ended within seconds of each other are rare: more than this many are not remembered. */
const mostRetired = 8

export type EndedIds = Pick<SessionRecord, 'previous' | 'retired'>

/** The ids that are not the session's any more, and will be recognised. */
export function endedIds(
  { lifetime: { grace, retirement }, endsReused }: StorageContext,
  state: SessionState,
  { base, now }: { base: Loaded; now: number },
): EndedIds {
  const { record } = base
  const { rotation, failed } = state.wishes
  const { previous, retired = [] } = record
  // Where one that comes back is to end the session, it must be known for what it was.
  const since = endsReused ? 0 : now
  if (rotation === undefined) {
    // Its grace is over: its data goes, its hash stays, to recognise it should it come back.
    const isOver = previous?.contents !== undefined && previous.until <= now
    const known = isOver ? { ...previous, contents: undefined } : previous
    return { previous: known, retired: lateIds(retired, since) }
  }
  const { secretHash } = record
  const late = now + retirement
  const before = previous && {
    secretHash: previous.secretHash,
    until: Math.min(previous.until, late),
  }
  const older = lateIds(before ? [before, ...retired] : retired, since)
  if (rotation === 'grace' && grace > 0) {
    return {
      previous: { secretHash, until: now + grace, contents: contentsAsStored(base, state.codec) },
      retired: older,
    }
  }
  // After an error the new id never reached the visitor, so nothing is on its way that had it.
  return { previous: { secretHash, until: failed ? now : late }, retired: older }
}

/** Milliseconds that a request may take which began before its session was replaced. */
const slowest = 300_000

/** What is left of a session that ended: its ids, which may be on their way, and no data. */
export function endedRecord(
  { lifetime, now }: StorageContext,
  { handle, secretHash, previous, retired = [] }: SessionRecord,
): SessionRecord {
  const time = now()
  const until = time + lifetime.retirement
  const older = previous ? [{ secretHash: previous.secretHash, until }, ...retired] : retired
  const ids = { previous: { secretHash, until }, retired: lateIds(older, time) }
  return { ...emptyRecord(handle, time, time + slowest), ...ids }
}

/** A record that is of no id, and has no data. */
export function emptyRecord(handle: string, at: number, end: number): SessionRecord {
  return {
    handle,
    secretHash: '',
    createdAt: at,
    lastUsedAt: at,
    idleDeadline: end,
    absoluteDeadline: end,
    values: new Map(),
    flash: new Map(),
  }
}

/** Ids that may be on their way after this instant. */
function lateIds(ids: readonly RetiredId[], since: number): SessionRecord['retired'] {
  const late = ids.filter(({ until }) => until > since).slice(0, mostRetired)
  return late.length > 0 ? late : undefined
}
