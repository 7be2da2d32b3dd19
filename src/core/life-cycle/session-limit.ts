import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { markAs } from '../runtime/brand.ts'
import { CountedSeats } from './counted-seats.ts'
import type { SessionLimit, SessionLimitOptions } from './seats.ts'

const kinds: OptionKinds<SessionLimitOptions> = { max: 'number', whenReached: 'string' }

/**
 * A limit to the sessions that a user has at the same time, for the option `sessionLimit` of a storage (ASVS 7.1.2). It
 * holds exactly, also for logins at the same time in several processes: never more than `max` live, and as many as are
 * allowed stand. Sessions from before the option was set count. It costs a login a read and a write more, and a read of
 * each of the user's sessions; other requests nothing.
 *
 * The store must list a user's sessions, compare and swap, and keep what it has. All servers of an app must have the
 * same limit, or none.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong or missing.
 */
export function createSessionLimit(options: SessionLimitOptions): SessionLimit {
  const { max, whenReached } = readOptions('createSessionLimit()', options, kinds)
  if (!Number.isInteger(max) || max < 1 || max > 1000) {
    throw configError(
      `createSessionLimit() option max must be a whole number from 1 to 1000, got ${max}`,
    )
  }
  if (whenReached !== 'refuse' && whenReached !== 'end-oldest') {
    throw configError(
      "createSessionLimit() option whenReached must be 'refuse' or 'end-oldest': there is no default",
    )
  }
  return markAs(
    {
      ofStore(context, store, owned) {
        if (store.isIndexed && store.isAtomic && !store.evicts) {
          return new CountedSeats(context, { store, owned }, { max, whenReached })
        }
        throw configError(
          'sessionLimit needs a store that lists the sessions of a user, compares and swaps, and keeps what it has, such as ' +
            'memory, fs, SQLite, Redis or a database',
        )
      },
      ofCookies() {
        throw configError(
          'Cookie storage knows nobody’s sessions, so it cannot count them: sessionLimit needs a storage on the server',
        )
      },
    },
    'createSessionLimit()',
  )
}
