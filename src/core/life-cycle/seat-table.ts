import type { SessionRecord } from '../record/record.ts'
import type { SessionState } from '../session/session-state.ts'

/** The session of a login, for which there must be room. */
export interface Newcomer {
  userId: string
  handle: string
  /** The handles of sessions that end with the login in any case. */
  ending: ReadonlySet<string>
}

/** Of a login, or of an import that says whose it is. */
export function newcomerOf({ server, userId }: SessionState, handle: string): Newcomer {
  const ending = new Set(Array.from(server?.endingByLogin() ?? [], (one) => one.handle))
  return { userId: userId!, handle, ending }
}

/** Who sits where, as it was read. */
export interface SeatTable {
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
export function seatedOf(
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
export function parseSeats(text: string): readonly string[] | undefined {
  try {
    const seats: unknown = JSON.parse(text)
    return Array.isArray(seats) ? seats.filter((seat) => typeof seat === 'string') : undefined
  } catch {
    return undefined
  }
}
