import type { Visit } from '../history.ts'

/** What must hold of every history. The last one is about the store alone. */
export type Rule =
  | 'changes are kept'
  | 'an end is final'
  | 'a use revives nothing'
  | 'ids stay apart'
  | 'one gets the new id'
  | 'all sessions of a user end'
  | 'what has expired is over'
  | 'each visitor has an own session'
  | 'nothing ends without a reason'
  | 'a grace is kept'
  | 'linearizable'

/** What a history shows that must not happen. */
export interface Finding {
  /** The one that is broken. */
  rule: Rule
  text: string
}

/** A visit in a few words. */
export function describeVisit({ id, kind, lane, outcome, reading, saving, cookie }: Visit): string {
  const end = saving?.end ?? reading.end
  const times = `${reading.begin.at}–${end?.at ?? '?'} µs`
  return `${kind} ${id} by ${lane} with ${cookie?.slice(0, 28) ?? 'no cookie'} (${outcome}, ${times})`
}
