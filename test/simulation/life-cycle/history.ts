import type { OnReuse, RevokeAllStep, RevokeStep, Turn } from './plan.ts'

/** Steps of the virtual time, which tell what was before what, and its milliseconds. */
export interface Moment {
  step: number
  at: number
}

export interface Span {
  begin: Moment
  /** Infinitely far for what never came to its end. */
  end: Moment
}

export type Outcome =
  /** Still under way, or given up. */
  | 'none'
  | 'saved'
  /** There was nothing to save. */
  | 'quiet'
  | 'interrupted'
  | 'destroyed'
  /** The store failed while it was read: nothing has happened. */
  | 'unread'
  /** The store failed while it was saved: anything may have happened. */
  | 'failed'

/** What the owner of an id sees. */
export interface Sight {
  userId: string | undefined
  /** Whom it waits for, if it is locked: then nothing else is seen. */
  locked?: string | undefined
  /** Names of the visits whose writes are there, by kind. */
  add: string[]
  put: string[]
  leave: string[]
}

export interface Visit {
  name: string
  server: number
  visitor: number
  /** The id that it came with. */
  sent: string | undefined
  read: Span
  /** Undefined if it was nobody's session. */
  saw: Sight | undefined
  isPage: boolean
  writes: ('add' | 'put' | 'leave')[]
  turn: Turn | undefined
  userId: string
  /** When it called `login()`, or `reauthenticate()`. */
  loginAt: Moment | undefined
  save: Span
  outcome: Outcome
  events: string[]
  /** The id that it was given, or would have been. */
  issued: string | undefined
}

export type Ending = (RevokeStep | RevokeAllStep) & {
  name: string
  /** The handle that it ends, or spares. */
  target: string | undefined
  span: Span
  isDone: boolean
}

/** After everything: what each id sees, and whose sessions the index lists. */
export interface LastLook {
  moment: Moment
  sights: Map<string, Sight | undefined>
  sessions: Map<string, string[]>
}

export interface History {
  onReuse: OnReuse
  /** Whether sessions of users are locked where others end. */
  locks: boolean
  visits: Visit[]
  endings: Ending[]
  last: LastLook
  corrupt: string[]
}

/** Whose session it is, locked or not. */
export function ownerIn({ userId, locked }: Sight): string | undefined {
  return userId ?? locked
}

/** Whether its user has proved in this visit who they are. */
export function isProof({ turn }: Visit): boolean {
  return turn === 'login' || turn === 'unlock'
}

export const never: Moment = { step: Number.POSITIVE_INFINITY, at: Number.POSITIVE_INFINITY }

export function isBefore(one: Moment, other: Moment): boolean {
  return one.step < other.step
}

/** The public half, which stays while the session lives. */
export function handleOf(id: string): string {
  return id.slice(0, id.indexOf('.'))
}
