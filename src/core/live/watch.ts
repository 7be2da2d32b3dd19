import type { EndReason } from '../errors.ts'
import { noValues } from '../record/kept-values.ts'
import type { Loaded } from '../record/standing.ts'
import { somePartOf } from '../runtime/pause.ts'
import { unref } from '../runtime/time.ts'
import type { WatchedConnection } from './connection.ts'

/** Milliseconds between two looks at least, whatever the clocks say. */
const leastPause = 100

/** What a watch works with. */
interface Watching {
  /** In milliseconds. */
  readonly pollInterval: number
  readonly unverifiedTimeout: number
  now(): number
  /** The session as it is now, or why it is over. */
  look(seen: Loaded): Promise<Loaded | { lost: EndReason }>
  /** Notes a use. Returns the record as it is after that. */
  touch(found: Loaded): Promise<Loaded>
  /** The session goes on under another id. */
  moved(watch: Watch): void
  /** Nobody needs this watch any more. */
  drop(watch: Watch): void
}

/** Watches one session for all connections that were opened with the same id. */
export class Watch {
  readonly #watching: Watching
  readonly #connections: Set<WatchedConnection> = new Set()
  #seen: Loaded
  #verifiedAt: number
  #isUsed = false
  #looking: Promise<void> | undefined
  #lookingAfter: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOver = false

  constructor(watching: Watching, loaded: Loaded) {
    this.#watching = watching
    this.#seen = asCurrent(loaded)
    this.#verifiedAt = watching.now()
    // Pages that come back all at once, after a restart, are not polled all at once for ever.
    this.#wait(somePartOf(watching.pollInterval))
  }

  get handle(): string {
    return this.#seen.record.handle
  }

  get userId(): string | undefined {
    return this.#seen.record.owner
  }

  /** Which id it is that the connections have. */
  get secretHash(): string {
    return this.#seen.record.secretHash
  }

  add(connection: WatchedConnection): void {
    this.#connections.add(connection)
    connection.follow(this)
  }

  leave(connection: WatchedConnection): void {
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.#stop()
  }

  /** Leaves its connections to another watch of the same id. */
  mergeInto(other: Watch): void {
    for (const connection of this.#connections) other.add(connection)
    this.#connections.clear()
    if (this.#isUsed) other.noteUse()
    this.#stop()
  }

  noteUse(): void {
    this.#isUsed = true
    // It would have expired before the next poll.
    const { now, pollInterval } = this.#watching
    if (this.#seen.expiresAt - now() <= pollInterval) this.lookUnawaited()
  }

  /**
   * Looks at the session now.
   *
   * @throws {StoreError} If the store failed.
   */
  look(): Promise<void> {
    if (this.#looking === undefined) return this.#begin()
    // What is under way may have read before that happened which the caller wants to know.
    this.#lookingAfter ??= this.#looking
      .catch(() => {})
      .then(() => {
        this.#lookingAfter = undefined
        return this.#begin()
      })
    return this.#lookingAfter
  }

  /** The same where nobody waits for the outcome. If the store fails, the storage has told of that. */
  lookUnawaited(): void {
    this.look().catch(() => {})
  }

  end(reason: EndReason): void {
    const connections = [...this.#connections]
    this.#connections.clear()
    this.#stop()
    for (const connection of connections) connection.end(reason)
  }

  #begin(): Promise<void> {
    const looking = this.#look().finally(() => {
      this.#looking = undefined
      this.#wait()
    })
    this.#looking = looking
    this.#wait()
    return looking
  }

  async #look(): Promise<void> {
    if (this.#isOver) return
    const { look, now } = this.#watching
    const startedAt = now()
    try {
      const found = await look(this.#seen)
      if (this.#isOver) return
      const isExpired = this.#seen.expiresAt <= now()
      if ('lost' in found) {
        return this.end(isExpired && found.lost === 'gone' ? 'expired' : found.lost)
      }
      if (found.expiresAt <= now()) return this.end('expired')
      this.#verifiedAt = startedAt
      this.#adopt(found)
      if (this.#isUsed && !this.#isOver) await this.#touch(found)
    } catch (error) {
      this.#endUnverified()
      throw error
    }
  }

  /** A plain rotation gives the session another id: it goes on, and so do its connections. */
  #adopt(found: Loaded): void {
    const before = this.secretHash
    this.#seen = asCurrent(found)
    if (this.secretHash !== before) this.#watching.moved(this)
  }

  async #touch(found: Loaded): Promise<void> {
    this.#isUsed = false
    try {
      this.#seen = slim(await this.#watching.touch(withPresentContents(found)))
    } catch (error) {
      this.#isUsed = true
      throw error
    }
  }

  /** What cannot be asked does not live for ever, nor longer than it would have. */
  #endUnverified(): void {
    const { now, unverifiedTimeout } = this.#watching
    const time = now()
    if (this.#isOver) return
    if (this.#seen.expiresAt <= time) this.end('expired')
    else if (time - this.#verifiedAt >= unverifiedTimeout) this.end('unverified')
  }

  #wait(atMost: number = this.#watching.pollInterval): void {
    clearTimeout(this.#timer)
    if (this.#isOver) return
    const { now, unverifiedTimeout } = this.#watching
    const time = now()
    const limit = this.#verifiedAt + unverifiedTimeout - time
    const pause =
      this.#looking === undefined ? Math.min(atMost, limit, this.#seen.expiresAt - time) : limit
    this.#timer = setTimeout(() => this.#wake(), Math.max(pause, leastPause))
    unref(this.#timer)
  }

  #wake(): void {
    if (this.#looking === undefined) return this.lookUnawaited()
    // A store that does not answer at all.
    this.#endUnverified()
    this.#wait()
  }

  #stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#watching.drop(this)
  }
}

/** From now on by the id that the session has now. */
function asCurrent(loaded: Loaded): Loaded {
  return slim(withPresentContents(loaded))
}

function withPresentContents(loaded: Loaded): Loaded {
  return loaded.by === 'current' ? loaded : { ...loaded, by: 'current', contents: loaded.record }
}

/** Without the data, which nobody asks a watch for. */
function slim(loaded: Loaded): Loaded {
  const nothing = { values: noValues as Map<string, unknown>, flash: noValues }
  const record = { ...loaded.record, ...nothing, previous: undefined, retired: undefined }
  return { ...loaded, text: '', record, contents: record }
}
