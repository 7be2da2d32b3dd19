import { AsyncLocalStorage } from 'node:async_hooks'
import {
  createSessionStorage,
  type IndexedStore,
  type ServerSessionStorage,
  type SessionEvent,
} from 'coatcheck'
import { createSessionLock } from 'coatcheck/accounts'
import { type Fault, lifetimes, type OnReuse } from './plan.ts'
import type { Random } from '../random.ts'
import type { VirtualTime } from '../virtual-time.ts'

type Values = Record<string, unknown>
export type Storage = ServerSessionStorage<Values>

/** What is known of the step on whose behalf something is done. */
export interface Doing {
  store: number
  fault: Fault | undefined
  counts: Partial<Record<Fault['operation'], number>>
  events: SessionEvent[]
}

export interface WorldOptions {
  time: VirtualTime
  random: Random
  store: IndexedStore
  /** For each server, how far its clock is ahead, in milliseconds. */
  clocks: readonly number[]
  onReuse: OnReuse
  locks: boolean
  /** Breaks a storage, to see whether that is noticed. */
  spoil?: (storage: Storage) => Storage
}

/** Several servers on one store that is slow and fails when it is told to. */
export class World {
  readonly servers: Storage[]
  /** The same sessions, without delays and failures. */
  readonly inspector: Storage
  readonly corrupt: string[] = []
  readonly #doing = new AsyncLocalStorage<Doing>()

  constructor(options: WorldOptions) {
    const { time, random, store, clocks, onReuse, locks, spoil = (storage) => storage } = options
    const lock = locks ? createSessionLock() : undefined
    const usual = { ...lifetimes, lock }
    const slow = this.#disturbed(store, time, random)
    const onEvent = (event: SessionEvent) => {
      if (event.type === 'corrupt') this.corrupt.push(`corrupt ${event.keys.join()}`)
      this.#doing.getStore()?.events.push(event)
    }
    this.servers = clocks.map((ahead) => {
      const now = () => time.now() + ahead
      return spoil(createSessionStorage<Values>(slow, { ...usual, onReuse, now, onEvent }))
    })
    // Who only looks ends nothing.
    const { now } = time
    this.inspector = spoil(createSessionStorage<Values>(store, { ...usual, now, onEvent }))
  }

  /** Does it on behalf of a step. */
  run<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    return this.#doing.run(doing, work)
  }

  /** Async hooks cost everybody, so they go with the world. */
  end(): void {
    this.#doing.disable()
  }

  #disturbed(store: IndexedStore, time: VirtualTime, random: Random): IndexedStore {
    const disturb = async <T>(
      operation: Fault['operation'],
      work: () => Promise<T>,
    ): Promise<T> => {
      const doing = this.#doing.getStore()
      if (doing === undefined) return work()
      const nth = doing.counts[operation] ?? 0
      doing.counts[operation] = nth + 1
      const { fault } = doing
      const isDue = fault?.operation === operation && fault.nth === nth
      if (doing.store > 0) await time.delay(random.between(0, doing.store))
      if (isDue && fault.when === 'before') throw new Error('away')
      const result = await work()
      if (doing.store > 0) await time.delay(random.between(0, doing.store))
      if (isDue && fault.when === 'after') throw new Error('away')
      return result
    }
    return {
      read: (key) => disturb('read', () => store.read(key)),
      write: (key, value, options) => disturb('write', () => store.write(key, value, options)),
      delete: (key) => disturb('delete', () => store.delete(key)),
      keysOf: (owner) => disturb('keysOf', () => store.keysOf(owner)),
    }
  }
}
