import { configError, SessionConflictError, SessionError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import type { SessionRecord } from '../record/record.ts'
import { markAs } from '../runtime/brand.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { pause } from '../runtime/pause.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import { clockDifference } from './revocations.ts'
import type { Seats, SessionLimit } from './seats.ts'
import type { StorageContext } from './storage-options.ts'

export interface SessionLimitOptions {
  /** Most sessions that a user has at the same time: 1 to 1000. */
  max: number
  /**
   * What happens when a user who has `max` sessions logs in once more. `end-oldest` ends the one whose login is longest
   * ago, as `revoke()` does. `refuse` refuses the login: saving it throws a {@link SessionLimitError}, and the visitor
   * has the session of before.
   */
  whenReached: 'refuse' | 'end-oldest'
}

/** A user who has as many sessions as they may logged in once more. Code `ERR_SESSION_LIMIT`, status 409. */
export class SessionLimitError extends SessionError {
  override readonly name = 'SessionLimitError'
  /** 409, Conflict (RFC 9110 §15.5.10): the user can end a session and try again. */
  readonly status = 409
  readonly statusCode = 409
  /** Most sessions that a user may have. */
  readonly max: number

  constructor(max: number) {
    super(
      'ERR_SESSION_LIMIT',
      `The user has ${max} sessions already, and may not have more: one must end before the next login`,
    )
    this.max = max
  }
}

const kinds: OptionKinds<SessionLimitOptions> = { max: 'number', whenReached: 'string' }
const maxAttempts = 30

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

/**
 * Who sits where is one note for each user: the handles of the sessions that count, the earliest login first. A login
 * writes its session, and then takes a seat there by a compare-and-swap, so that of two that race one sees the other's.
 * What does not live any more has no seat, and nobody needs to clear it.
 */
class CountedSeats implements Seats {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #owned: OwnedSessions
  readonly #limit: SessionLimitOptions
  /** Within a process logins of a user need not race. */
  readonly #waiting = new KeyedQueue()

  constructor(
    context: StorageContext,
    { store, owned }: { store: GuardedStore; owned: OwnedSessions },
    limit: SessionLimitOptions,
  ) {
    this.#context = context
    this.#store = store
    this.#owned = owned
    this.#limit = limit
  }

  take(userId: string, handle: string): Promise<void> {
    return this.#waiting.run(userId, () => this.#take(userId, handle))
  }

  async #take(userId: string, handle: string): Promise<void> {
    const key = `seats-${await cryptoBackend.sha256(userId)}`
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const stored = await this.#store.read(key)
      const seats = stored === undefined ? [] : parseSeats(stored.value)
      const living = await this.#owned.living(userId)
      const own = living.find((record) => record.handle === handle)
      // It was ended already, or another login has taken its place.
      if (own === undefined) return
      const others = seatedOf(living, seats).filter((other) => other !== handle)
      const isSeated = seats?.includes(handle) || own.terms?.isSeated !== true
      const left = await this.#makeRoom(userId, others, { handle, isSeated })
      const { lifetime, now } = this.#context
      const expiresAt = lifetime.horizon(now()) + clockDifference
      const text = JSON.stringify([...left, handle])
      const options = { replaces: stored?.version ?? null, expiresAt }
      if ((await this.#store.write(key, text, options)) !== undefined) return
      await pause(attempt)
    }
    throw new SessionConflictError(maxAttempts)
  }

  /**
   * Ends others before the seat is noted, so that a process which dies in between leaves no session without a seat.
   *
   * @returns Those that stay.
   */
  async #makeRoom(
    userId: string,
    others: readonly string[],
    own: { handle: string; isSeated: boolean },
  ): Promise<readonly string[]> {
    const { max, whenReached } = this.#limit
    const tooMany = Math.max(0, others.length + 1 - max)
    if (whenReached === 'end-oldest') {
      for (const oldest of others.slice(0, tooMany)) await this.#owned.revoke(oldest, userId)
      return others.slice(tooMany)
    }
    if (tooMany === 0 || own.isSeated) return others
    const { handle } = own
    this.#context.events.emit({ type: 'interrupted', handle, userId, reason: 'limit' })
    throw new SessionLimitError(max)
  }
}

/**
 * The handles of the sessions that have a seat, the earliest login first. One that is there and has none is a login
 * that is under way, and takes its own.
 *
 * @param seats Undefined if nobody can tell: then all of them have one.
 */
function seatedOf(
  living: readonly SessionRecord[],
  seats: readonly string[] | undefined,
): string[] {
  const handles = new Set(living.map(({ handle }) => handle))
  const known = seats?.filter((handle) => handles.has(handle)) ?? []
  const others = living
    .filter(({ handle, terms }) => !known.includes(handle) && (!seats || !terms?.isSeated))
    .sort((a, b) => loginOf(a) - loginOf(b))
  return [...others.map(({ handle }) => handle), ...known]
}

function loginOf({ authenticatedAt, createdAt }: SessionRecord): number {
  return authenticatedAt ?? createdAt
}

/** Undefined if it cannot be read. */
function parseSeats(text: string): readonly string[] | undefined {
  try {
    const seats: unknown = JSON.parse(text)
    return Array.isArray(seats) ? seats.filter((seat) => typeof seat === 'string') : undefined
  } catch {
    return undefined
  }
}
