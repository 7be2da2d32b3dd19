import { asEnvelope, createBestEffortStore } from './parts/best-effort.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from './parts/operations.ts'
import { outlastRefusals } from './parts/refusals.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, SweepableStore } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { systemTime } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'

/** What is called of an unstorage storage. */
export interface Unstorage {
  getItem(key: string): Promise<unknown>
  setItem(key: string, value: object, options: { ttl: number }): Promise<void>
  removeItem(key: string): Promise<void>
  getKeys(base: string): Promise<string[]>
}

export interface UnstorageStoreOptions extends DeadlineOptions {
  /** What keys begin with. Letters, digits, `_` and `-`. Default `session`. */
  prefix?: string | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<UnstorageStoreOptions> = {
  ...deadlineKinds,
  prefix: 'string',
  now: 'function',
}

/** Seconds: Cloudflare KV refuses less. What is kept longer than it lives is recognised all the same. */
const shortestTtl = 60

/**
 * Keeps records wherever unstorage has a driver for: Cloudflare KV, Deno KV, Netlify, Vercel, S3, MongoDB and
 * many more. None of them is asked to compare and swap, and many are only consistent in the end: with several
 * processes an update can be lost and a logout undone (`atomic: false`). Where that matters, choose
 * another storage. A write that the backend refuses because of too many (status 429) is tried again within `timeout`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createUnstorageStore(
  storage: Unstorage,
  options?: UnstorageStoreOptions,
): ClosableStore & SweepableStore {
  const own = readOptions('createUnstorageStore()', options, kinds)
  const { prefix = 'session', now = systemTime } = own
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(prefix)) {
    throw configError('prefix must be 1 to 64 letters, digits, "_" and "-"')
  }
  if (typeof storage?.getItem !== 'function') {
    throw configError('The unstorage storage needs one of createStorage() of unstorage')
  }
  const operations = new Operations(own)
  const { timeout = 2 } = own
  const place = (key: string): string => `${prefix}:${key}`
  const store = createBestEffortStore(
    {
      get: async (key) => asEnvelope(await storage.getItem(place(key))),
      set(key, envelope) {
        const seconds = Math.ceil((envelope.expiresAt - now()) / 1000)
        const ttl = Math.max(seconds, shortestTtl)
        return outlastRefusals(timeout, () => storage.setItem(place(key), envelope, { ttl }))
      },
      delete: (key) => outlastRefusals(timeout, () => storage.removeItem(place(key))),
    },
    now,
    operations,
  )

  return {
    ...store,
    async deleteExpired() {
      let deleted = 0
      for (const key of await operations.run(() => storage.getKeys(`${prefix}:`))) {
        const envelope = asEnvelope(await operations.run(() => storage.getItem(key)))
        if (envelope === undefined || envelope.expiresAt > now()) continue
        await store.delete(key.slice(prefix.length + 1))
        deleted++
      }
      return deleted
    },
  }
}

/**
 * Keeps sessions wherever unstorage has a driver for: see {@link createUnstorageStore}.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createUnstorageSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  storage: Unstorage,
  options?: SessionStorageOptions<Data, Schema> & UnstorageStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, UnstorageStoreOptions>(
    'createUnstorageSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(
    createUnstorageStore(storage, ofStore),
    own,
  )
}
