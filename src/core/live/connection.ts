import { type EndReason, SessionEndedError } from '../errors.ts'
import type { SessionData, UntypedData } from '../session/data.ts'
import type { SessionView } from './view.ts'
import type { Watch } from './watch.ts'

/** What became of a live connection. `closed`: the app does not watch it any more, and its session may live on. */
export interface Ended {
  readonly reason: EndReason | 'closed'
}

/** A connection that outlives its request, such as a WebSocket, and the session that it was opened with. */
export interface LiveConnection<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
> {
  /** As it was when the connection was opened. Changing it throws `ERR_SESSION_COMMITTED`. */
  readonly session: SessionView<Data, Flash>
  /** Resolves when the session ends, or with `closed` after `close()`. Never rejects. */
  readonly ended: Promise<Ended>
  /** Aborts when the session ends, with a `SessionEndedError` as its reason; and not by `close()`. */
  readonly signal: AbortSignal
  /**
   * Asks the storage now: for what must not happen after a logout, not even within `pollInterval`.
   *
   * @returns Whether the session lives. After `close()`: false.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed. The connection goes on then, for `unverifiedTimeout` at most.
   */
  check(): Promise<boolean>
  /**
   * Says that the visitor has used the session, and puts the idle timeout off: with the next poll, and written at most once in a
   * tenth of the idle timeout. Call it for what a person did, and not for what the page does by itself (ASVS 7.3.1). With
   * cookie storage it does nothing.
   */
  noteUse(): void
  /** Stops watching: call it when the connection is closed. */
  close(): void
}

/** The inner side, which is told what happens. */
export class WatchedConnection implements LiveConnection {
  readonly session: SessionView<UntypedData, UntypedData>
  readonly ended: Promise<Ended>
  readonly #aborting = new AbortController()
  #resolve!: (ended: Ended) => void
  #watch: Watch | undefined

  constructor(session: SessionView<UntypedData, UntypedData>) {
    this.session = session
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get signal(): AbortSignal {
    return this.#aborting.signal
  }

  async check(): Promise<boolean> {
    await this.#watch?.look()
    return this.isWatched
  }

  noteUse(): void {
    this.#watch?.noteUse()
  }

  close(): void {
    this.#watch?.leave(this)
    this.#watch = undefined
    this.#resolve({ reason: 'closed' })
  }

  get isWatched(): boolean {
    return this.#watch !== undefined
  }

  follow(watch: Watch): void {
    this.#watch = watch
  }

  end(reason: EndReason): void {
    this.#watch = undefined
    this.#resolve({ reason })
    this.#aborting.abort(new SessionEndedError(reason))
  }
}
