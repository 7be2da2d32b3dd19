import { SessionConflictError } from '../errors.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { equalInConstantTime, parseSessionId } from '../record/id.ts'
import {
  needsWrite,
  nextBranch,
  nextRecord,
  openRecord,
  reportSave,
  serializeRecord,
} from './life-cycle.ts'
import type { KeyedQueue } from '../store/keyed-queue.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Loaded, SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/*
 * The one place that writes sessions to stores. Every write is a compare-and-swap on the version that
 * was read: if somebody wrote in between, the request's changes are done again on what they wrote.
 */

/** Tries before giving up, with longer and longer pauses between them. */
const maxAttempts = 30
const longestPause = 100

/**
 * What an id with this hash may do with a record: `current` everything, `previous` what it could in
 * its grace, `retired` nothing, though it may be on its way from a request that began before the
 * rotation, and `reused` nothing, long after it should have been forgotten. Undefined: it is not the record's.
 */
export function branchFor(
  record: SessionRecord,
  secretHash: string,
  now: number,
): 'current' | 'previous' | 'retired' | 'reused' | undefined {
  if (equalInConstantTime(record.secretHash, secretHash)) return 'current'
  const { previous } = record
  if (!previous || !equalInConstantTime(previous.secretHash, secretHash)) return undefined
  if (previous.until <= now) return 'reused'
  return previous.branch === undefined ? 'retired' : 'previous'
}

/**
 * Saves what the request did.
 *
 * @param queue Where those who lost a race wait for each other: within a process they need not race again.
 * @returns The cookie value that the visitor should have now, `''` if none, null to leave theirs alone.
 */
export async function saveSession(
  context: StorageContext,
  store: GuardedStore,
  queue: KeyedQueue,
  state: SessionState,
): Promise<string | null> {
  if (!needsWrite(context, state)) return null
  const { loaded } = state
  // A session of its own would take the place of the newer cookie; a login is worth that.
  if (state.retired && loaded === undefined && state.rotation === undefined) {
    return interrupt(context, state, 'rotated')
  }
  const saved = await writeOnce(context, store, state, loaded)
  if (saved !== undefined) return saved
  const handle = loaded?.record.handle ?? state.handle
  return queue.run(handle, () => retry(context, store, state, loaded))
}

/** Does the changes again on what others have written, until nobody interferes. */
async function retry(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  loaded: Loaded | undefined,
): Promise<string | null> {
  for (let attempt = 1; attempt < maxAttempts; attempt++) {
    context.events.emit({ type: 'conflict', handle: state.handle, attempt })
    if (attempt > 1) await pause(attempt)
    let base: Loaded | undefined
    if (loaded === undefined) {
      state.renew()
    } else {
      const fresh = await reload(context, store, loaded)
      if (typeof fresh === 'string') return interrupt(context, state, fresh)
      // Somebody else's write was a use as well: there is nothing left to note.
      if (!state.dirty) return null
      base = fresh
    }
    const saved = await writeOnce(context, store, state, base)
    if (saved !== undefined) return saved
  }
  throw new SessionConflictError(maxAttempts)
}

/** One compare-and-swap. Undefined if somebody else was first. */
async function writeOnce(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded | undefined,
): Promise<string | null | undefined> {
  if (base !== undefined && !context.lifetime.isLive(base.record, context.now())) {
    return interrupt(context, state, 'gone')
  }
  const graceIsOver = base?.branch === 'previous' && base.record.previous!.until <= context.now()
  if (graceIsOver && state.login === undefined) return interrupt(context, state, 'rotated')
  return base?.branch === 'previous'
    ? writePrevious(context, store, state, base)
    : writeCurrent(context, store, state, base)
}

/** Writes as the holder of the record's id. Undefined if somebody else was first. */
async function writeCurrent(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded | undefined,
): Promise<string | undefined> {
  const rotated = base === undefined || state.rotation !== undefined
  const hash = rotated
    ? cryptoBackend.sha256(parseSessionId(state.id)!.secret)
    : base.record.secretHash
  const secretHash = typeof hash === 'string' ? hash : await hash
  const record = nextRecord(context, state, base, secretHash)
  if (!(await write(context, store, state, base, record))) return undefined
  return state.id
}

