import { SessionTooLargeError } from '../errors.ts'
import { encodeRecord, type SessionRecord } from '../record/record.ts'
import { biggestKeys } from '../record/size.ts'
import { byteLength } from '../runtime/bytes.ts'
import type { Loaded } from '../record/standing.ts'
import type { LoginTerms } from '../record/terms.ts'
import type { SessionState } from '../session/session-state.ts'
import type { EndedIds } from './ended-ids.ts'
import type { StorageContext } from './storage-options.ts'

/* What is stored of a session after a request. */

/** What a record is made of, beside what the request did. */
export interface Basis extends Pick<SessionRecord, 'endsSeen'> {
  /** What is stored now. */
  base: Loaded | undefined
  /** That of the id which the session has from now on. */
  secretHash: string
  /** Those that are not the session's any more. */
  ids: EndedIds | undefined
  now: number
}

/** The record after this request, for the holder of its id. */
export function nextRecord(
  context: StorageContext,
  state: SessionState,
  { base, secretHash, endsSeen, ids, now }: Basis,
): Loaded {
  const { lifetime, sessionLimit } = context
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
  const { values, flash } = state.nextContents(base)
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
