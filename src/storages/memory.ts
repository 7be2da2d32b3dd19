import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { passingForm } from '../core/record/form.ts'
import { isNote } from '../core/record/id.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import { storageOn, type ServerSessionStorage } from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/store/session-store.ts'
import {
  createContext,
  storageKinds,
  type SessionStorageOptions,
} from '../core/life-cycle/storage-options.ts'
import { copyOf } from '../core/runtime/recent.ts'
import { systemTime, unref } from '../core/runtime/time.ts'
import { type Linked, WriteOrder } from './memory/write-order.ts'

export type * from '../core/life-cycle/storage-types.ts'

export interface MemoryStoreOptions {
  /**
   * Most sessions kept. One more, and an expired one of the oldest goes; or else, of those that nobody has logged
   * in to, the one that was written longest ago; and only if there is none of these, one of a user. Notes that all
   * sessions of a user were ended are kept besides, until they expire. 1 or more. Default 100,000.
   */
  maxSessions?: number | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<MemoryStoreOptions> = { maxSessions: 'number', now: 'function' }

interface Entry extends Linked<Entry> {
  readonly key: string
  value: string
  version: number
  /** When it goes, in milliseconds after `origin`. */
  end: number
  owner: string | undefined
}

/** V8 keeps whole numbers of 32 bits in their place, and others take 16 bytes beside it: so deadlines of 50 days fit. */
const halfRange = 2 ** 31

type Entries = WriteOrder<Entry>

/**
 * The same text. V8 keeps what JSON.stringify made in pieces, which take a fifth more memory, until
 * somebody looks into it; `slice` is there only so that the look is not optimised away.
 */
function flattened(text: string): string {
  return text.charCodeAt(0) === 0 ? text.slice() : text
}

const sweepInterval = 60_000
/** Old entries of each kind looked at with each write, so that memory follows expiry without long pauses. */
const glances = 2
/** And when there is no room. */
const glancesWhenFull = 32

/**
 * Keeps records in this process, bounded and swept. They are gone when it ends, and other processes
 * do not see them: for one process, for development and for tests.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if `maxSessions` is not a whole number of 1 or more.
 */
export function createMemoryStore(
  options?: MemoryStoreOptions,
): IndexedStore & SweepableStore & ClosableStore {
  const own = readOptions('createMemoryStore()', options, kinds)
  const { maxSessions = 100_000, now = systemTime } = own
  if (!Number.isInteger(maxSessions) || maxSessions < 1) {
    throw configError(`maxSessions must be a whole number of 1 or more, got ${maxSessions}`)
  }
  const entries = new Map<string, Entry>()
  const strangers: Entries = new WriteOrder()
  const users: Entries = new WriteOrder()
  const notes: Entries = new WriteOrder()
  const all = [strangers, users, notes]
  const keysByOwner = new Map<string, Set<string>>()
  let lastVersion = 0
  let origin = 0
  let timer: ReturnType<typeof setInterval> | undefined

  function orderOf({ key, owner }: Pick<Entry, 'key' | 'owner'>): Entries {
    if (isNote(key)) return notes
    return owner === undefined ? strangers : users
  }

  function drop(entry: Entry): void {
    const { key, owner } = entry
    orderOf(entry).remove(entry)
    entries.delete(key)
    if (owner !== undefined) unlink(key, owner)
    if (entries.size === 0) stopTimer()
  }

  function unlink(key: string, owner: string): void {
    const keys = keysByOwner.get(owner)
    keys?.delete(key)
    if (keys?.size === 0) keysByOwner.delete(owner)
  }

  function link(key: string, owner: string): void {
    const keys = keysByOwner.get(owner)
    if (keys) keys.add(key)
    else keysByOwner.set(owner, new Set([key]))
  }

  function add(key: string, end: number): Entry {
    const entry: Entry = {
      key,
      value: '',
      version: 0,
      end,
      owner: undefined,
      older: undefined,
      newer: undefined,
    }
    entries.set(key, entry)
    return entry
  }

  function live(key: string, time: number): Entry | undefined {
    const entry = entries.get(key)
    if (entry === undefined || time < origin + entry.end) return entry
    drop(entry)
    return undefined
  }

  function dropExpired(order: Entries, count: number, time: number): void {
    let entry = order.oldest
    for (let left = count; entry !== undefined && left > 0; left--) {
      const { newer } = entry
      if (origin + entry.end <= time) drop(entry)
      entry = newer
    }
  }

  /** Whoever comes without an account must not be able to push out those who have one. */
  function makeRoom(time: number): void {
    for (const order of [strangers, users]) {
      if (strangers.size + users.size < maxSessions) return
      dropExpired(order, glancesWhenFull, time)
    }
    if (strangers.size + users.size < maxSessions) return
    drop((strangers.oldest ?? users.oldest)!)
  }

  function sweep(): number {
    const before = entries.size
    const time = now()
    for (const order of all) dropExpired(order, Infinity, time)
    return before - entries.size
  }

  function startTimer(): void {
    timer = setInterval(sweep, sweepInterval)
    // Not every runtime has timers that keep a process alive, and so the method to stop that.
    unref(timer)
  }

  function stopTimer(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    async read(key) {
      const entry = live(key, now())
      return entry && { value: entry.value, version: String(entry.version) }
    },

    async write(key, value, { replaces, expiresAt, owner }) {
      const time = now()
      const entry = live(key, time)
      if ((entry === undefined ? null : String(entry.version)) !== replaces) return undefined
      if (entries.size === 0) origin = time + halfRange
      // A difference alone takes the 16 bytes even if it is small; what was rounded does not.
      const end = Math.ceil(expiresAt - origin)
      const order = orderOf({ key, owner })
      if (entry === undefined && order !== notes) makeRoom(time)
      const before = entry && orderOf(entry)
      const kept = entry ?? add(key, end)
      if (kept.owner !== owner) {
        if (kept.owner !== undefined) unlink(key, kept.owner)
        kept.owner = owner && copyOf(owner)
        if (kept.owner !== undefined) link(key, kept.owner)
      }
      kept.value = flattened(value)
      kept.version = ++lastVersion
      kept.end = end
      order.append(kept, before)
      for (const order of all) dropExpired(order, glances, time)
      if (timer === undefined) startTimer()
      return String(lastVersion)
    },

    async delete(key) {
      const entry = entries.get(key)
      if (entry !== undefined) drop(entry)
    },

    async keysOf(owner) {
      return [...(keysByOwner.get(owner) ?? [])]
    },

    async deleteExpired() {
      return sweep()
    },

    async close() {
      stopTimer()
      entries.clear()
      for (const order of all) order.clear()
      keysByOwner.clear()
    },
  }
}

/**
 * Keeps sessions in this process. See {@link createMemoryStore} for what that is good for.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createMemorySessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  options?: SessionStorageOptions<Data, Schema> & MemoryStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, MemoryStoreOptions>(
    'createMemorySessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return storageOn(createMemoryStore(ofStore), createContext(own, passingForm))
}
