import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { splitOptions } from '../core/options.ts'
import { createD1Store, d1Kinds, type D1, type D1StoreOptions } from './cloudflare/d1.ts'
import {
  createDurableObjectStore,
  durableObjectKinds,
  type DurableObjects,
  type DurableObjectStoreOptions,
} from './cloudflare/durable-objects.ts'

export type * from '../core/life-cycle/storage-types.ts'
export {
  createD1SessionTable,
  createD1Store,
  type D1,
  type D1Statement,
  type D1StoreOptions,
} from './cloudflare/d1.ts'
export {
  createDurableObjectStore,
  type DurableObjects,
  type DurableObjectStoreOptions,
} from './cloudflare/durable-objects.ts'
export type { ObjectStorage } from './cloudflare/object-storage.ts'
export { SessionDurableObject } from './cloudflare/session-object.ts'

/**
 * Keeps sessions in Cloudflare D1: see {@link createD1Store}. Make the table with
 * `createD1SessionTable()`, and call `storage.deleteExpired()` from a cron trigger.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createD1SessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  database: D1,
  options?: SessionStorageOptions<Data, Schema> & D1StoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, D1StoreOptions>(
    'createD1SessionStorage()',
    options,
    [storageKinds, d1Kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(createD1Store(database, ofStore), own)
}

/**
 * Keeps sessions in Durable Objects: see {@link createDurableObjectStore}. The Worker must export
 * {@link SessionDurableObject}. What has expired goes by itself.
 *
 * @param objects The binding, such as `env.SESSIONS`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the binding or an option is wrong.
 */
export function createDurableObjectSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  objects: DurableObjects,
  options?: SessionStorageOptions<Data, Schema> & DurableObjectStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, DurableObjectStoreOptions>(
    'createDurableObjectSessionStorage()',
    options,
    [storageKinds, durableObjectKinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(
    createDurableObjectStore(objects, ofStore),
    own,
  )
}
