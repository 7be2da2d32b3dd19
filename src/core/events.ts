import { markAs } from './runtime/brand.ts'
import { isThenable } from './runtime/maybe-promise.ts'
import { builtinModule } from './runtime/platform.ts'

/**
 * Something that happened to a session. No event holds an id's secret or a value: `handle` is the
 * public half of the id, and `at` is in milliseconds since the epoch.
 */
export type SessionEvent = {
  at: number
  /** The session's handle, when there is one. */
  handle?: string | undefined
  /** The user id, when the session has one. */
  userId?: string | undefined
} & SessionEventDetail

export type SessionEventDetail =
  | { type: 'created' | 'loaded' | 'saved' | 'rotated' | 'login' | 'destroyed' }
  /** A session was ended from outside; with the reason `check` by the app's check of it. */
  | { type: 'revoked'; reason?: 'check' | undefined }
  /** A cookie of another library was accepted: see `accept` of `createCookie()`. */
  | { type: 'imported' }
  /** A session was presented that waits for its user to prove who they are: see the option `lock`. */
  | { type: 'locked' }
  /** A session was presented after its idle or absolute timeout. */
  | { type: 'expired' }
  /** Another request wrote first; the changes are done again on what it wrote. */
  | { type: 'conflict'; attempt: number }
  /**
   * Nothing was saved, because the session ended, or its id was rotated out, during the request; or because the request
   * brought the cookies of several live sessions; or because somebody logged in who is blocked, or has too many sessions.
   */
  | {
      type: 'interrupted'
      reason: 'gone' | 'rotated' | 'revoked' | 'blocked' | 'limit' | 'shadowed'
    }
  /** The cookie was not one of ours: forged, damaged, foreign, or there were several that disagree. */
  | { type: 'tampered'; reason: 'cookie' | 'shadowed' | 'id' | 'secret' }
  /**
   * A live connection was not opened, because a page of another origin asked for it; or a session was not shown, because the
   * app's check refused it.
   */
  | { type: 'refused'; reason: 'origin' | 'check' }
  /** An id came back after it was rotated out and its grace was over: a sign of theft. */
  | { type: 'reused-old-id' }
  /**
   * Something in the store could not be read: the record (no keys named), or these keys of it. `error` is what `migrate` threw,
   * and may hold a value: of no other event does that hold.
   */
  | { type: 'corrupt'; keys: readonly string[]; error?: unknown }
  | { type: 'oversize'; size: number; limit: number }
  | { type: 'store-error'; operation: 'read' | 'write' | 'delete' | 'list'; error: unknown }

/**
 * Told about each event. What it throws, and a promise of it that rejects, is ignored: watching must
 * not break what is watched.
 */
export type SessionEventListener = (event: SessionEvent) => unknown

interface Channel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

interface DiagnosticsChannel {
  channel(name: string): Channel
}

/** Sends events to `onEvent` and, where it exists, to the diagnostics channel `coatcheck:session`. */
export class EventEmitter {
  readonly #listener: SessionEventListener | undefined
  #watchers: readonly SessionEventListener[] = []
  readonly #channel: Channel | undefined
  readonly #now: () => number

  constructor(listener: SessionEventListener | undefined, now: () => number) {
    this.#listener = listener
    this.#now = now
    const diagnostics = builtinModule('node:diagnostics_channel') as DiagnosticsChannel | undefined
    this.#channel = diagnostics?.channel('coatcheck:session')
  }

  /** Whether the app gave an `onEvent`. */
  get hasListener(): boolean {
    return this.#listener !== undefined
  }

  /** The storage's clock, in milliseconds since the epoch. */
  now(): number {
    return this.#now()
  }

  /** Whether anybody listens: asked before an event is put together on the hot path. */
  get watched(): boolean {
    return (
      this.#listener !== undefined ||
      this.#watchers.length > 0 ||
      this.#channel?.hasSubscribers === true
    )
  }

  /** Tells another part of this package as well. It takes the place of no `onEvent`, stays for good, and must not throw. */
  watch(watcher: SessionEventListener): void {
    this.#watchers = [...this.#watchers, watcher]
  }

  emit(detail: SessionEventDetail & Pick<SessionEvent, 'handle' | 'userId'>): void {
    if (!this.watched) return
    const event: SessionEvent = { at: this.#now(), ...detail }
    for (const watcher of this.#watchers) watcher(event)
    try {
      const told = this.#listener?.(event)
      if (isThenable(told)) told.then(undefined, () => {})
    } catch {
      // Documented above.
    }
    if (this.#channel?.hasSubscribers) this.#channel.publish(event)
  }
}

markAs(EventEmitter.prototype, 'events')
