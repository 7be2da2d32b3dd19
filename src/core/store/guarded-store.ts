import { configError, type SessionError, isSessionError, StoreError } from '../errors.ts'
import type { EventEmitter } from '../events.ts'
import { reasonOf } from './failure-reason.ts'
import { publicCause } from './public-cause.ts'
import {
  isClosable,
  isIndexed,
  isSweepable,
  type IndexedStore,
  type SessionStore,
  type StoredRecord,
  type WriteOptions,
} from './session-store.ts'
import { closedError, UnderWay } from './under-way.ts'

type Operation = StoreError['operation']

/**
 * All that a storage asks of its store. Every failure is a `StoreError` and an event: a failing store is
 * never an empty session. Closing waits for what is under way.
 */
export class GuardedStore {
  /** Whether it can list the keys of an owner. */
  readonly isIndexed: boolean
  /** Whether its writes compare. */
  readonly isAtomic: boolean
  /** Whether it may drop what has not expired. */
  readonly evicts: boolean
  readonly #store: SessionStore
  readonly #events: EventEmitter
  /**
   * For what takes several operations, of which the one that is named is the first that counts, and which
   * closing waits for.
   */
  readonly underWay: UnderWay<Operation> = new UnderWay((operation) =>
    this.failure(operation, closedError()),
  )

  constructor(store: SessionStore, events: EventEmitter) {
    assertStore(store)
    this.#store = store
    this.isIndexed = isIndexed(store)
    this.isAtomic = store.atomic !== false
    this.evicts = store.evicts ?? false
    this.#events = events
  }

  /** @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of owners. */
  indexed(): IndexedStore {
    if (isIndexed(this.#store)) return this.#store
    throw configError(
      'This store cannot list the sessions of a user. Use one with an index, such as memory or fs; or, to end them all, the ' +
        'option revocations: createRevocations() of coatcheck/revocations',
    )
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    try {
      return await this.#store.read(key)
    } catch (error) {
      throw this.failure('read', error, [key])
    }
  }

  async write(key: string, value: string, options: WriteOptions): Promise<string | undefined> {
    try {
      return await this.#store.write(key, value, options)
    } catch (error) {
      throw this.failure('write', error, [value, key, options.owner ?? ''])
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#store.delete(key)
    } catch (error) {
      throw this.failure('delete', error, [key])
    }
  }

  /** @throws {SessionError} `ERR_SESSION_CONFIG` if the store keeps no index of owners. */
  async keysOf(owner: string): Promise<readonly string[]> {
    const store = this.indexed()
    try {
      return await store.keysOf(owner)
    } catch (error) {
      throw this.failure('list', error, [owner])
    }
  }

  /** Drops what has expired, where the store does not do that by itself. Returns how many. */
  async deleteExpired(): Promise<number> {
    // Not counted as under way: it may take long, and what it leaves the next one finds.
    this.underWay.assertOpen('delete')
    if (!isSweepable(this.#store)) return 0
    try {
      return await this.#store.deleteExpired()
    } catch (error) {
      throw this.failure('delete', error)
    }
  }

  /** Finishes what is under way, and lets go of the store. Idempotent. */
  close(): Promise<void> {
    return this.underWay.close(() => isClosable(this.#store) && this.#store.close())
  }

  /** The error to throw. A mistake in the app's set-up is its own: it does not help to come back later. */
  failure(operation: Operation, cause: unknown, secrets?: readonly string[]): SessionError {
    if (isSessionError(cause, 'ERR_SESSION_CONFIG')) return cause
    const isTold = isSessionError(cause, 'ERR_SESSION_STORE')
    const error = isTold ? cause : storeError(operation, cause, secrets)
    this.#events.emit({ type: 'store-error', operation, error })
    return error
  }
}

/** No part of it, its cause included, holds a value. */
function storeError(operation: Operation, cause: unknown, secrets?: readonly string[]): StoreError {
  return new StoreError(operation, publicCause(cause, secrets), reasonOf(cause, secrets))
}

/** @throws {SessionError} `ERR_SESSION_CONFIG`, saying what it is instead of a store. */
function assertStore(store: SessionStore): void {
  const {
    read,
    write,
    delete: remove,
    save,
    then,
  } = (store ?? {}) as Record<string, unknown> & SessionStore
  if ([read, write, remove].every((method) => typeof method === 'function')) return
  if (typeof then === 'function') {
    throw configError('The store is a promise: write `await` before the call that makes it')
  }
  if (typeof save === 'function') {
    throw configError(
      'createSessionStorage() takes a store, such as createMemoryStore() makes. This is a storage already: use it as it is',
    )
  }
  throw configError(
    'A store must have read(), write() and delete(): docs/stores.md says what they do',
  )
}
