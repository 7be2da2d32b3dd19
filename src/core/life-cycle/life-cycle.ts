import { replay } from '../session/changes.ts'
import type { ImportedSession } from '../cookie/importers.ts'
import { SessionTooLargeError } from '../errors.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import {
  biggestKeys,
  byteLength,
  decodeRecord,
  encodeRecord,
  type Branch,
  type SessionRecord,
} from '../record/record.ts'
import { dropUnfit, type StandardSchema } from '../record/schema.ts'
import { Session } from '../session/session.ts'
import type { FlashUse } from '../session/flash-messages.ts'
import { type Loaded, SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/* The steps of a session's life that are the same whether it lives in a store or in its cookie. */

/** What a storage is told about the request. */
export interface ReadOptions {
  /** How this request uses up flash messages; asked only if there are some. Default: all of them. */
  flashUse?: () => FlashUse
  /** The session that a cookie of another library stood for: it is read in place of the cookie value. */
  imported?: ImportedSession | undefined
}

/**
 * A session for somebody of whom nothing is known.
 *
 * @param retired Whether the cookie's id was rotated out just now, so that its browser has a newer one.
 */
export function startSession(
  context: StorageContext,
  hadCookie: boolean,
  retired = false,
): Session {
  const now = context.now()
  const instants = context.lifetime.start(now)
  return new Session(
    new SessionState(
      {
        codec: context.codec,
        hadCookie,
        retired,
        createdAt: now,
        expiresAt: context.lifetime.end(instants),
      },
      context.now,
    ),
  )
}

/** The session of this record, as the owner of this id sees it. */
export function resumeSession(
  context: StorageContext,
  id: string,
  loaded: Loaded,
  options: ReadOptions | undefined,
): Session {
  const { record } = loaded
  const branch = branchOf(loaded)
  if (context.events.watched) {
    context.events.emit({ type: 'loaded', handle: record.handle, userId: record.owner })
  }
  return new Session(
    new SessionState(
      {
        id,
        loaded,
        branch,
        codec: context.codec,
        flashUse: branch.flash.size > 0 ? options?.flashUse?.() : 'all',
        hadCookie: true,
        createdAt: record.createdAt,
        expiresAt: context.lifetime.end(record),
      },
      context.now,
    ),
  )
}

/** What the id that loaded this record may see. */
export function branchOf({ record, branch }: Loaded): Branch {
  return branch === 'current' ? record : record.previous!.branch!
}

/**
 * The record in a string, if it is whole, ours and alive. What is wrong with it is reported.
 *
 * @param handle The key that it was read from, where there is a store.
 */
export function openRecord(
  context: StorageContext,
  text: string,
  handle: string | undefined,
): MaybePromise<SessionRecord | undefined> {
  const { codec, schema, lifetime, events } = context
  const dropped: string[] = []
  const record = decodeRecord(text, codec, dropped)
  if (record === undefined || (handle !== undefined && record.handle !== handle)) {
    events.emit({ type: 'corrupt', handle, keys: [] })
    return undefined
  }
  if (!lifetime.isLive(record, context.now())) {
    events.emit({ type: 'expired', handle: record.handle, userId: record.owner })
    return undefined
  }
  return andThen(schema === undefined ? [] : checkValues(schema, record), (unfit) => {
    const keys = [...dropped, ...unfit]
    if (keys.length > 0) events.emit({ type: 'corrupt', handle: record.handle, keys })
    return record
  })
}

function checkValues(
  schema: StandardSchema,
  { values, previous }: SessionRecord,
): MaybePromise<readonly string[]> {
  const older = previous?.branch?.values
  return andThen(dropUnfit(schema, values), (unfit) =>
    older === undefined ? unfit : dropUnfit(schema, older, unfit),
  )
}

/** The record as it was stored, whatever the app has done to the objects in it since. */
export function pristine(context: StorageContext, loaded: Loaded): Loaded {
  return { ...loaded, record: decodeRecord(loaded.text, context.codec, []) ?? loaded.record }
}

/** Whether there is anything to write: a change, or a use that is worth noting. */
export function needsWrite(context: StorageContext, state: SessionState): boolean {
  if (state.dirty || state.touched) return true
  const { loaded } = state
  return loaded !== undefined && context.lifetime.isTouchDue(loaded.record, context.now())
}

/** The data after this request: its changes on what it read, or on what others have written since. */
export function nextBranch(
  context: StorageContext,
  state: SessionState,
  base: Loaded | undefined,
): Branch {
  const changes = state.allChanges()
  const used = state.usedFlash()
  if (base === undefined) return state.outcome(used)
  if (state.dataForgotten) return branchOf(pristine(context, base))
  if (base === state.loaded) return state.outcome(used)
  // As they were read: the app may have changed them in place.
  const asRead = branchOf(pristine(context, state.loaded!)).flash
  const read = new Map([...used.keys()].map((key) => [key, asRead.get(key)]))
  return replay(branchOf(base), changes, read, state.codec)
}

/** The record after this request. `secretHash` is that of the id it has now. */
export function nextRecord(
  context: StorageContext,
  state: SessionState,
  base: Loaded | undefined,
  secretHash: string,
): SessionRecord {
  const { lifetime } = context
  const { login } = state
  const now = context.now()
  const before = base?.record
  const used = lifetime.use(before ?? lifetime.start(now), now, login?.at)
  const instants = state.endsBy === undefined ? used : lifetime.until(used, state.endsBy)
  const { values, flash } = nextBranch(context, state, base)
  // One by one and in decodeRecord's order: spreading would take longer than everything else here.
  return {
    handle: state.handle,
    secretHash,
    createdAt: instants.createdAt,
    authenticatedAt: instants.authenticatedAt,
    lastUsedAt: instants.lastUsedAt,
    idleDeadline: instants.idleDeadline,
    absoluteDeadline: instants.absoluteDeadline,
    owner: login?.userId ?? before?.owner ?? state.imported?.owner,
    label: login === undefined ? before?.label : login.label,
    values,
    flash,
    previous: base && previousId(context, state, base, now),
  }
}

function previousId(
  context: StorageContext,
  state: SessionState,
  base: Loaded,
  now: number,
): SessionRecord['previous'] {
  const { secretHash, previous } = base.record
  const { grace, retirement } = context.lifetime
  // After an error the new id never reached the visitor, so nothing is on its way that had it.
  if (state.dataForgotten && state.rotation === 'kill') return { secretHash, until: now }
  if (state.rotation === 'grace' && grace > 0) {
    return { secretHash, until: now + grace, branch: branchOf(pristine(context, base)) }
  }
  if (state.rotation !== undefined) return { secretHash, until: now + retirement }
  // Its grace is over: its data goes, its hash stays, to recognise it should it come back.
  const isOver = previous?.branch !== undefined && previous.until <= now
  return isOver ? { ...previous, branch: undefined } : previous
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
  mayRetire = false,
): string {
  const { codec, maxBytes, events } = context
  const text = encodeRecord(record, codec)
  // A UTF-16 unit is at most three bytes of UTF-8, so most records need no counting.
  const size = text.length * 3 <= maxBytes ? 0 : byteLength(text)
  if (size <= maxBytes) return text
  if (mayRetire && record.previous?.branch !== undefined) {
    record.previous = { ...record.previous, branch: undefined }
    return serializeRecord(context, record)
  }
  events.emit({ type: 'oversize', handle: record.handle, size, limit: maxBytes })
  throw new SessionTooLargeError(size, maxBytes, biggestKeys(record, codec))
}

/**
 * Saves a session, after the save before, if that is still under way. What it returns is remembered:
 * when a handler saves by itself, its response must still carry the cookie.
 */
export async function saveInTurn(
  state: SessionState,
  save: (state: SessionState) => Promise<string | null>,
): Promise<string | null> {
  while (state.saving !== undefined) await state.saving.catch(() => {})
  const saving = save(state)
  state.saving = saving
  try {
    const value = await saving
    if (value !== null) state.issued = value
    return value
  } finally {
    state.saving = undefined
  }
}

/** Tells what a save has done, after it is done. */
export function reportSave(
  { events }: StorageContext,
  state: SessionState,
  record: SessionRecord,
  branch: Loaded['branch'] = 'current',
): void {
  if (!events.watched) return
  const about = { handle: record.handle, userId: record.owner }
  const isNew = state.loaded?.record.handle !== record.handle
  const isRotated = !isNew && branch === 'current' && state.rotation !== undefined
  if (isNew) events.emit({ type: 'created', ...about })
  if (isRotated) events.emit({ type: 'rotated', ...about })
  if (state.login !== undefined) events.emit({ type: 'login', ...about })
  events.emit({ type: 'saved', ...about })
}
