import { asEnvelope, createBestEffortStore } from '../storages/parts/best-effort.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from '../storages/parts/operations.ts'
import type { ClosableStore } from '../core/store/session-store.ts'
import { type ExpressStore, promised, sessionIn, unlessMissing } from './parts/express-store.ts'
import { systemTime } from '../core/runtime/time.ts'

export type {
  ClosableStore,
  SessionStore,
  StoredRecord,
  WriteOptions,
} from '../core/store/session-store.ts'
export type { ExpressStore } from './parts/express-store.ts'

export interface ExpressStoreOptions extends DeadlineOptions {
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<ExpressStoreOptions> = { ...deadlineKinds, now: 'function' }

/**
 * Any store made for express-session, of which there are hundreds, as a store of ours. They cannot compare and
 * swap, so with several processes an update can be lost and a logout undone (`atomic: false`). Use it to
 * get started with the database that is there, and one of our own storages for logins that matter.
 *
 * Our records are kept beside express-session's under keys of their own: the two do not read each other's. To
 * take existing sessions over, see `expressSession({ store })` in `coatcheck/compat/cookies`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is no such store or an option is wrong.
 */
export function fromExpressStore(
  store: ExpressStore,
  options?: ExpressStoreOptions,
): ClosableStore {
  const own = readOptions('fromExpressStore()', options, kinds)
  const { now = systemTime } = own
  const methods = [store?.get, store?.set, store?.destroy]
  if (methods.some((method) => typeof method !== 'function')) {
    throw configError('fromExpressStore() needs a store of express-session: get, set and destroy')
  }
  return createBestEffortStore(
    {
      async get(key) {
        const session = await sessionIn(store, key)
        return asEnvelope((session as { coatcheck?: unknown } | null | undefined)?.coatcheck)
      },
      async set(key, envelope) {
        // Stores take from the cookie how long to keep it.
        const maxAge = envelope.expiresAt - now()
        const cookie = {
          originalMaxAge: maxAge,
          maxAge,
          expires: new Date(Date.now() + maxAge),
          httpOnly: true,
          path: '/',
        }
        await promised((done) => store.set(key, { cookie, coatcheck: envelope }, done))
      },
      async delete(key) {
        await promised((done) => store.destroy(key, done)).catch(unlessMissing)
      },
    },
    now,
    new Operations(own),
  )
}
