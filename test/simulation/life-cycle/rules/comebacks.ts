import { handleOf, isBefore, type Moment, type Visit } from '../history.ts'
import type { Lineage } from '../lineage.ts'
import { lifetimes } from '../plan.ts'
import type { End } from './certain-ends.ts'

/* With onReuse: 'revoke' an id that comes back after its end also ends the session that took its place (decision 044). */

/** For how long an id that was ended at once may have been on its way, in milliseconds. */
const onItsWay = 5000
const grace = lifetimes.regenerateGrace * 1000
/** How many ids of a session are known. */
const mostKnown = 8

/** Whether somebody had come with an old id of this handle, so late that it may have ended the session. */
export function mayHaveComeBack(
  lineage: Lineage,
  handle: string,
  { moment, margin, but }: { moment: Moment; margin: number; but?: string },
): boolean {
  return possibleComebacks(lineage, handle, margin).some(
    ({ sent, read }) => sent !== but && isBefore(read.begin, moment),
  )
}

/** Visits whose id may have come back after its end. */
export function possibleComebacks(lineage: Lineage, handle: string, margin: number): Visit[] {
  if (lineage.history.onReuse !== 'revoke') return []
  const turns = lineage.visitsOf(handle).filter(({ turn }) => turn !== undefined)
  return lineage
    .visitsOf(handle)
    .filter(
      ({ saw, read }) =>
        saw === undefined &&
        turns.some(({ save }) => read.end.at >= save.begin.at + onItsWay - margin),
    )
}

/** What has ended this id for sure, because another one of its session came back. */
export function endsByComebacks(lineage: Lineage, id: string, margin: number): End[] {
  if (lineage.history.onReuse !== 'revoke') return []
  const handle = handleOf(id)
  const { save } = lineage.issuerOf(id)
  const users = new Set(lineage.idsOf(handle).map((one) => lineage.userOf(one)))
  return lineage.visitsOf(handle).flatMap((visit): End[] => {
    if (!hasComeBack(lineage, visit, margin)) return []
    // What another user has taken over meanwhile, lives on.
    const isMeant = isBefore(save.end, visit.read.begin) || users.size === 1
    const from = isBefore(visit.read.end, save.end) ? save.end : visit.read.end
    return isMeant ? [{ from, after: 0, why: `the old id of ${visit.name}` }] : []
  })
}

/** Whether this visit's id was one that its session had had, and known to be ended for long. */
function hasComeBack(
  lineage: Lineage,
  { sent, saw, read, outcome }: Visit,
  margin: number,
): boolean {
  if (saw !== undefined || outcome === 'unread') return false
  const handle = handleOf(sent!)
  const inPlace = lineage
    .visitsOf(handle)
    .filter(({ issued }) => issued !== undefined && handleOf(issued) === handle)
  if (inPlace.filter(({ save }) => isBefore(save.begin, read.end)).length > mostKnown) return false
  return inPlace.some(
    (visit) =>
      visit.sent === sent &&
      visit.outcome === 'saved' &&
      isBefore(visit.save.end, read.begin) &&
      read.begin.at >= visit.save.end.at + (visit.turn === 'rotate' ? grace : onItsWay) + margin,
  )
}
