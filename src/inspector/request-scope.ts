import { builtinModule } from '../core/runtime/platform.ts'

/** What is known of the request that runs, and what its storage reports meanwhile. */
interface Scope {
  /** Such as "POST /login". */
  name: string
  conflicts: number
  /** Whether the inspector itself is looking: what it causes is nothing that the app did. */
  isOwn?: boolean
}

interface AsyncStorage {
  run<Result>(scope: Scope, run: () => Result): Result
  getStore(): Scope | undefined
}

interface AsyncHooks {
  AsyncLocalStorage: new () => AsyncStorage
}

/** Where a runtime cannot tell which request is running, there is no scope, and requests have no names. */
export function createScopes(): Pick<AsyncStorage, 'run' | 'getStore'> {
  const hooks = builtinModule('node:async_hooks') as AsyncHooks | undefined
  if (hooks?.AsyncLocalStorage !== undefined) return new hooks.AsyncLocalStorage()
  return { run: (_, run) => run(), getStore: () => undefined }
}
