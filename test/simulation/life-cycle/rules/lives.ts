import { certainEnds } from './certain-ends.ts'
import { mayHaveComeBack, possibleComebacks } from './comebacks.ts'
import {
  handleOf,
  type History,
  isBefore,
  isProof,
  type Moment,
  ownerIn,
  type Sight,
  type Visit,
} from '../history.ts'
import type { Lineage } from '../lineage.ts'
import { lifetimes } from '../plan.ts'
import {
  mayBeRevoked,
  mayBeUnused,
  mayHaveEnded,
  refuses,
  type Tolerance,
} from './possible-ends.ts'

/** For how long it is known which session took another one's place, in milliseconds. */
const knownReplaced = 300_000

export interface Look {
  id: string
  who: string
  begin: Moment
  end: Moment
  saw: Sight | undefined
  isPage: boolean
}

/** Every time that somebody came with an id of ours and was told whose it is. */
export function looksOf({ visits, last }: History): Look[] {
  const looks = visits
    .filter(
      ({ sent, outcome, read }) =>
        sent !== undefined && outcome !== 'unread' && isFinite(read.end.step),
    )
    .map(({ sent, name, read, saw, isPage }) => ({ id: sent!, who: name, ...read, saw, isPage }))
  const lastLooks = [...last.sights].map(([id, saw]) => ({
    id,
    who: 'the last look',
    begin: last.moment,
    end: last.moment,
    saw,
    isPage: true,
  }))
  return [...looks, ...lastLooks]
}

/** What ended is over, and nothing else is. */
export function checkLives(lineage: Lineage, tolerance: Tolerance): string[] {
  return looksOf(lineage.history).flatMap((look) => {
    const { id, who, begin, saw } = look
    const name = `the id of ${lineage.issuerOf(id).name}`
    if (saw === undefined) {
      return mayHaveEnded(lineage, id, look, tolerance)
        ? []
        : [`${name} is dead for ${who}, and nothing ended it`]
    }
    const ends = certainEnds(lineage, id, tolerance.margin)
    const found = ends.find(
      ({ from, after }) => isBefore(from, begin) && begin.at >= from.at + after,
    )
    const userId = lineage.userOf(id)
    return [
      ...(found ? [`${name} lives for ${who}, though ${found.why} had ended it`] : []),
      ...(hasExpired(lineage, look, tolerance) ? [`${name} lives for ${who} after its time`] : []),
      ...checkLock(lineage, look, tolerance).map((wrong) => `${name} is ${wrong} for ${who}`),
      ...(ownerIn(saw) === userId
        ? []
        : [`${name} is ${userId}’s, and ${who} sees ${ownerIn(saw)}`]),
    ]
  })
}

/** A session is locked when it was not used for its idle timeout, and then only. */
function checkLock(lineage: Lineage, look: Look, tolerance: Tolerance): string[] {
  const { id, saw } = look
  if (saw!.locked === undefined) {
    return lineage.waits(id) && isUnused(lineage, look, tolerance) ? ['not locked'] : []
  }
  return mayBeUnused(lineage, id, look, tolerance) ? [] : ['locked, though it was used,']
}

function hasExpired(lineage: Lineage, look: Look, tolerance: Tolerance): boolean {
  const { id, begin } = look
  const start =
    lineage.loginOf(id)?.save.end ?? lineage.issuerOf(lineage.pathOf(id).at(-1)!).save.end
  return (
    (!lineage.waits(id) && isUnused(lineage, look, tolerance)) ||
    begin.at >= start.at + lifetimes.absoluteTimeout * 1000 + tolerance.margin
  )
}

/** Whether its idle timeout is over for sure. */
function isUnused(lineage: Lineage, { id, begin }: Look, { margin }: Tolerance): boolean {
  const { save } = lineage.issuerOf(id)
  const uses = lineage
    .visitsOf(handleOf(id))
    // Who only looks at a locked session, uses nothing.
    .filter((visit) => visit.saw?.locked === undefined || isProof(visit))
    .filter((visit) => isBefore(visit.save.begin, begin))
    .map((visit) => visit.save.end.at)
  const lastUse = Math.max(save.end.at, ...uses)
  return begin.at >= lastUse + lifetimes.idleTimeout * 1000 + margin
}

/** Who says that something is saved under an id that has ended has lost it, or woken what was over. */
export function checkSaves(lineage: Lineage, { margin }: Tolerance): string[] {
  return lineage.history.visits.flatMap(({ outcome, saw, sent, issued, save, name }) => {
    if (outcome !== 'saved' || saw === undefined || issued !== undefined) return []
    const { begin } = save
    const isOver = certainEnds(lineage, sent!, margin).some(
      ({ from, after }) => isBefore(from, begin) && begin.at >= from.at + after,
    )
    return isOver ? [`${name} is saved under an id that had ended`] : []
  })
}

