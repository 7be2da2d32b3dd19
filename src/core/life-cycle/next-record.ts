import { SessionTooLargeError } from '../errors.ts'
import { encodeRecord, type RetiredId, type SessionRecord } from '../record/record.ts'
import { biggestKeys } from '../record/size.ts'
import { byteLength } from '../runtime/bytes.ts'
import { contentsAsStored, type Loaded } from '../record/standing.ts'
import type { LoginTerms } from '../record/terms.ts'
import type { SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/* What is stored of a session after a request. */

/** Ids ended within seconds of each other are rare: more than this many are not remembered. */
const mostRetired = 8

/** What a record is made of, beside what the request did. */
interface Basis extends Pick<SessionRecord, 'endsSeen'> {
  /** What is stored now. */
  base: Loaded | undefined
  /** That of the id which the session has from now on. */
  secretHash: string
  now: number
}

/** The record after this request, for the holder of its id. */
export function nextRecord(
  context: StorageContext,
  state: SessionState,
  { base, secretHash, endsSeen, now }: Basis,
): Loaded {
  const { lifetime, sessionLimit, form } = context
  const before = base?.record
  const { login, endsBy, persist = before?.persistent } = state.wishes
  const persistent = persist ?? undefined
  const asBefore = before ?? lifetime.start(now)
  const isAsBefore = persistent === asBefore.persistent
  const start = isAsBefore ? asBefore : lifetime.persist(asBefore, persistent)
  const owner = login?.userId ?? before?.owner ?? state.imported?.owner
  const isAgain = login?.isAgain && before?.owner === owner
  const loginAt = isAgain ? undefined : login && otherThan(before?.authenticatedAt, login.at)
  const used = state.isUse || login !== undefined ? lifetime.use(start, now, loginAt) : start
  const terms = nextTerms(state, before, { owner, isLimited: sessionLimit !== undefined })
  const last = endsBy ?? terms?.until
  const instants = last === undefined ? used : lifetime.until(used, last)
  const { values, flash, known } = state.nextContents(base)
  // A session of its own has no ids from before.
  const hasIds = form.remembersIds && before?.handle === state.handle
  const ids = hasIds ? endedIds(context, state, { base: base!, now }) : undefined
  // One by one and in decodeRecord's order: spreading would take longer than everything else here.
  return toWrite(context, {
    handle: state.handle,
    secretHash,
    createdAt: instants.createdAt,
    authenticatedAt: instants.authenticatedAt,
    lastUsedAt: instants.lastUsedAt,
    idleDeadline: instants.idleDeadline,
    absoluteDeadline: instants.absoluteDeadline,
    owner,
    label: login === undefined || isAgain ? before?.label : login.label,
    isOfUnknown: state.isOfUnknown || undefined,
    values,
    flash,
    previous: ids?.previous,
    retired: ids?.retired,
    sentAt: sentAt(state, before, now),
    endsSeen,
    persistent,
    terms,
    isShared: false,
    known,
  })
}

/**
 * The record after a request under the id before, in its grace. It changes what that id sees, and nothing
 * else: the present id belongs to what came after. But a request that began before the rotation could as
 * well have finished before it, so what it did is in both.
 */
export function nextRecordOfPrevious(
  context: StorageContext,
  state: SessionState,
  base: Loaded,
): Loaded {
  const { lifetime, now } = context
  const { record } = base
  const contents = state.nextContents(base)
  const { values, flash } = state.heldCurrent
    ? state.nextContents({ ...base, by: 'current', contents: record })
    : record
  const previous = { ...record.previous!, contents }
  const { persist } = state.wishes
  const start =
    typeof persist === 'boolean' ? { ...record, ...lifetime.persist(record, persist) } : record
  const used = state.isUse ? lifetime.use(start, now()) : undefined
  const next = toWrite(context, { ...start, ...used, values, flash, previous }, false)
  return { ...next, by: 'previous', contents }
}

/** The same record, of which the id before may read nothing any more. */
export function withPreviousRetired(context: StorageContext, record: SessionRecord): Loaded {
  const until = context.now() + context.lifetime.retirement
  const previous = { secretHash: record.previous!.secretHash, until }
  return toWrite(context, { ...record, previous })
}

/** This instant, or the one after the login before it, if that was not earlier: so that no two of a session are the same. */
function otherThan(before: number | undefined, at: number): number {
  return before === undefined || at > before ? at : before + 1
}

/** As it is loaded once it is written: its version is not known before. */
function toWrite(
  context: StorageContext,
  record: SessionRecord,
  mayRetire: boolean = true,
): Loaded {
  const text = serializeRecord(context, record, mayRetire)
  const expiresAt = context.lifetime.end(record)
  return { record, version: '', text, expiresAt, by: 'current', contents: record }
}

/** The ids that are not the session's any more, and will be recognised. */
function endedIds(
  { lifetime: { grace, retirement }, endsReused }: StorageContext,
  state: SessionState,
  { base, now }: { base: Loaded; now: number },
): Pick<SessionRecord, 'previous' | 'retired'> {
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

/** What the login said that the session is of. */
function nextTerms(
  { handle, wishes: { login } }: SessionState,
  before: SessionRecord | undefined,
  { owner, isLimited }: { owner: string | undefined; isLimited: boolean },
): LoginTerms | undefined {
  const isSame = before?.owner === owner
  const isInPlace = isSame && before?.handle === handle
  if (isInPlace && login === undefined) return before.terms
  const isSeated = isInPlace
    ? before.terms?.isSeated
    : (isLimited && owner !== undefined) || undefined
  const kept = login === undefined || (login.isAgain && isSame) ? before?.terms : undefined
  const terms = {
    isSeated,
    group: login?.group?.name ?? kept?.group,
    until: login?.until ?? kept?.until,
    level: login?.level ?? kept?.level,
    confirmedAt:
      login?.isAgain && isSame ? otherThan(kept?.confirmedAt, login.at) : kept?.confirmedAt,
    context: login?.context ?? kept?.context,
  }
  return Object.values(terms).every((one) => one === undefined) ? undefined : terms
}

/** Told apart from the login and the start, with which the cookie is sent anyway. */
function sentAt(
  { wishes: { resend, rotation, login } }: SessionState,
  before: SessionRecord | undefined,
  now: number,
): number | undefined {
  if (before === undefined || (login !== undefined && !login.isAgain)) return undefined
  return resend || rotation !== undefined ? now : before.sentAt
}

/**
 * The record as text.
 *
 * @param mayRetire Whether the previous id may end now, if the record only fits without what it sees.
 * @throws {SessionTooLargeError} `ERR_SESSION_TOO_LARGE` over `maxBytes`.
 */
export function serializeRecord(
  context: StorageContext,
  record: SessionRecord,
  mayRetire: boolean,
): string {
  const { codec, maxBytes, events } = context
  const text = encodeRecord(record, context)
  // A UTF-16 unit is at most three bytes of UTF-8, so most records need no counting.
  const size = text.length * 3 <= maxBytes ? 0 : byteLength(text)
  if (size <= maxBytes) return text
  if (mayRetire && record.previous?.contents !== undefined) {
    record.previous = { ...record.previous, contents: undefined }
    return serializeRecord(context, record, false)
  }
  events.emit({ type: 'oversize', handle: record.handle, size, limit: maxBytes })
  throw new SessionTooLargeError(size, maxBytes, biggestKeys(record, codec))
}
