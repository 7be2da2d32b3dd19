import { SessionConflictError } from '../errors.ts'
import { ownOnly } from '../runtime/own.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { retry } from '../store/retry.ts'
import type { EndedAsSeen } from './home.ts'

/** Says that a session has ended, where its record is out of reach. */
export interface SessionEnd {
  /** In milliseconds since the epoch. */
  endedAt: number
  /** The handle of the session that took its place, after a login or a new id. */
  by?: string | undefined
  /** Whether it got a new id without a login, so that it goes on under that handle. */
  goesOn?: boolean | undefined
}

/** What is noted, and whether it was noted now. */
export interface NotedEnd extends SessionEnd {
  isNew: boolean
}

/** Sessions that took each other's place, one after the other: more than a visitor logs in. */
const longestChain = 1000

/**
 * Notes that a session has ended, unless that is noted already.
 *
 * @param expiresAt When the session cannot be alive any more, in milliseconds since the epoch.
 * @returns What is noted now: the first end counts.
 */
export async function noteEnd(
  store: GuardedStore,
  handle: string,
  { expiresAt, ...end }: SessionEnd & { expiresAt: number },
): Promise<NotedEnd> {
  const key = keyOfSession(handle)
  const noted = await retry(async () => {
    const stored = await store.read(key)
    if (stored !== undefined) return { ...parseEnd(stored.value), isNew: false }
    const written = await store.write(key, JSON.stringify(end), { replaces: null, expiresAt })
    return written === undefined ? undefined : { ...end, isNew: true }
  })
  if (noted !== undefined) return noted
  throw store.failure('write', new Error('the end of a session could not be written'))
}

/** Notes that the session at a handle has ended. */
type Note = (handle: string) => Promise<NotedEnd>

/** Ends a session, and those that took its place, one after the other. */
export async function endWithSuccessors(handle: string, note: Note): Promise<void> {
  let next: string | undefined = handle
  for (let length = 0; next !== undefined && length < longestChain; length++) {
    const { by }: NotedEnd = await note(next)
    next = by
  }
}

/** Ends a session alone, under whatever handle it goes on, unless a login has taken its place. */
export async function endAlone(handle: string, note: Note): Promise<EndedAsSeen> {
  let next = handle
  for (let length = 0; length < longestChain; length++) {
    const { by, goesOn, isNew }: NotedEnd = await note(next)
    if (by === undefined) return isNew ? { handle: next } : 'missing'
    if (!goesOn) return 'another'
    next = by
  }
  throw new SessionConflictError(longestChain)
}

/** Where it is noted that one session has ended. */
export function keyOfSession(handle: string): string {
  return `revoked-${handle}`
}

/** What cannot be read says that it has ended, and no more. */
export function parseEnd(text: string): SessionEnd {
  try {
    const { endedAt, by, goesOn } = ownOnly(JSON.parse(text)) as Partial<SessionEnd>
    const isHandleOrNone = by === undefined || typeof by === 'string'
    if (typeof endedAt === 'number' && isHandleOrNone) {
      return { endedAt, by, goesOn: goesOn === true }
    }
  } catch {
    // As below.
  }
  return { endedAt: 0 }
}
