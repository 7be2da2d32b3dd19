import type { IndexedStore, SessionStore, WriteOptions } from '../core/store/session-store.ts'

type Operation = 'read' | 'write' | 'delete' | 'keysOf'

/** A call that is kept waiting. */
export interface Held {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>
  /** Lets it go on. */
  release(): void
}

/** A store whose calls can be counted and kept waiting, so that races happen in a chosen order. */
export interface Gate<Store extends SessionStore = SessionStore> {
  readonly store: Store
  /** How many calls came so far. */
  readonly calls: Readonly<Record<Operation, number>>
  /** Keeps the next call of this operation waiting, before it does anything. */
  hold(operation: Operation): Held
  /** Makes the next call of this operation fail, before it does anything. */
  fail(operation: Operation, error: Error): void
}

/** Puts a gate before a store. */
export function createGate<Store extends SessionStore>(store: Store): Gate<Store> {
  const calls = { read: 0, write: 0, delete: 0, keysOf: 0 }
  const waiting: Record<Operation, (() => Promise<void>)[]> = {
    read: [],
    write: [],
    delete: [],
    keysOf: [],
  }

  async function pass(operation: Operation): Promise<void> {
    calls[operation]++
    await waiting[operation].shift()?.()
  }

  function hold(operation: Operation): Held {
    let arrive!: () => void
    let release!: () => void
    const reached = new Promise<void>((resolve) => (arrive = resolve))
    const released = new Promise<void>((resolve) => (release = resolve))
    waiting[operation].push(() => {
      arrive()
      return released
    })
    return { reached, release }
  }

  const methods: Partial<IndexedStore> & SessionStore = {
    async read(key: string) {
      await pass('read')
      return store.read(key)
    },
    async write(key: string, value: string, options: WriteOptions) {
      await pass('write')
      return store.write(key, value, options)
    },
    async delete(key: string) {
      await pass('delete')
      return store.delete(key)
    },
  }
  if ('keysOf' in store) {
    methods.keysOf = async (owner: string) => {
      await pass('keysOf')
      return (store as unknown as IndexedStore).keysOf(owner)
    }
  }
  // Whatever else the store can do, it does without a gate.
  const gated = new Proxy(store, {
    get(target, name) {
      if (name in methods) return methods[name as keyof typeof methods]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const fail = (operation: Operation, error: Error) => {
    waiting[operation].push(() => Promise.reject(error))
  }
  return { store: gated, calls, hold, fail }
}
