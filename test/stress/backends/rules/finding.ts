import type { Visit } from '../history.ts'

/** What a history shows that must not happen. */
export interface Finding {
  /** The race of the same number, or another word. */
  rule: string
  text: string
}

/** A visit in a few words. */
export function describeVisit({ id, kind, lane, outcome, reading, saving, cookie }: Visit): string {
  const end = saving?.end ?? reading.end
  const times = `${reading.begin.at}–${end?.at ?? '?'} µs`
  return `${kind} ${id} by ${lane} with ${cookie?.slice(0, 28) ?? 'no cookie'} (${outcome}, ${times})`
}
