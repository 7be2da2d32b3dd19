import { SessionConflictError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { SessionState } from '../session/session-state.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import { mostAttempts, retry } from '../store/retry.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import { clockDifference } from './revocations.ts'
import { type Newcomer, newcomerOf, parseSeats, seatedOf, type SeatTable } from './seat-table.ts'
import { SessionLimitError, type SessionLimitOptions, type Seats } from './seats.ts'
import type { StorageContext } from './storage-options.ts'

/**
 * Who sits where is one note for each user: the handles of the sessions that count, the earliest login first. A login
 * writes its session, and then takes a seat there by a compare-and-swap, so that of two that race one sees the other's.
 * What does not live any more has no seat, and nobody needs to clear it.
 */
export class CountedSeats implements Seats {
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
  async #look(newcomer: Newcomer): Promise<SeatTable | undefined> {
    const table = await this.#table(newcomer)
    return table.isThere ? table : undefined
  }

  async #table({ userId, handle, ending }: Newcomer): Promise<SeatTable> {
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
    { others, yielding, isSeated, mayEnd }: SeatTable,
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