/**
 * Writes as the holder of the id before, within its grace: into the data that id sees and nothing
 * else, because the record's present id belongs to what came after.
 */
async function writePrevious(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded,
): Promise<string | null | undefined> {
  if (state.rotation === 'kill') return retirePrevious(context, store, state, base)
  const { record } = base
  const branch = nextBranch(context, state, base)
  const used = context.lifetime.use(record, context.now())
  const next = { ...record, ...used, previous: { ...record.previous!, branch } }
  return (await write(context, store, state, base, next)) ? null : undefined
}

/**
 * Ends the id before. A login with it goes on as a session of its own, with what that id could see:
 * refusing it would show a right password as wrong. It is written first, so that a failure leaves
 * the visitor with the id they had.
 */
async function retirePrevious(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded,
): Promise<string | null | undefined> {
  const { record, version } = base
  const own = state.login && (await writeFork(context, store, state, base))
  if (state.login !== undefined && own === undefined) return undefined
  const until = context.now() + context.lifetime.retirement
  const rest = { ...record, previous: { secretHash: record.previous!.secretHash, until } }
  let retired: string | undefined
  try {
    retired = await store.write(record.handle, serializeRecord(context, rest), {
      replaces: version,
      expiresAt: context.lifetime.end(rest),
      owner: rest.owner,
    })
  } finally {
    if (own !== undefined && retired === undefined) await store.delete(own.record.handle)
  }
  if (retired === undefined) return undefined
  if (own === undefined) return interrupt(context, state, 'rotated')
  reportSave(context, state, own.record)
  state.settle(own, own.record, context.lifetime.end(own.record))
  return state.id
}

async function writeFork(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded,
): Promise<Loaded | undefined> {
  if (state.handle === base.record.handle) state.renew()
  const secretHash = await cryptoBackend.sha256(parseSessionId(state.id)!.secret)
  const record = { ...nextRecord(context, state, base, secretHash), previous: undefined }
  const text = serializeRecord(context, record)
  const version = await store.write(record.handle, text, {
    replaces: null,
    expiresAt: context.lifetime.end(record),
    owner: record.owner,
  })
  return version === undefined ? undefined : { record, version, text, branch: 'current' }
}

async function write(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded | undefined,
  record: SessionRecord,
): Promise<boolean> {
  const branch = base?.branch ?? 'current'
  const text = serializeRecord(context, record, branch === 'current')
  const expiresAt = context.lifetime.end(record)
  const version = await store.write(record.handle, text, {
    replaces: base?.version ?? null,
    expiresAt,
    owner: record.owner,
  })
  if (version === undefined) return false
  reportSave(context, state, record, branch)
  const seen = branch === 'previous' ? record.previous!.branch! : record
  state.settle({ record, version, text, branch }, seen, expiresAt)
  return true
}

/** The record as it is now, for the id that the request came with; or why that id may not write any more. */
async function reload(
  context: StorageContext,
  store: GuardedStore,
  { record, branch }: Loaded,
): Promise<Loaded | 'gone' | 'rotated'> {
  const { handle } = record
  const held = branch === 'current' ? record.secretHash : record.previous!.secretHash
  const stored = await store.read(handle)
  const fresh = stored && (await openRecord(context, stored.value, handle))
  if (fresh === undefined) return 'gone'
  const now = branchFor(fresh, held, context.now())
  if (now !== 'current' && now !== 'previous') return 'rotated'
  return { record: fresh, version: stored!.version, text: stored!.value, branch: now }
}

/**
 * Gives up: the session ended, or its id was rotated out, while the request ran. The cookie of a
 * session that ended is cleared. One that was rotated out is left alone: the browser holds its
 * successor under the same name by now, and clearing would log the visitor out.
 */
export function interrupt(
  { events }: StorageContext,
  state: SessionState,
  reason: 'gone' | 'rotated' | 'revoked',
): '' | null {
  const { handle, owner: userId } = state.loaded?.record ?? {}
  // An id that an earlier save by the handler asked for is not the visitor's any more.
  state.issued = undefined
  events.emit({ type: 'interrupted', handle, userId, reason })
  return reason === 'rotated' ? null : ''
}

/** Waits a random while, longer each time, so that those who collided do not collide again. */
export function pause(attempt: number): Promise<void> {
  const longest = Math.min(2 ** attempt, longestPause)
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
}
