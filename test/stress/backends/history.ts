import type { RecordAction } from './record-model.ts'

/* What processes write down of what they do. Instants of all of them can be compared. */

export interface Moment {
  /** Microseconds of the machine's clock. */
  at: number
  /** Milliseconds of the sessions' clock, which runs faster: see session-clock.ts. */
  clock: number
}

export interface Span {
  begin: Moment
  /** Missing if the process was killed before. */
  end?: Moment
}

export type VisitKind =
  | 'look'
  | 'count'
  | 'set'
  | 'flash'
  | 'rotate'
  | 'kill'
  | 'login'
  | 'destroy'
  /** Without a cookie. */
  | 'arrive'

/**
 * What became of a visit: `written`, by the holder of the session's id; `old`, written into what the id before may see;
 * `quiet`, nothing was to be written; `ended`, by a destroy; `absent`, there was no session; `gone`, `rotated` or
 * `revoked` meanwhile; `refused` after too many conflicts; `failed` to read, and so nothing was done.
 * `unknown`: the store failed, or the process was killed.
 */
export type Outcome =
  | 'written'
  | 'old'
  | 'quiet'
  | 'ended'
  | 'absent'
  | 'gone'
  | 'rotated'
  | 'revoked'
  | 'refused'
  | 'failed'
  | 'unknown'

/** What a visit found in the session. */
export interface Seen {
  /** The visits that have counted here, in their order. */
  log: string[]
  /** Which visit of a lane was the last to set the lane's own key. */
  own: Record<string, string>
  /** The visits whose messages are there. */
  flash: string[]
  userId?: string | undefined
}

/** A request: the session is read, changed and saved. */
export interface Visit {
  type: 'visit'
  id: string
  /** Visits of a lane come one after the other. */
  lane: string
  kind: VisitKind
  /** Whether the session is one of those that are soon over. */
  brief: boolean
  cookie: string | null
  reading: Span
  seen?: Seen
  saving?: Span
  /** The id that it asked for, if another than it came with. */
  issued?: string
  /** Of a login that was refused: it had begun a session of its own, and did not touch the one that it came with. */
  isApart?: boolean
  /** Of a login, and when it was called. */
  userId?: string
  loginAt?: number
  outcome: Outcome
}

/** What is done to sessions from outside. Without `ok` it failed, or the process was killed. */
export type Order = { id: string; span: Span; ok?: boolean } & (
  | { type: 'revoke'; handle: string }
  | { type: 'revokeAll'; userId: string; except?: string }
  | { type: 'list'; userId: string; handles?: string[] }
  | { type: 'sweep'; deleted?: number }
)

/** One operation of a store. */
export interface StoreOperation {
  type: 'operation'
  id: string
  key: string
  span: Span
  action: RecordAction
  /** Missing if it failed, or the process was killed. */
  ok?: boolean
}

/** The server forgot everything, at some moment in this span. */
export interface Loss {
  type: 'loss'
  span: Required<Span>
}

/** By how many sessions something was begun again because of a conflict, and the like. */
export interface Tally {
  type: 'tally'
  id: string
  events: Record<string, number>
}

export interface History {
  visits: Visit[]
  orders: Order[]
  operations: StoreOperation[]
  losses: Loss[]
  /** How often each event was emitted. */
  events: Record<string, number>
  rules: Rules
}

/** Milliseconds of the sessions' clock. */
export interface Rules {
  /** By how much the clocks of two processes may differ. */
  skew: number
  /** How long after the end of all of a user's sessions another process refuses a login. */
  tolerance: number
  grace: number
  /** Of brief sessions. The others outlive the run. */
  idle: number
  absolute: number
  /** Whether the store can list a user's sessions. */
  isIndexed: boolean
}

/** The public half of a cookie. */
export function handleOf(cookie: string): string {
  return cookie.slice(0, 22)
}
