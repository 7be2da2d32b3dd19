/** What a store keeps under a key, and its version. */
export interface StoredRecord {
  value: string
  /** Changes with each write. Only the store knows what it means. */
  version: string
}

export interface WriteOptions {
  /** The version that was read, or null when the key must be absent. */
  replaces: string | null
  /** When the record ends, in milliseconds since the epoch. The store may drop it then, never before. */
  expiresAt: number
  /** User id, for stores that can list a user's sessions. */
  owner?: string | undefined
}

/**
 * Keeps strings under keys: what a backend implements. It knows nothing of sessions, cookies or time
 * limits beyond `expiresAt`. Every operation comes to an end. `coatcheck/testing` has the cases that each
 * store must pass.
 */
export interface SessionStore {
  /**
   * Whether `write` really compares and swaps. False for stores that are eventually consistent: with
   * them an update can be lost and a logout undone. Default `true`.
   */
  readonly atomic?: boolean | undefined
  /**
   * Whether it may drop what has not expired, as a cache does when it is full. It cannot keep what must last then: a
   * block, or the ends of cookies. Default `false`.
   */
  readonly evicts?: boolean | undefined
  /** The record and its version, or undefined when it is missing or expired. Failing to find out throws. */
  read(key: string): Promise<StoredRecord | undefined>
  /**
   * Writes only if the record is still as it was. Returns the new version, or undefined if somebody
   * else was first or the record has gone: then nothing is written.
   */
  write(key: string, value: string, options: WriteOptions): Promise<string | undefined>
  /** Idempotent. After it resolves no write with an older version succeeds. */
  delete(key: string): Promise<void>
}

/** A store that can list what belongs to a user. */
export interface IndexedStore extends SessionStore {
  /**
   * The keys last written with this owner, perhaps with some that have gone since; none is missing. A record
   * that has expired stays listed until it is dropped, or for five minutes: it may live for a server whose clock is behind.
   */
  keysOf(owner: string): Promise<readonly string[]>
}

/** A store that must be told to drop what has expired, because nothing else does. */
export interface SweepableStore extends SessionStore {
  /** Drops expired records. Returns how many. */
  deleteExpired(): Promise<number>
}

/** A store that holds connections, timers or files open. */
export interface ClosableStore extends SessionStore {
  /** Finishes what is under way and lets go; after that the store is not used. Idempotent. */
  close(): Promise<void>
}

export function isIndexed(store: SessionStore): store is IndexedStore {
  return 'keysOf' in store
}

export function isSweepable(store: SessionStore): store is SweepableStore {
  return 'deleteExpired' in store
}

export function isClosable(store: SessionStore): store is ClosableStore {
  return 'close' in store
}
