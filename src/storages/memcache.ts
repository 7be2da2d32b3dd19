import { backendError } from './parts/backend-error.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from './parts/operations.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, StoredRecord, WriteOptions } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { type CacheItem, createMetaClient, type MemcacheClient } from './memcache/client.ts'
import { byteLength } from '../core/runtime/bytes.ts'
import { systemTime } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'
export type { CacheItem, MemcacheClient } from './memcache/client.ts'

/** Where memcached is: one host, several, or a client of the app's. */
export type MemcacheTarget = string | { hosts: readonly string[] } | MemcacheClient

export interface MemcacheStoreOptions extends DeadlineOptions {
  /** What keys begin with: 1 to 100 characters of printable ASCII without blanks. Default `session:`. */
  prefix?: string | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<MemcacheStoreOptions> = {
  ...deadlineKinds,
  prefix: 'string',
  now: 'function',
}

/** A record with the client's version of it. Its end stands before its value. */
interface Found {
  value: string
  itemVersion: string
  expiresAt: number
}

/** From here on memcached takes an expiry for a time since the epoch (protocol.txt, "exptime"). */
const thirtyDays = 2_592_000
/** Bytes. memcached's largest item is 1 MiB by default, of which key and headers take up to 309 bytes. */
const largestValue = 1_000_000

/**
 * Keeps records in memcached 1.6 or later. It is a cache: a restart, `flush_all` or want of memory ends
 * sessions, and it cannot list a user's. With several hosts each key has its own, chosen by rendezvous
 * hashing: when the list changes, the sessions of the hosts that left end, and no others. One that comes
 * back brings what it had, ended sessions too: flush it before.
 *
 * A version holds for the connection that it was read over, because a server that restarts uses its versions
 * again. After a reconnect a write returns undefined though nobody was first: read again.
 *
 * @param target `host:port`, `{ hosts }`, or a client, which stays the app's to close.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createMemcacheStore(
  target: MemcacheTarget,
  options?: MemcacheStoreOptions,
): ClosableStore {
  const own = readOptions('createMemcacheStore()', options, kinds)
  const { prefix = 'session:', timeout = 2, now = systemTime } = own
  if (typeof prefix !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(prefix)) {
    throw configError('prefix must be 1 to 100 characters of printable ASCII without blanks')
  }
  const operations = new Operations(own)
  const isOurs = !isClient(target)
  const client = isOurs ? createMetaClient(hostsOf(target), timeout * 1000) : target

  /** Relative where that is possible: the server's clock may differ. Never before the record ends. */
  function exptimeOf(expiresAt: number): number {
    const seconds = Math.ceil((expiresAt - now()) / 1000) + 1
    return seconds <= thirtyDays ? Math.max(seconds, 2) : Math.ceil(Date.now() / 1000) + seconds
  }

  async function create(
    key: string,
    text: string,
    exptime: number,
    assertInTime: () => void,
  ): Promise<string | undefined> {
    const added = await client.add(prefix + key, text, exptime)
    if (added !== undefined) return added
    assertInTime()
    const before = recordIn(await client.get(prefix + key))
    if (before === undefined || before.expiresAt > now()) return undefined
    assertInTime()
    return client.cas(prefix + key, text, before.itemVersion, exptime)
  }

  async function read(key: string): Promise<StoredRecord | undefined> {
    const found = recordIn(await client.get(prefix + key))
    if (found === undefined || found.expiresAt <= now()) return undefined
    return { value: found.value, version: `${found.itemVersion} ${found.expiresAt}` }
  }

  async function write(
    key: string,
    value: string,
    { replaces, expiresAt }: WriteOptions,
    assertInTime: () => void,
  ): Promise<string | undefined> {
    const text = `${expiresAt} ${value}`
    if (!isKeepable(text)) throw backendError(`memcached takes ${largestValue} bytes`)
    const exptime = exptimeOf(expiresAt)
    let written: string | undefined
    if (replaces === null) {
      written = await create(key, text, exptime, assertInTime)
    } else {
      const [version = '', end] = replaces.split(' ')
      // The store's clock decides, not the server's, which counts whole seconds.
      if (Number(end) <= now()) return undefined
      written = await client.cas(prefix + key, text, version, exptime)
    }
    return written && `${written} ${expiresAt}`
  }

  return {
    evicts: true,
    read: (key) => operations.run(() => read(key)),
    write: (key, value, options) =>
      operations.run((assertInTime) => write(key, value, options, assertInTime)),
    delete: (key) => operations.run(() => client.delete(prefix + key)),
    close: () => operations.close(() => (isOurs ? client.close?.() : undefined)),
  }
}

function recordIn(item: CacheItem | undefined): Found | undefined {
  if (item === undefined) return undefined
  const end = item.value.indexOf(' ')
  const expiresAt = Number(item.value.slice(0, end))
  return { value: item.value.slice(end + 1), itemVersion: item.version, expiresAt }
}

const methods = ['get', 'add', 'cas', 'delete'] as const

function isClient(target: MemcacheTarget): target is MemcacheClient {
  return methods.every((name) => typeof (target as Partial<MemcacheClient>)?.[name] === 'function')
}

function hostsOf(target: Exclude<MemcacheTarget, MemcacheClient>): readonly string[] {
  if (typeof target === 'string') return [target]
  return readOptions('The memcache storage', target, { hosts: 'any' }).hosts
}

/** No character takes more than three bytes a unit, so few texts have to be measured. */
function isKeepable(text: string): boolean {
  return text.length * 3 <= largestValue || byteLength(text) <= largestValue
}

/**
 * Keeps sessions in memcached: see {@link createMemcacheStore}.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createMemcacheSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  target: MemcacheTarget,
  options?: SessionStorageOptions<Data, Schema> & MemcacheStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, MemcacheStoreOptions>(
    'createMemcacheSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  if ((own.maxBytes ?? 0) > largestValue - 100) {
    throw configError(
      `memcached keeps at most 1 MiB: maxBytes must be at most ${largestValue - 100}`,
    )
  }
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(
    createMemcacheStore(target, ofStore),
    own,
  )
}
