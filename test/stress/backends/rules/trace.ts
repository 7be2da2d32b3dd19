import type { Visit } from '../history.ts'
import type { Effect } from '../story.ts'

/** A visit that may have left something, and where. */
export interface Trace {
  visit: Visit
  effect: Effect
}

export function isAcknowledgedBefore({ visit, effect }: Trace, reader: Visit): boolean {
  return effect.isCertain && visit.saving!.end!.at < reader.reading.begin.at
}

export function hasBegunBefore({ visit }: Trace, reader: Visit): boolean {
  return visit.saving!.begin.at <= reader.reading.end!.at
}