/** Nobody is turned away without a cause, least of all who has just shown a right password. */
export function checkOutcomes(lineage: Lineage, tolerance: Tolerance): string[] {
  const { visits, endings } = lineage.history
  return visits
    .filter(({ outcome }) => outcome !== 'saved' && outcome !== 'failed' && outcome !== 'unread')
    .filter((visit) => {
      const { sent, saw, turn, userId, read, save, outcome } = visit
      if (outcome === 'none') return true
      if (outcome === 'destroyed') return false
      if (outcome === 'quiet') return visit.writes.length > 0 || isProof(visit)
      if (!isProof(visit)) {
        const span = { begin: read.begin, end: save.end }
        return (
          saw !== undefined &&
          turn !== 'kill' &&
          !mayHaveEnded(lineage, sent!, span, tolerance) &&
          // What is under way when its session is locked, is not saved.
          !(lineage.waits(sent!) && mayBeUnused(lineage, sent!, span, tolerance))
        )
      }
      const isRefused = endings.some(
        ({ type, span, server, ...ending }) =>
          type === 'revokeAll' &&
          ending.userId === userId &&
          isBefore(span.begin, save.end) &&
          refuses({ span, server }, visit, tolerance.refusal),
      )
      if (isRefused) return false
      return saw === undefined
        ? !isBesideEnd(lineage, visit, tolerance)
        : !isOver(lineage, sent!, save.end, tolerance)
    })
    .map(({ name, turn, outcome }) => `${turn ?? 'visit'} ${name}: ${outcome}, without a cause`)
}

/** Whether a session that belongs with its id was ended while it ran: then it may have begun before that. */
function isBesideEnd(
  lineage: Lineage,
  { sent, read, save }: Visit,
  { margin }: Tolerance,
): boolean {
  if (sent === undefined) return false
  const root = lineage.rootOf(sent)
  const { visits, endings } = lineage.history
  const logouts = visits
    .filter((other) => other.turn === 'destroy' && other.sent !== undefined)
    .map((other) => ({ id: other.sent!, span: other.save }))
  const revoked = endings
    .filter(({ type }) => type === 'revoke')
    .flatMap(({ target, span }) => lineage.idsOf(target!).map((id) => ({ id, span })))
  // The session may have been another user's: theirs have ended.
  const revokedAll = endings
    .filter(({ type }) => type === 'revokeAll')
    .flatMap(({ userId, span }) =>
      lineage.ids.filter((id) => lineage.userOf(id) === userId).map((id) => ({ id, span })),
    )
  const cameBack = [...new Set(lineage.ids.map(handleOf))].flatMap((handle) =>
    possibleComebacks(lineage, handle, margin).map((other) => ({
      id: other.sent!,
      span: other.read,
    })),
  )
  return [...logouts, ...revoked, ...revokedAll, ...cameBack].some(
    ({ id, span }) =>
      lineage.rootOf(id) === root &&
      isBefore(span.begin, save.end) &&
      isBefore(read.begin, span.end),
  )
}

/** Whether there may be no session left to log in with. */
function isOver(lineage: Lineage, id: string, moment: Moment, tolerance: Tolerance): boolean {
  const hasLogout = lineage.visitsOf(handleOf(id)).some(
    ({ turn, save, events }) =>
      isBefore(save.begin, moment) &&
      // A login that is refused ends the session that it was about to take over.
      (turn === 'destroy' || events.includes('interrupted revoked')),
  )
  const revoked = lineage.history.endings.some(
    ({ span, target, type, userId }) =>
      isBefore(span.begin, moment) &&
      (type === 'revoke'
        ? target === handleOf(id)
        : lineage.ownersOf(handleOf(id)).includes(userId)),
  )
  return (
    hasLogout ||
    revoked ||
    mayHaveComeBack(lineage, handleOf(id), { moment, margin: tolerance.margin }) ||
    mayBeRevoked(lineage, id, moment, tolerance) ||
    isLate(lineage, id, moment, tolerance) ||
    isForgotten(lineage, handleOf(id), moment)
  )
}

/** Whether another session may have taken its place so long ago that nothing is known of that any more. */
function isForgotten(lineage: Lineage, handle: string, { at }: Moment): boolean {
  return lineage
    .visitsOf(handle)
    .some((visit) => isProof(visit) && at >= visit.save.begin.at + knownReplaced)
}

function isLate(lineage: Lineage, id: string, { at }: Moment, { margin }: Tolerance): boolean {
  const since = (lineage.waits(id) ? lineage.loginOf(id)! : lineage.issuerOf(id)).save.begin.at
  const { idleTimeout, absoluteTimeout } = lifetimes
  return at >= since + (lineage.waits(id) ? absoluteTimeout : idleTimeout) * 1000 - margin
}
