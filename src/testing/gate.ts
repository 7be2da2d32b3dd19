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
  /** Keeps the answer to the next call of this operation waiting, after the store has done it. */
  holdAnswer(operation: Operation): Held
  /** Makes the next call of this operation fail, before it does anything. */
  fail(operation: Operation, error: Error): void
}

/** Puts a gate before a store. */
export function createGate<Store extends SessionStore>(store: Store): Gate<Store> {
  const calls = { read: 0, write: 0, delete: 0, keysOf: 0 }
  const calling = queues()
  const answering = queues()

  async function pass<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    calls[operation]++
    const before = calling[operation].shift()
    const after = answering[operation].shift()
    await before?.()
    const answer = await call()
    await after?.()
    return answer
  }

  const methods: Partial<IndexedStore> & SessionStore = {
    read: (key: string) => pass('read', () => store.read(key)),
    write: (key: string, value: string, options: WriteOptions) =>
      pass('write', () => store.write(key, value, options)),
    delete: (key: string) => pass('delete', () => store.delete(key)),
  }
  if ('keysOf' in store) {
    methods.keysOf = (owner: string) =>
      pass('keysOf', () => (store as unknown as IndexedStore).keysOf(owner))
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
    calling[operation].push(() => Promise.reject(error))
  }
  return {
    store: gated,
    calls,
    hold: (operation) => holdNext(calling[operation]),
    holdAnswer: (operation) => holdNext(answering[operation]),
    fail,
  }
}

type Queue = (() => Promise<void>)[]

function queues(): Record<Operation, Queue> {
  return { read: [], write: [], delete: [], keysOf: [] }
}

function holdNext(queue: Queue): Held {
  let arrive!: () => void
  let release!: () => void
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  const released = new Promise<void>((resolve) => (release = resolve))
  queue.push(() => {
    arrive()
    return released
  })
  return { reached, release }
}
