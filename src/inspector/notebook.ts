import type { SessionEvent } from '../core/events.ts'
import type { Data, Versions } from '../core/record/wire.ts'

/** What a session holds, as JSON. */
export interface Snapshot {
  values: Data
  flash: Data
}

/** What one request did with its session. */
export interface RequestNote {
  at: number
  /** Milliseconds from reading the session to the end of saving it. */
  took: number | undefined
  /** Such as "POST /login", where that can be told. */
  name: string | undefined
  before: Data
  /** The values as this request left them, without what others did meanwhile. */
  after: Data
  /** Messages that it left for the next page, and those that it showed. */
  left: readonly string[]
  shown: readonly string[]
  /** Who logged in, and whether the session got a new id. */
  login: string | undefined
  hasNewId: boolean
  outcome: Outcome
  /** How often it was overtaken by others, and did its changes again. */
  conflicts: number
}

export type Outcome =
  | 'not saved'
  | 'saved'
  | 'nothing to save'
  | 'ended'
  | 'too late'
  | `failed: ${string}`

/** What is known of one session. */
export interface SessionNote {
  handle: string
  userId: string | undefined
  label: string | undefined
  createdAt: number
  authenticatedAt: number | undefined
  expiresAt: number
  /** Until when it waits after that, locked, if it does. */
  waitDeadline: number | undefined
  absoluteDeadline: number
  /** Of the record, in bytes. */
  size: number
  maxBytes: number
  contents: Snapshot
  /** Of which version of the app's data the values are, if that is written. */
  versions: Versions | undefined
}

const most = { sessions: 50, requests: 30, events: 200 }
/** Events older than this are forgotten, in milliseconds. */
const eventsLast = 10 * 60_000

/** What the inspector remembers: bounded, whatever happens. */
export class Notebook {
  readonly #sessions = new Map<string, SessionNote>()
  readonly #requests = new Map<string, RequestNote[]>()
  #events: SessionEvent[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  now(): number {
    return this.#now()
  }

  noteSession(note: SessionNote): void {
    put(this.#sessions, note.handle, note)
  }

  forgetSession(handle: string): void {
    this.#sessions.delete(handle)
  }

  session(handle: string): SessionNote | undefined {
    return this.#sessions.get(handle)
  }

  noteRequest(handle: string, note: RequestNote): void {
    put(this.#requests, handle, [note, ...this.requests(handle)].slice(0, most.requests))
  }

  /** The latest first. */
  requests(handle: string): readonly RequestNote[] {
    return this.#requests.get(handle) ?? []
  }

  noteEvent(event: SessionEvent): void {
    // The list of requests says that a session was read.
    if (event.type === 'loaded') return
    this.#events = [...this.events().slice(1 - most.events), event]
  }

  /** The latest last. */
  events(): readonly SessionEvent[] {
    const since = this.#now() - eventsLast
    return this.#events.filter(({ at }) => at >= since)
  }
}

function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > most.sessions) map.delete(map.keys().next().value!)
}
