import { type Ending, handleOf, isBefore, isProof, type Moment, type Visit } from '../history.ts'
import type { Lineage } from '../lineage.ts'
import { lifetimes } from '../plan.ts'
import { endsByComebacks } from './comebacks.ts'

/** What has ended an id, and when that was sure. */
export interface End {
  from: Moment
  /** Milliseconds after it. */
  after: number
  why: string
}

/** For how long an id that was ended at once is known to be one of its session, in milliseconds. */
const known = 5000
/** For how long it is known which session took another one's place, in milliseconds: less what clocks differ. */
const knownReplaced = 295_000
/** How many of them. */
const mostKnown = 3

/** Everything that has ended this id for good: the answer to any request that comes later is "nobody". */
export function certainEnds(lineage: Lineage, id: string, margin: number): End[] {
  return [
    ...lineage.visitsOf(handleOf(id)).flatMap((visit) => endByVisit(lineage, id, visit, margin)),
    ...endsByOthers(lineage, id),
    ...endsByComebacks(lineage, id, margin),
  ]
}

function endByVisit(lineage: Lineage, id: string, visit: Visit, margin: number): End[] {
  const { turn, outcome, save, name, issued, sent, saw, events } = visit
  if (issued === id) return []
  const ended = (why: string, after = 0): End[] => [
    { from: save.end, after, why: `${why} ${name}` },
  ]
  if (turn === 'destroy') {
    return outcome === 'destroyed' && saw !== undefined ? ended('the logout') : []
  }
  const isAncestor = saw !== undefined && lineage.pathOf(sent!).includes(id)
  const isDone = outcome === 'saved' && issued !== undefined
  if (turn === 'rotate' && isDone && isAncestor) {
    return ended('the rotation', lifetimes.regenerateGrace * 1000 + margin)
  }
  if (turn === 'kill' && isAncestor && (isDone || events.includes('interrupted rotated'))) {
    return id === sent || isDone ? ended('the killing rotation') : []
  }
  if (!isProof(visit) || !isDone) return []
  if (isAncestor) return ended('the login')
  return takesTheirPlace(lineage, id, visit) ? ended('the same user’s next login') : []
}

/**
 * Whether this login ends the session that its visitor had: one of the same user, which can be told by the id that
 * the login came with.
 */
function takesTheirPlace(lineage: Lineage, id: string, login: Visit): boolean {
  if (lineage.userOf(id) !== login.userId) return false
  const { save, outcome } = lineage.issuerOf(id)
  if (outcome !== 'saved') return false
  if (login.saw !== undefined) return isBefore(save.end, login.save.begin)
  if (!isBefore(save.end, login.read.begin)) return false
  const turned = lineage
    .visitsOf(handleOf(id))
    .filter((visit) => visit !== login && visit.saw !== undefined)
    .filter(({ outcome, issued }) => outcome === 'saved' && issued !== undefined)
  const since = turned.filter((visit) => isBefore(visit.save.begin, login.read.end))
  const by = turned.filter(({ sent, turn }) => sent === login.sent && turn !== 'rotate')
  return (
    since.length <= mostKnown &&
    by.length === 1 &&
    isBefore(by[0]!.save.end, login.read.begin) &&
    login.save.end.at - by[0]!.save.begin.at < known - 2500
  )
}

function endsByOthers(lineage: Lineage, id: string): End[] {
  const handle = handleOf(id)
  const userId = lineage.userOf(id)
  const login = lineage.loginOf(id)
  const { outcome, save } = lineage.issuerOf(id)
  return lineage.history.endings.flatMap((ending): End[] => {
    const { type, target, span, isDone, name } = ending
    const later = isBefore(span.end, save.end) ? save.end : span.end
    const ended: End[] = [{ from: later, after: 0, why: `the revocation ${name}` }]
    if (!isDone) return []
    if (type === 'revoke') {
      return (target === handle || cameOf(lineage, id, ending)) &&
        (!ending.asOwner || ownsAll(lineage, ending.userId, handle, span.begin))
        ? ended
        : []
    }
    if (ending.userId !== userId || isSpared(lineage, id, ending)) return []
    // What a failing store would not take back was given to nobody.
    if (outcome === 'failed' && isBefore(span.begin, save.end)) return []
    return isBefore(login!.loginAt!, span.begin) ? ended : []
  })
}

/**
 * Whether proofs had led to this id's session from the one that was ended: a proof stands only if it has taken the place of its
 * session.
 */
function cameOf(lineage: Lineage, id: string, { target, span }: Ending): boolean {
  const path = lineage.pathOf(id)
  const place = path.findIndex((one) => handleOf(one) === target)
  if (place < 1) return false
  const { visits } = lineage.history
  // A logout forgets what led to a session that it could not find, because the store failed.
  const hasLogout = visits.some(
    ({ turn, save }) => turn === 'destroy' && isBefore(save.begin, span.begin),
  )
  return (
    !hasLogout &&
    path.slice(0, place).every((one, nth) => {
      const former = path[nth + 1]!
      if (handleOf(one) === handleOf(former)) return true
      const { turn, outcome, save, userId } = lineage.issuerOf(one)
      return (
        turn === 'unlock' &&
        outcome === 'saved' &&
        isBefore(save.end, span.begin) &&
        span.end.at < save.begin.at + knownReplaced &&
        lineage.ownersOf(handleOf(former)).every((owner) => owner === userId)
      )
    })
  )
}

/** Whether it is the session that was spared, or what a proof has made of that since. */
function isSpared(lineage: Lineage, id: string, { target, span }: Ending): boolean {
  if (target === undefined) return false
  const path = lineage.pathOf(id)
  const login = path.findIndex((one) => lineage.issuerOf(one).turn === 'login')
  const place = path.slice(0, login + 1).findIndex((one) => handleOf(one) === target)
  if (place < 1) return place === 0
  return !isBefore(lineage.issuerOf(path[place - 1]!).save.end, span.begin)
}

/** Whether the session belonged to this user before that moment, and to nobody else ever. */
function ownsAll(lineage: Lineage, userId: string, handle: string, moment: Moment): boolean {
  const hasLoggedIn = lineage.idsOf(handle).some((id) => {
    const { outcome, save } = lineage.issuerOf(id)
    return lineage.userOf(id) === userId && outcome === 'saved' && isBefore(save.end, moment)
  })
  return hasLoggedIn && lineage.ownersOf(handle).every((owner) => owner === userId)
}
