import { asEnvelope, createBestEffortStore } from '../storages/parts/best-effort.ts'
import { configError } from '../core/errors.ts'
import { type DeadlineOptions, Operations } from '../storages/parts/operations.ts'
import type { ClosableStore } from '../core/store/session-store.ts'

/** What is called of a store made for express-session. */
export interface ExpressStore {
  get(sid: string, callback: (error?: unknown, session?: object | null) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- each store has its own idea of a session
  set(sid: string, session: any, callback: (error?: unknown) => void): unknown
  destroy(sid: string, callback: (error?: unknown) => void): unknown
}

export interface ExpressStoreOptions extends DeadlineOptions {
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

type Callback<T> = (error?: unknown, result?: T) => void

/** Some stores are async functions as well, and reject without calling back. */
function promised<T>(call: (callback: Callback<T>) => unknown): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const settle: Callback<T> = (error, result) => {
      if (error) reject(error as Error)
      else resolve(result)
    }
    Promise.resolve(call(settle)).catch(reject)
  })
}

/** Some report a session that is missing as an error: those that keep files. */
function unlessMissing(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'ENOENT') throw error
}

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
  options: ExpressStoreOptions = {},
): ClosableStore {
  const { now = Date.now } = options
  const methods = [store?.get, store?.set, store?.destroy]
  if (methods.some((method) => typeof method !== 'function')) {
    throw configError('fromExpressStore() needs a store of express-session: get, set and destroy')
  }
  return createBestEffortStore(
    {
      async get(key) {
        const session = await promised<object | null>((done) => store.get(key, done)).catch(
          unlessMissing,
        )
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
    new Operations(options),
  )
}
