import { readOptions } from '../../core/options.ts'
import { builtinModule } from '../../core/runtime/platform.ts'
import type { ServerSessionStorage, SessionStorage } from '../../core/life-cycle/session-storage.ts'
import {
  createContext,
  storageKinds,
  type SessionStorageOptions,
} from '../../core/life-cycle/storage-options.ts'

/** What of the fs storage can wait until it is loaded. */
type LazySessionStorage = SessionStorage & Pick<ServerSessionStorage, 'revoke' | 'sessionsOf'>

/**
 * The fs storage, loaded when it is made: so an entry that offers it beside others can be imported where there
 * are no files. What is wrong with the directory is thrown by each call.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function lazyFsSessionStorage(
  directory: string,
  options?: SessionStorageOptions,
): LazySessionStorage {
  const own = readOptions('The file storage', options, storageKinds)
  createContext(own)
  // Where the process is now, and not where it may have gone when the files are looked at.
  const path = builtinModule('node:path') as { resolve(path: string): string } | undefined
  const place =
    typeof directory === 'string' && directory !== '' ? path?.resolve(directory) : undefined
  const loading = import('../../storages/fs.ts').then(({ createFsSessionStorage }) =>
    createFsSessionStorage(place ?? directory, own),
  )
  // Whoever calls is told; nobody may have called yet.
  loading.catch(() => {})
  return {
    read: async (value, readOptions) => (await loading).read(value, readOptions),
    save: async (session) => (await loading).save(session),
    // By this it is known that sessions are kept on the server.
    sessionsOf: async (userId) => (await loading).sessionsOf(userId),
    revoke: async (handle, revokeOptions) => (await loading).revoke(handle, revokeOptions),
  }
}
