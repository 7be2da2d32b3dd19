import { randomBytes } from './random.ts'
import { cryptoBackend } from './crypto/choose.ts'
import { oncePerProcess } from './platform.ts'

/*
 * A logical clock of this process (Lamport): it tells which of two things came first where the wall clock
 * cannot, because both fall into one millisecond or the clock was set.
 */

/*
 * A subject is all those sessions that end together: of a user, who is named by their id; of a group; or of everybody.
 */

/** The subject that is everybody: what happens to it happens to every subject. */
export const allSubjects = ''

/** Begins the subject that a group is. No user id does: this is the second half of a pair, and ids are well-formed. */
const groupMark = '\udc00'

export function subjectOfGroup(group: string): string {
  return groupMark + group
}

/** The group that a subject is, if it is one. */
export function groupOf(subject: string): string | undefined {
  return subject.startsWith(groupMark) ? subject.slice(1) : undefined
}

let last = 0
/** Of each subject that has any: its turns that are under way. */
const open = new Map<string, Set<number>>()

/** Names this process, and says nothing else. */
export const processMark: () => string = oncePerProcess(() =>
  cryptoBackend.toBase64url(randomBytes(9)),
)

/**
 * The last turn that was over for this subject, and for the one that stands for all of them: every later one has a
 * greater number.
 */
export function turnNow(subject: string): number {
  const turns = [...(open.get(subject) ?? []), ...(open.get(allSubjects) ?? [])]
  return turns.length === 0 ? last : Math.min(...turns) - 1
}

/** Does something as a turn of its own. What happens to the subject meanwhile counts as before it. */
export async function asTurn<T>(subject: string, work: (turn: number) => Promise<T>): Promise<T> {
  const turn = ++last
  const turns = open.get(subject) ?? new Set()
  open.set(subject, turns.add(turn))
  try {
    return await work(turn)
  } finally {
    turns.delete(turn)
    if (turns.size === 0) open.delete(subject)
  }
}
