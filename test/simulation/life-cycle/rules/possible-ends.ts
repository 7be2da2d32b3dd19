import { handleOf, isBefore, isProof, type Moment, type Span, type Visit } from '../history.ts'
import type { Lineage } from '../lineage.ts'
import { lifetimes } from '../plan.ts'
import { mayHaveComeBack } from './comebacks.ts'

export interface Tolerance {
  /** Milliseconds by which deadlines may be missed, because clocks differ. */
  margin: number
  /** Milliseconds after the end of all sessions in which another server may refuse a login. */
  refusal: number
}

/**
 * Whether anything had begun before the end of this span that may have ended this id. If not, whoever comes with it is
 * the one they were.
 */
export function mayHaveEnded(
  lineage: Lineage,
  id: string,
  span: Span,
  tolerance: Tolerance,
): boolean {
  const issuer = lineage.issuerOf(id)
  const moment = span.end
  if (issuer.outcome !== 'saved' || !isBefore(issuer.save.end, moment)) return true
  return (
    lineage
      .visitsOf(handleOf(id))
      .some((visit) => visit !== issuer && mayEnd(lineage, id, visit, moment, tolerance)) ||
    mayBeReplaced(lineage, id, moment) ||
    mayHaveComeBack(lineage, handleOf(id), { moment, margin: tolerance.margin, but: id }) ||
    mayBeRevoked(lineage, id, moment, tolerance) ||
    mayHaveExpired(lineage, id, span, tolerance)
  )
}

function mayEnd(
  lineage: Lineage,
  id: string,
  { turn, save, saw, sent }: Visit,
  moment: Moment,
  { margin }: Tolerance,
): boolean {
  if (turn === undefined || !isBefore(save.begin, moment)) return false
  if (turn !== 'rotate') return saw !== undefined || turn === 'login'
  if (sent === id) return moment.at >= save.begin.at + lifetimes.regenerateGrace * 1000 - margin
  // A rotation of what came after it may leave no room for an id that is older still.
  return lineage.pathOf(sent!).includes(id)
}

/** Whether the same user had begun to log in again, with any id that this one's session came of. */
function mayBeReplaced(lineage: Lineage, id: string, moment: Moment): boolean {
  const issuer = lineage.issuerOf(id)
  const userId = lineage.userOf(id)
  const root = lineage.rootOf(id)
  // What ends a session by its handle ends what came of it, too.
  const isRevoked = lineage.history.endings.some(
    (ending) =>
      ending.type === 'revoke' &&
      isBefore(ending.span.begin, moment) &&
      (!ending.asOwner || ending.userId === userId) &&
      lineage.idsOf(ending.target ?? '').some((one) => lineage.rootOf(one) === root),
  )
  if (isRevoked) return true
  return lineage.history.visits.some(
    (visit) =>
      visit !== issuer &&
      // A logout ends what came of its session, too.
      (visit.turn === 'destroy' || (isProof(visit) && visit.userId === userId)) &&
      visit.sent !== undefined &&
      lineage.rootOf(visit.sent) === root &&
      isBefore(visit.save.begin, moment),
  )
}

/** Whether a revocation had begun that may have ended it, or its login. */
export function mayBeRevoked(
  lineage: Lineage,
  id: string,
  moment: Moment,
  { refusal }: Tolerance,
): boolean {
  const handle = handleOf(id)
  const login = lineage.loginOf(id)
  return lineage.history.endings.some((ending) => {
    const { target, userId, span, server } = ending
    if (!isBefore(span.begin, moment)) return false
    if (ending.type === 'revoke') {
      return target === handle && (!ending.asOwner || lineage.ownersOf(handle).includes(userId))
    }
    if (target === handle || login === undefined) return false
    if (login.userId === userId) return refuses({ span, server }, login, refusal)
    // It was that user's, and listed as theirs, until this login came in between.
    return lineage.ownersOf(handle).includes(userId) && isBefore(login.save.begin, span.end)
  })
}

/** Whether the end of all sessions of a user may refuse this login. */
export function refuses(
  { span, server }: { span: Visit['save']; server: number },
  login: Visit,
  refusal: number,
): boolean {
  if (isBefore(login.loginAt!, span.end)) return true
  return login.server !== server && login.loginAt!.at <= span.end.at + refusal
}

function mayHaveExpired(lineage: Lineage, id: string, span: Span, tolerance: Tolerance): boolean {
  const path = lineage.pathOf(id)
  const start = lineage.loginOf(id)?.loginAt ?? lineage.issuerOf(path.at(-1)!).read.begin
  return (
    (!lineage.waits(id) && mayBeUnused(lineage, id, span, tolerance)) ||
    span.end.at >= start.at + lifetimes.absoluteTimeout * 1000 - tolerance.margin
  )
}

/** Whether its idle timeout may be over, with which it is locked where others end. */
export function mayBeUnused(
  lineage: Lineage,
  id: string,
  { begin, end }: Span,
  { margin }: Tolerance,
): boolean {
  const { save } = lineage.issuerOf(id)
  const uses = lineage
    .visitsOf(handleOf(id))
    .filter(({ outcome, saw, save }) => outcome === 'saved' && saw && isBefore(save.end, begin))
    // Who went on with a session of their own, did not use this one.
    .filter(({ issued = id }) => handleOf(issued) === handleOf(id))
    .map((visit) => visit.save.begin.at)
  const lastUse = Math.max(save.begin.at, ...uses)
  return end.at >= lastUse + lifetimes.idleTimeout * 1000 - margin
}
