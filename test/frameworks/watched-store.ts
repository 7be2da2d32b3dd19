import { createSessionStorage, type SessionEvent, type SessionStorageOptions } from 'coatcheck'
import type { ServerSessionStorage } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'

type Operation = 'read' | 'write' | 'delete'

/** A memory storage that counts what is asked of its store, fails on demand and can be held up. */
export interface WatchedStorage extends ServerSessionStorage {
  /** Every call of the store, in order. */
  readonly calls: Operation[]
  readonly events: ServerSessionStorage['events']
  readonly seen: SessionEvent[]
  /** Operations that fail as long as they are in here. */
  readonly broken: Set<Operation>
  /** Holds the next such operation up, before it has an effect, until `release()`. */
  hold(operation: Operation): { readonly reached: Promise<void>; release(): void }
  /** Names of the events so far. */
  types(): string[]
}

export function watchedStorage(options: SessionStorageOptions = {}): WatchedStorage {
  const store = createMemoryStore({ now: options.now })
  const calls: Operation[] = []
  const seen: SessionEvent[] = []
  const broken = new Set<Operation>()
  const held = new Map<Operation, { reach(): void; released: Promise<void> }>()

  async function enter(operation: Operation): Promise<void> {
    calls.push(operation)
    const barrier = held.get(operation)
    if (barrier !== undefined) {
      held.delete(operation)
      barrier.reach()
      await barrier.released
    }
    if (broken.has(operation)) throw new Error(`the disk that ${operation}s is on fire`)
  }

  function hold(operation: Operation) {
    const [reached, reach] = signal()
    const [released, release] = signal()
    held.set(operation, { reach, released })
    return { reached, release }
  }

  const storage = createSessionStorage(
    {
      async read(key) {
        await enter('read')
        return store.read(key)
      },
      async write(key, value, writeOptions) {
        await enter('write')
        return store.write(key, value, writeOptions)
      },
      async delete(key) {
        await enter('delete')
        return store.delete(key)
      },
    },
    { ...options, onEvent: (event) => seen.push(event) },
  )
  const types = () => seen.map(({ type }) => type)
  return { ...storage, calls, seen, broken, hold, types }
}

/** A promise and what fulfils it. */
export function signal(): [promise: Promise<void>, fulfil: () => void] {
  let fulfil!: () => void
  const promise = new Promise<void>((resolve) => {
    fulfil = resolve
  })
  return [promise, fulfil]
}

/** A clock that stands still until it is moved. */
export function stoppedClock(start = Date.parse('2026-11-21T00:00:00Z')) {
  let instant = start
  return {
    now: () => instant,
    pass: (seconds: number) => {
      instant += seconds * 1000
    },
  }
}
