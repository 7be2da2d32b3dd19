/*
 * The session API of `@remix-run/session` 0.1, on our storages: classes, and `update(id, data)` where later
 * versions have `save(session)`.
 */
import type { SessionData as Values, UntypedData } from '../core/session/session.ts'
import type { SessionStorage as CoreStorage } from '../core/life-cycle/session-storage.ts'
import type { SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import {
  type CookieStorageOptions,
  createCookieSessionStorage as createCookieStorage,
} from '../storages/cookie.ts'
import {
  createMemorySessionStorage as createMemoryStorage,
  type MemoryStoreOptions,
} from '../storages/memory.ts'
import { sealBy, type SecretCookie } from './classes/sealed-value.ts'
import { type SessionStorage, StorageOn } from './classes/storage.ts'
import { lazyFsSessionStorage } from './parts/file-storage.ts'

export type { SessionData as SessionValues } from '../core/session/session.ts'
export type { SecretCookie } from './classes/sealed-value.ts'
export { Session, type SessionData } from './classes/session.ts'
export type { SessionStorage } from './classes/storage.ts'

/** Keeps sessions in this process: for development, tests and one process. */
export class MemorySessionStorage<
  Data extends Values = UntypedData,
  Flash extends Values = Data,
> extends StorageOn<Data, Flash> {
  /** @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong. */
  constructor(options?: SessionStorageOptions<Data> & MemoryStoreOptions) {
    super(createMemoryStorage(options))
  }
}

/**
 * Keeps sessions in their cookie, sealed. Of requests at the same time the last response wins, a copy of the cookie
 * lives until its timeouts, and 4,096 bytes is all there is.
 */
export class CookieSessionStorage<
  Data extends Values = UntypedData,
  Flash extends Values = Data,
> extends StorageOn<Data, Flash> {
  /**
   * @param cookie Its secrets seal what `update` returns, so that it may be written into a header as it is.
   * `cookie.serialize()` would seal it once more: that works, with room for 2,000 letters instead of 2,800.
   * @throws {SessionError} `ERR_SESSION_CONFIG` without a cookie that has secrets, or if an option is wrong.
   */
  constructor(cookie: SecretCookie, options?: SessionStorageOptions<Data> & CookieStorageOptions) {
    const storage = createCookieStorage(options)
    super(storage, sealBy(cookie, storage.events))
  }
}

/** Keeps sessions as files, for any number of processes on one machine. */
export class FileSessionStorage<
  Data extends Values = UntypedData,
  Flash extends Values = Data,
> extends StorageOn<Data, Flash> {
  /**
   * @param directory Made if need be, and closed to other users of the machine. What is wrong with it is thrown by
   * each call: the file system is loaded meanwhile, where there is one.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
   */
  constructor(directory: string, options?: SessionStorageOptions<Data>) {
    super(lazyFsSessionStorage(directory, options))
  }
}

/** This API over any other storage of ours, such as Redis. */
export function toClassesStorage<Data extends Values = UntypedData, Flash extends Values = Data>(
  storage: CoreStorage<Data, Flash>,
): SessionStorage<Data, Flash> {
  return new StorageOn<Data, Flash>(storage)
}
