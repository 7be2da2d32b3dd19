import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { createHandle, isNote } from '../core/record/id.ts'
import { deadlineKinds, type DeadlineOptions } from './parts/operations.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, IndexedStore } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { connectorFor, type RedisClient } from './redis/connect.ts'
import type { Send } from './redis/connection.ts'
import { Eviction } from './redis/eviction.ts'
import { RedisOperations } from './redis/operations.ts'
import { addToList, isListed, keysIn, listOf, removeFromList, slack } from './redis/owner-lists.ts'
import { earlierFor, type Heading, parseHeading } from './redis/record-text.ts'
import { Records } from './redis/records.ts'
import { forgotten, waitForReplicas } from './redis/replicas.ts'
import type { RedisServer } from './redis/server.ts'
import { systemTime } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'
export type { RedisClient, RedisServer }

export interface RedisStoreOptions extends DeadlineOptions {
  /** What all keys begin with: give each app on a server its own. Default `session:`. */
  prefix?: string | undefined
  /**
   * How many replicas must know that a session ended, or all sessions of a user, or of whom a session is, before that
   * counts as done: 0 to 100. If they do not within half the `timeout`, it fails with a `StoreError`, and the code
   * of its cause is `NOREPLICAS`. With 0, the default, a failover may bring back what had just ended, or hide a
   * session from `revokeAll`.
   */
  waitReplicas?: number | undefined
  /** The clock, in milliseconds since the epoch: it alone decides what has expired. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<RedisStoreOptions> = {
  ...deadlineKinds,
  prefix: 'string',
  waitReplicas: 'number',
  now: 'function',
}

type Listed = Pick<Heading, 'owner' | 'listedUntil'>
const unlisted: Listed = { owner: '', listedUntil: 0 }

/**
 * Keeps records in Redis (6.0 or later) or Valkey: a single server, one behind Sentinel, or a Cluster. Each
 * record is one string; to read it takes one GET, and to replace it one script that works on one key.
 *
 * @param source Where the server is; or a client that the app made and connected, and will close.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the source or an option is wrong.
 */
export function createRedisStore(
  source: RedisServer | RedisClient,
  options?: RedisStoreOptions,
): IndexedStore & ClosableStore {
  const own = readOptions('createRedisStore()', options, kinds)
  const { prefix = 'session:', timeout = 2, waitReplicas = 0, now = systemTime } = own
  if (!Number.isInteger(waitReplicas) || waitReplicas < 0 || waitReplicas > 100) {
    throw configError(`waitReplicas must be a whole number from 0 to 100, got ${waitReplicas}`)
  }
  const milliseconds = timeout * 1000
  const operations = new RedisOperations(connectorFor(source, milliseconds), own)
  const records = new Records(prefix, now)
  const eviction = new Eviction()
  const placeOf = (list: string): string => `${prefix}owner:${list}`

  async function replicate(send: Send, place: string): Promise<void> {
    await waitForReplicas(send, place, waitReplicas, milliseconds / 2)
  }

  /** Where the key is listed after this, and until when. One that moves from list to list stays in both. */
  async function enlist(
    send: Send,
    key: string,
    expiresAt: number,
    owner: string,
    before: Heading | undefined,
  ): Promise<Listed> {
    const list = await listOf(owner)
    const place = placeOf(list)
    const wasListed = before?.owner === list && before.listedUntil >= expiresAt + slack
    // Where the list may have been dropped each write lists the key again.
    if (!(await eviction.mayHappen(send, place)) && wasListed) return before
    const listedUntil = await addToList(send, place, key, expiresAt, now())
    if (waitReplicas > 0) {
      await replicate(send, place)
      const isThere = await isListed(send, place, key)
      // It also leaves the list when its session ends meanwhile.
      const mayBeGone = before !== undefined && (await records.isGone(send, key))
      if (!isThere && !mayBeGone) throw forgotten()
    }
    return { owner: list, listedUntil }
  }

  return {
    read: (key) => operations.run((send) => records.read(send, key)),

    async write(key, value, { replaces, expiresAt: end, owner }) {
      const before = replaces === null ? undefined : parseHeading(replaces)
      if (records.hasEnded(before)) return undefined
      const expiresAt = Math.ceil(end)
      const mustReplicate = waitReplicas > 0 && isNote(key)
      const waits = mustReplicate || (waitReplicas > 0 && owner !== undefined)
      return operations.run(async (send) => {
        const { owner: list, listedUntil } =
          owner === undefined ? unlisted : await enlist(send, key, expiresAt, owner, before)
        const name = createHandle()
        const heading = { name, expiresAt, listedUntil, owner: list, earlier: earlierFor(before) }
        const written = await (replaces === null
          ? records.create(send, key, heading, value)
          : records.replace(send, key, replaces, heading, value))
        if (written === undefined) return undefined
        if (mustReplicate) {
          await replicate(send, prefix + key)
          // Forgotten, or others have written since: whoever wanted it written looks again.
          if (!(await records.has(send, key, name))) return undefined
        }
        return written
      }, waits)
    },

    delete: (key) =>
      operations.run(async (send) => {
        const gone = await records.delete(send, key, waitReplicas > 0)
        if (gone?.owner) await removeFromList(send, placeOf(gone.owner), key)
        if (waitReplicas === 0) return
        await replicate(send, prefix + key)
        if (!(await records.isGone(send, key))) throw forgotten()
      }, waitReplicas > 0),

    keysOf: (owner) =>
      operations.run(async (send) => keysIn(send, placeOf(await listOf(owner)), now())),

    close: () => operations.close(),
  }
}

/**
 * Keeps sessions in Redis or Valkey. See {@link createRedisStore} for what it works with.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the source or an option is wrong.
 */
export function createRedisSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  source: RedisServer | RedisClient,
  options?: SessionStorageOptions<Data, Schema> & RedisStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, RedisStoreOptions>(
    'createRedisSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(createRedisStore(source, ofStore), own)
}
