import { configError, SessionConflictError, SessionError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import type { SessionRecord } from '../record/record.ts'
import { markAs } from '../runtime/brand.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { SessionState } from '../session/session-state.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import { mostAttempts, retry } from '../store/retry.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import { clockDifference } from './revocations.ts'
import type { Seats, SessionLimit } from './seats.ts'
import type { StorageContext } from './storage-options.ts'

export interface SessionLimitOptions {
  /** Most sessions that a user has at the same time: 1 to 1000. */
  max: number
  /**
   * What happens when a user who has `max` sessions logs in once more. `end-oldest` ends the one whose login is longest
   * ago, as `revoke()` does. `refuse` ends locked sessions for the login if there are any, and else refuses it: saving it
   * throws a {@link SessionLimitError}, and the visitor has the session of before.
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

  take(state: SessionState, handle: string): Promise<void> {
    const newcomer = newcomerOf(state, handle)
    return this.#waiting.run(newcomer.userId, () => this.#take(newcomer))
  }

  async expect(state: SessionState, handle: string, former: string): Promise<void> {
    // Otherwise there is always one that may end.
    if (this.#limit.whenReached === 'end-oldest') return
    const newcomer = newcomerOf(state, handle)
    const table = await this.#look(newcomer)
    if (table === undefined) return
    // Read after the others: of two logins for the same session each knows the other's.
    const line = await this.#owned.ends.lineFrom(former)
    const isLeft = (one: string) => !line.includes(one)
    const { others, yielding } = table
    this.#assertRoom(newcomer, others.filter(isLeft), yielding.filter(isLeft))
  }

  async isFull(state: SessionState): Promise<boolean> {
    // What is nobody's counts for nobody.
    if (state.userId === undefined) return false
    const newcomer = newcomerOf(state, state.handle)
    const { others, yielding } = await this.#table(newcomer)
    return !this.#isRoom(newcomer, others, yielding)
  }

  async #take(newcomer: Newcomer): Promise<void> {
    const { handle } = newcomer
    const done = await retry(async () => {
      const table = await this.#look(newcomer)
      // It was ended already, or another login has taken its place.
      if (table === undefined) return 'needless'
      const left = await this.#makeRoom(newcomer, table)
      // One that was locked is in use by now.
      if (left === undefined) return undefined
      const { lifetime, now } = this.#context
      const expiresAt = lifetime.horizon(now()) + clockDifference
      const text = JSON.stringify([...left, handle])
      const options = { replaces: table.version, expiresAt }
      return this.#store.write(table.key, text, options)
    })
    if (done === undefined) throw new SessionConflictError(mostAttempts)
  }

  /** Who sits there now. Undefined if the newcomer does not live any more. */
  async #look(newcomer: Newcomer): Promise<Table | undefined> {
    const table = await this.#table(newcomer)
    return table.isThere ? table : undefined
  }

  async #table({ userId, handle, ending }: Newcomer): Promise<Table> {
    const key = `seats-${await cryptoBackend.sha256(userId)}`
    const stored = await this.#store.read(key)
    const seats = stored === undefined ? [] : parseSeats(stored.value)
    const living = await this.#owned.living(userId)
    const own = living.find((record) => record.handle === handle)
    const others = seatedOf(living, seats).filter((other) => other !== handle)
    const isSeated = seats?.includes(handle) || own?.terms?.isSeated !== true
    const { lifetime, now } = this.#context
    const mayEnd = (one: SessionRecord) =>
      this.#limit.whenReached === 'end-oldest' ||
      ending.has(one.handle) ||
      lifetime.isWaiting?.(one, now()) === true
    const mayYield = new Set(living.filter(mayEnd).map((one) => one.handle))
    const order = others.toSorted((a, b) => Number(ending.has(b)) - Number(ending.has(a)))
    const yielding = order.filter((other) => mayYield.has(other))
    const version = stored?.version ?? null
    return { key, version, others, yielding, isThere: own !== undefined, isSeated, mayEnd }
  }

  /** How many of the others must end. */
  #tooMany(others: readonly string[]): number {
    return Math.max(0, others.length + 1 - this.#limit.max)
  }

  /** Whether so many of them may end. If not, that is reported. */
  #isRoom(
    { userId, handle }: Newcomer,
    others: readonly string[],
    yielding: readonly string[],
  ): boolean {
    const isRoom = yielding.length >= this.#tooMany(others)
    if (!isRoom) this.#context.events.emit({ type: 'interrupted', handle, userId, reason: 'limit' })
    return isRoom
  }

  /** @throws {SessionLimitError} If too few of them may end. */
  #assertRoom(newcomer: Newcomer, others: readonly string[], yielding: readonly string[]): void {
    if (!this.#isRoom(newcomer, others, yielding)) throw new SessionLimitError(this.#limit.max)
  }

  /**
   * Ends others before the seat is noted, so that a process which dies in between leaves no session without a seat.
   *
   * @returns Those that stay. Undefined if one that was to end is in use by now.
   */
  async #makeRoom(
    newcomer: Newcomer,
    { others, yielding, isSeated, mayEnd }: Table,
  ): Promise<readonly string[] | undefined> {
    if (isSeated && this.#limit.whenReached === 'refuse') return others
    this.#assertRoom(newcomer, others, yielding)
    const tooMany = this.#tooMany(others)
    if (tooMany === 0) return others
    const { userId, ending } = newcomer
    const last = yielding.slice(0, tooMany)
    // If one of them must stay, the login is refused, or takes another one: so none ends for nothing.
    const ended = await this.#owned.ends.endTogether(
      last,
      userId,
      (record) => record?.owner === userId && mayEnd(record),
    )
    if (ended === undefined) return undefined
    // Of those that end with the login this is told then.
    for (const one of ended.filter((other) => !ending.has(other))) {
      this.#context.events.emit({ type: 'revoked', handle: one, userId })
    }
    return others.filter((other) => !last.includes(other))
  }
}

/** The session of a login, for which there must be room. */
interface Newcomer {
  userId: string
  handle: string
  /** The handles of sessions that end with the login in any case. */
  ending: ReadonlySet<string>
}

/** Of a login, or of an import that says whose it is. */
function newcomerOf({ server, userId }: SessionState, handle: string): Newcomer {
  const ending = new Set(Array.from(server?.endingByLogin() ?? [], (one) => one.handle))
  return { userId: userId!, handle, ending }
}

/** Who sits where, as it was read. */
interface Table {
  /** Of the note, and what is replaced of it. */
  key: string
  version: string | null
  /** Those that have a seat beside the newcomer, the earliest login first. */
  others: readonly string[]
  /** Those of them that may end, the first one first. */
  yielding: readonly string[]
  /** Whether the newcomer's session lives. */
  isThere: boolean
  /** Whether the newcomer had a seat before the login. */
  isSeated: boolean
  mayEnd: (record: SessionRecord) => boolean
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
