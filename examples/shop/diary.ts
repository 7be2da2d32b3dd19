import { AsyncLocalStorage } from 'node:async_hooks'
import type { SessionEvent } from 'coatcheck'
import { BoundedMap } from './bounded-map.ts'
import type { RequestNote } from './requests.ts'

/** Something that happened to somebody's account. */
export interface AccountEvent {
  at: number
  what: string
  /** The device that did it, such as "Firefox on Linux". */
  device: string
  /** Whether the owner should look twice. */
  isStrange?: boolean
}

/** Who ended a session from somewhere else. */
export interface Ending {
  at: number
  by: string
}

const kept = { events: 30, requests: 6 }

/**
 * What the shop remembers of what happened. It stands for tables in your database: here it is in this process,
 * bounded, and gone when the process ends.
 */
export class Diary {
  readonly #accounts = new BoundedMap<string, AccountEvent[]>(1000)
  readonly #endings = new BoundedMap<string, Ending>(1000)
  readonly #requests = new BoundedMap<string, RequestNote[]>(1000)
  readonly #listening = new AsyncLocalStorage<SessionEvent[]>()

  /** The storage's option `onEvent`: each request hears what the storage says of it, and no other. */
  readonly onEvent = (event: SessionEvent): void => {
    this.#listening.getStore()?.push(event)
    if (event.type === 'reused-old-id' && event.userId !== undefined) {
      const what = 'An old session cookie came back: somebody may have a copy'
      this.noteAccount(event.userId, { at: event.at, what, device: 'Unknown', isStrange: true })
    }
  }

  /** Runs something, and puts into `events` what the storage says meanwhile. */
  listen<Result>(events: SessionEvent[], run: () => Result): Result {
    return this.#listening.run(events, run)
  }

  noteAccount(userId: string, event: AccountEvent): void {
    this.#accounts.set(userId, [event, ...this.accountOf(userId)].slice(0, kept.events))
  }

  /** The latest first. */
  accountOf(userId: string): readonly AccountEvent[] {
    return this.#accounts.get(userId) ?? []
  }

  noteEnding(handle: string, ending: Ending): void {
    this.#endings.set(handle, ending)
  }

  endingOf(handle: string): Ending | undefined {
    return this.#endings.get(handle)
  }

  noteRequest(handle: string, request: RequestNote): void {
    this.#requests.set(handle, [request, ...this.requestsOf(handle)].slice(0, kept.requests))
  }

  /** The latest first. */
  requestsOf(handle: string): readonly RequestNote[] {
    return this.#requests.get(handle) ?? []
  }
}
