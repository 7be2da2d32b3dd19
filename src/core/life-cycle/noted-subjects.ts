import { allSubjects, subjectOfGroup } from '../runtime/turns.ts'
import { lastFor } from './revocation-note.ts'
import type { Noted } from './revocations.ts'

/** What is the same for all whose sessions end together: a user, everybody, a group. */
export interface Many<T> {
  user: T
  everybody: T
  group: T
}

/** What is looked up when a session is read. */
export interface NoteScope {
  /** Whether single sessions are ended by notes: where their records are out of reach. */
  readonly sessions: boolean
  /** Whether the sessions of a user and of a group are: where they cannot be listed. */
  readonly users: boolean
  /**
   * Whether a note must be there, because the store may lose it: what is missing ends sessions then. Otherwise
   * what is missing has never been written.
   */
  readonly isStrict: boolean
}

/** Under what it is noted that sessions ended which are of this user and of this group. */
export function subjectsOf(
  { users }: NoteScope,
  owner: string | undefined,
  group: string | undefined,
): Many<string | undefined> {
  const ofGroup = group === undefined ? undefined : subjectOfGroup(group)
  return {
    user: users ? owner : undefined,
    everybody: allSubjects,
    group: users ? ofGroup : undefined,
  }
}

/** Reads the notes that there may be. */
export async function readMany(
  { user, everybody, group }: Many<string | undefined>,
  read: (subject: string) => Promise<Noted>,
): Promise<Many<Noted>> {
  const [ofUser, ofAll, ofGroup] = await Promise.all(
    [user, everybody, group].map((subject) => (subject === undefined ? undefined : read(subject))),
  )
  return { user: ofUser, everybody: ofAll, group: ofGroup }
}

/** How many times it was done that ends the session with this handle. */
export function countsOf({ user, everybody, group }: Many<Noted>, handle: string): Many<number> {
  return {
    user: numberOf(user, handle),
    everybody: numberOf(everybody, handle),
    group: numberOf(group, handle),
  }
}

/** What cannot be read, may be a later time than any. */
function numberOf(noted: Noted, handle: string): number {
  if (noted === 'unreadable') return Number.POSITIVE_INFINITY
  return (noted && lastFor(noted, handle)?.count) ?? 0
}
