import type { RecordForm } from '../record/form.ts'
import type { Lifetime, LifetimeOptions } from '../record/lifetime.ts'
import type { Loaded } from '../record/standing.ts'
import type { Session } from '../session/session.ts'
import type { ReadOptions } from './begin.ts'
import type { Found } from './home.ts'
import type { SessionPeek } from './peek.ts'
import type { StorageContext } from './storage-options.ts'

/** What a storage works with in place of its own, where sessions wait for their users. */
export interface Locking {
  readonly lifetime: Lifetime
  readonly form: RecordForm
  /** The session of a record, locked or not. */
  readonly resume: (
    context: StorageContext,
    found: Found,
    options: ReadOptions | undefined,
  ) => Session
  readonly peek: (loaded: Loaded, context: StorageContext) => SessionPeek
}

/** What `createSessionLock()` of `coatcheck/accounts` makes, for the option `lock`. It is for storages to call. */
export interface SessionLock {
  /** @internal */
  (options: LifetimeOptions, form: RecordForm): Locking
}
