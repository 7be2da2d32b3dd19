import type { ReadOptions } from '../core/life-cycle/begin.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { encodeMap, versionsOf } from '../core/record/record.ts'
import { byteLength } from '../core/runtime/bytes.ts'
import type { Loaded } from '../core/record/standing.ts'
import type { Session } from '../core/session/session.ts'
import type { SessionState } from '../core/session/session-state.ts'
import { stateOf } from '../core/session/state-of.ts'
import type { Notebook, Outcome, RequestNote, SessionNote, Snapshot } from './notebook.ts'
import type { createScopes } from './request-scope.ts'

interface Watching {
  notebook: Notebook
  scopes: ReturnType<typeof createScopes>
}

/** Events after which a session is over. */
const ends = new Set<string>(['destroyed', 'revoked', 'expired'])

const nothing: Snapshot = { values: {}, flash: {} }

/**
 * Puts notes around the storage's `read` and `save`, in place: adapters and the app call them on this object, whichever
 * came first. Returns the `read` that takes no notes.
 */
export function watchStorage(
  storage: SessionStorage,
  { notebook, scopes }: Watching,
): (value: string | null, options?: ReadOptions) => Promise<Session> {
  const { read, save, events } = storage
  const begun = new WeakMap<Session, RequestNote>()
  const readPlain = (value: string | null, options?: ReadOptions) =>
    read.call(storage, value, options)

  events?.watch((event) => {
    const scope = scopes.getStore()
    if (scope?.isOwn) return
    if (scope !== undefined && event.type === 'conflict') scope.conflicts++
    if (ends.has(event.type) && event.handle !== undefined) notebook.forgetSession(event.handle)
    notebook.noteEvent(event)
  })

  storage.read = async (value, options) => {
    const session = await readPlain(value, options)
    const { loaded } = stateOf(session)
    const before = snapshotOf(loaded, stateOf(session)).values
    const note: RequestNote = {
      at: notebook.now(),
      took: undefined,
      name: scopes.getStore()?.name,
      before,
      after: before,
      left: [],
      shown: [],
      login: undefined,
      hasNewId: false,
      outcome: 'not saved',
      conflicts: 0,
    }
    begun.set(session, note)
    noteLoaded(notebook, stateOf(session))
    return session
  }

  storage.save = async (session) => {
    const state = stateOf(session)
    const note = begun.get(session)
    if (note === undefined) return save.call(storage, session)
    const { handle, dirty } = state
    finish(note, state)
    try {
      const value = await save.call(storage, session)
      note.outcome = outcomeOf(state, dirty)
      if (note.outcome === 'saved') note.after = asStored(note, snapshotOf(state.loaded, state))
      if (state.destroyed) notebook.forgetSession(handle)
      else noteLoaded(notebook, state)
      return value
    } catch (error) {
      note.outcome = `failed: ${(error as { code?: string }).code ?? 'error'}`
      throw error
    } finally {
      note.conflicts = scopes.getStore()?.conflicts ?? 0
      note.took = notebook.now() - note.at
      // Who only looks, and has nothing yet, leaves no trace.
      if (state.loaded !== undefined || dirty) notebook.noteRequest(handle, note)
    }
  }
  return readPlain
}

/** What the request itself did, without what others have done meanwhile. */
function finish(note: RequestNote, state: SessionState): void {
  note.after = state.destroyed ? {} : plain(state.values, state)
  note.left = [...state.flash.pending.keys()]
  note.login = state.wishes.login?.userId
  note.hasNewId = note.login !== undefined || state.wishes.rotation !== undefined
  note.shown = [...state.flash.visible.keys()].filter((key) => !note.left.includes(key))
}

/** What it changed, as that is stored now: after a conflict it was done again, on newer values. */
function asStored({ before, after }: RequestNote, { values }: Snapshot): Snapshot['values'] {
  const isSame = (key: string) => JSON.stringify(before[key]) === JSON.stringify(after[key])
  const stored = Object.entries(after).map(([key, value]) =>
    isSame(key) || !Object.hasOwn(values, key) ? [key, value] : [key, values[key]],
  )
  return Object.fromEntries(stored)
}

function outcomeOf({ destroyed, lost }: SessionState, dirty: boolean): Outcome {
  if (destroyed) return 'ended'
  if (lost !== undefined) return 'too late'
  return dirty ? 'saved' : 'nothing to save'
}

function noteLoaded(notebook: Notebook, state: SessionState): void {
  if (state.loaded !== undefined) notebook.noteSession(sessionNote(state.loaded, state))
}

/** @param state For its codec and its limit. */
export function sessionNote(loaded: Loaded, state: SessionState): SessionNote {
  const { record, text, expiresAt } = loaded
  const { handle, owner, label, createdAt, authenticatedAt, absoluteDeadline, terms } = record
  return {
    handle,
    userId: owner,
    label,
    createdAt,
    authenticatedAt,
    expiresAt,
    absoluteDeadline,
    waitDeadline: terms?.waitDeadline,
    size: byteLength(text),
    maxBytes: state.codec.maxBytes,
    contents: snapshotOf(loaded, state),
    versions: versionsOf(loaded.contents.values, state.codec),
  }
}

function snapshotOf(loaded: Loaded | undefined, state: SessionState): Snapshot {
  if (loaded === undefined) return nothing
  const { values, flash } = loaded.contents
  return { values: plain(values, state), flash: plain(flash, state) }
}

/** A copy as JSON, so that it stays as it is when the app changes objects in place. */
function plain(map: ReadonlyMap<string, unknown>, { codec }: SessionState): Snapshot['values'] {
  try {
    return JSON.parse(JSON.stringify(encodeMap(map, codec) ?? {}))
  } catch {
    // What cannot be stored is an error of the save, which says so.
    return {}
  }
}
