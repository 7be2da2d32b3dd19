import { SessionConflictError } from './errors.ts'
import { cryptoBackend } from './crypto/choose.ts'
import type { GuardedStore } from './guarded-store.ts'
import { equalInConstantTime, parseSessionId } from './id.ts'
import {
  needsWrite,
  nextBranch,
  nextRecord,
  openRecord,
  reportSave,
  serializeRecord,
} from './life-cycle.ts'
import type { SessionRecord } from './record.ts'
import type { Loaded, SessionState } from './session-state.ts'
import type { StorageContext } from './storage-options.ts'

/*
 * The one place that writes sessions to stores. Every write is a compare-and-swap on the version that
 * was read: if somebody wrote in between, the request's changes are done again on what they wrote.
 */

/** Tries before giving up: with the pauses between them, several seconds of constant conflict. */
const maxAttempts = 60
const longestPause = 50

/** Which of a record's ids this hash belongs to, if the id may still be used. */
export function branchFor(
  record: SessionRecord,
  secretHash: string,
  now: number,
): 'current' | 'previous' | 'reused' | undefined {
  if (equalInConstantTime(record.secretHash, secretHash)) return 'current'
  const { previous } = record
  if (!previous || !equalInConstantTime(previous.secretHash, secretHash)) return undefined
  return now < previous.until ? 'previous' : 'reused'
}

/**
 * Saves what the request did.
 *
 * @returns The cookie value that the visitor should have, `''` if none, null if what they have is right.
 */
export async function saveSession(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
): Promise<string | null> {
  if (!needsWrite(context, state)) return null
  let base = state.loaded
  // The hash of the id that the request came with: it decides what may be written.
  const held = base && (base.branch === 'current' ? base.record : base.record.previous!).secretHash
  for (let attempt = 1; ; attempt++) {
    if (base && !context.lifetime.isLive(base.record, context.now())) {
      return interrupt(context, state, 'gone')
    }
    const saved =
      base?.branch === 'previous'
        ? await writePrevious(context, store, state, base)
        : await writeCurrent(context, store, state, base)
    if (saved !== undefined) return saved
    context.events.emit({ type: 'conflict', handle: state.handle, attempt })
    if (attempt === maxAttempts) throw new SessionConflictError(attempt)
    if (attempt > 1) await pause(attempt)
    if (base === undefined || held === undefined) {
      state.renew()
      continue
    }
    const fresh = await reload(context, store, state.handle)
    const branch = fresh && branchFor(fresh.record, held, context.now())
    if (fresh === undefined) return interrupt(context, state, 'gone')
    if (branch === undefined || branch === 'reused') return interrupt(context, state, 'rotated')
    // Somebody else's write was a use as well: there is nothing left to note.
    if (!state.dirty) return null
    base = { ...fresh, branch }
  }
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
 * else. To rotate that id or to log in with it starts a session of its own, because the record's
 * present id belongs to what came after.
 */
async function writePrevious(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded,
): Promise<string | null | undefined> {
  const { record } = base
  const forks = state.rotation !== undefined
  const now = context.now()
  const previous = forks
    ? { secretHash: record.previous!.secretHash, until: 0 }
    : { ...record.previous!, branch: nextBranch(context, state, base) }
  const rest: SessionRecord = {
    ...record,
    ...(forks ? {} : context.lifetime.use(record, now)),
    previous,
  }
  if (!forks) return (await write(context, store, state, base, rest)) ? null : undefined

  const version = await store.write(record.handle, serializeRecord(context, rest), {
    replaces: base.version,
    expiresAt: context.lifetime.end(rest),
    owner: rest.owner,
  })
  if (version === undefined) return undefined
  state.renew()
  const secretHash = await cryptoBackend.sha256(parseSessionId(state.id)!.secret)
  const own = { ...nextRecord(context, state, base, secretHash), previous: undefined }
  if (await write(context, store, state, undefined, own)) return state.id
  return undefined
}

async function write(
  context: StorageContext,
  store: GuardedStore,
  state: SessionState,
  base: Loaded | undefined,
  record: SessionRecord,
): Promise<boolean> {
  const text = serializeRecord(context, record)
  const expiresAt = context.lifetime.end(record)
  const version = await store.write(record.handle, text, {
    replaces: base?.version ?? null,
    expiresAt,
    owner: record.owner,
  })
  if (version === undefined) return false
  reportSave(context, state, record)
  const branch = base?.branch ?? 'current'
  const seen = branch === 'previous' ? record.previous!.branch! : record
  state.settle({ record, version, text, branch }, seen, expiresAt)
  return true
}

async function reload(
  context: StorageContext,
  store: GuardedStore,
  handle: string,
): Promise<Omit<Loaded, 'branch'> | undefined> {
  const stored = await store.read(handle)
  const record = stored && (await openRecord(context, stored.value, handle))
  return record && { record, version: stored.version, text: stored.value }
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
  const userId = state.loaded?.record.owner
  events.emit({ type: 'interrupted', handle: state.handle, userId, reason })
  return reason === 'rotated' ? null : ''
}

/** Waits a random while, longer each time, so that those who collided do not collide again. */
function pause(attempt: number): Promise<void> {
  const longest = Math.min(2 ** attempt, longestPause)
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
}
