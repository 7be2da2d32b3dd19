import { handleOf, type Order, type Visit } from '../history.ts'
import { mayBeReplaced, mayEndWithOther, replaces } from '../successors.ts'
import { type Ending, hasWritten, mayHaveWritten, type Story } from '../story.ts'
import { describeVisit, type Finding, type Rule } from './finding.ts'

type RevokeAll = Extract<Order, { type: 'revokeAll' }>

/** P2: nothing is read of a session, or saved to it, after its end was acknowledged. */
export function checkEndings(story: Story): Finding[] {
  const findings: Finding[] = []
  for (const handle of story.handles) {
    const ends = [
      ...story.endings(handle),
      ...endsByRevokeAll(story, handle),
      ...endsBySuccessors(story, handle),
    ]
    const end = firstAcknowledged(ends)
    findings.push(...checkLists(story, handle))
    if (end === undefined) continue
    const about = `${handle.slice(0, 6)}… ended by ${describe(end.by)} at ${end.acknowledgedAt}`
    for (const visit of story.visitsOf(handle)) {
      if (wasThere(visit, handle, end)) {
        findings.push({ rule: ruleFor(visit, end), text: `${about}: ${describeVisit(visit)}` })
      }
    }
    for (const order of story.history.orders) {
      if (order.type !== 'list' || order.span.begin.at <= end.acknowledgedAt!) continue
      if (order.handles?.includes(handle)) {
        findings.push({
          rule: 'all sessions of a user end',
          text: `${about} is listed at ${order.span.begin.at}`,
        })
      }
    }
  }
  return [...findings, ...checkRefusals(story)]
}

/** A session that lives is in the list of its user. */
function checkLists(story: Story, handle: string): Finding[] {
  const lasting = story
    .loginsTo(handle)
    .filter(({ outcome, brief }) => outcome === 'written' && !brief)
  if (lasting.length === 0) return []
  return story.history.orders
    .filter((order) => order.type === 'list')
    .filter(({ ok }) => ok === true)
    .filter(({ userId, handles, span }) => {
      const isKnown = lasting.some(
        (login) => login.userId === userId && login.saving!.end!.at < span.begin.at,
      )
      const until = span.end!.at
      const mayHaveEnded =
        story.endings(handle).some(({ begin }) => begin <= until) ||
        mayBeRevoked(story, handle, until) ||
        mayBeReplaced(story, handle, { until }) ||
        mayEndWithOther(story, handle, until) ||
        story.history.losses.some((lost) => lost.span.begin.at <= until)
      return isKnown && !mayHaveEnded && !handles!.includes(handle)
    })
    .map(({ id }) => ({
      rule: 'all sessions of a user end',
      text: `${handle.slice(0, 6)}… is not in the list ${id}`,
    }))
}

function wasThere(visit: Visit, handle: string, { acknowledgedAt }: Ending): boolean {
  const { cookie, issued, seen, reading, saving } = visit
  const isOfIt = cookie !== null && handleOf(cookie) === handle
  if (isOfIt && seen !== undefined && reading.begin.at > acknowledgedAt!) return true
  const wentThere = issued === undefined ? isOfIt : handleOf(issued) === handle
  return wentThere && hasWritten(visit) && saving!.begin.at > acknowledgedAt!
}

function firstAcknowledged(ends: Ending[]): Ending | undefined {
  return ends
    .filter(({ acknowledgedAt }) => acknowledgedAt !== undefined)
    .toSorted((a, b) => a.acknowledgedAt! - b.acknowledgedAt!)[0]
}

function ruleFor({ kind }: Visit, { by }: Ending): Rule {
  if (by.type === 'revokeAll') return 'all sessions of a user end'
  return kind === 'look' ? 'a use revives nothing' : 'an end is final'
}

/** Those that came after a login to this session was called, and so had to end it. */
function endsByRevokeAll(story: Story, handle: string): Ending[] {
  const logins = story.loginsTo(handle)
  if (logins.length === 0) return []
  return revocations(story).flatMap((by) => {
    const end = by.span.end?.at
    const { skew, tolerance } = story.history.rules
    // What the clocks differ beyond the tolerance may make a login look like a later one.
    const margin = Math.max(0, skew - tolerance)
    const ended = logins.filter(
      (login) => isFor(by, login, handle) && login.loginAt! < by.span.begin.clock - margin,
    )
    // That login was told to stand: by a later order that made an exception for it.
    const isExcused = revocations(story).some(({ except }) => except === handle)
    if (by.ok !== true || isExcused) return []
    const begin = by.span.begin.at
    return ended
      .filter(({ outcome }) => outcome === 'written')
      .map(({ saving }) => ({ by, begin, acknowledgedAt: Math.max(end!, saving!.end!.at) }))
  })
}

function endsBySuccessors(story: Story, handle: string): Ending[] {
  return story
    .visitsOf(handle)
    .filter(({ cookie }) => cookie !== null && handleOf(cookie) === handle)
    .filter((visit) => replaces(story, visit))
    .map((by) => ({
      by,
      begin: by.saving!.begin.at,
      acknowledgedAt: by.saving!.end!.at,
    }))
}

/** Whether an order may have ended this session, for somebody who looked for it until then. */
export function mayBeRevoked(story: Story, handle: string, until: number): boolean {
  return revocations(story).some(
    (by) =>
      by.span.begin.at <= until &&
      story.loginsTo(handle).some((login) => isFor(by, login, handle) && mayHaveWritten(login)),
  )
}

function revocations({ history }: Story): RevokeAll[] {
  return history.orders.filter((order) => order.type === 'revokeAll')
}

function isFor({ userId, except }: RevokeAll, login: Visit, handle: string): boolean {
  return login.userId === userId && except !== handle
}

/**
 * No login is refused but for a revocation that came after it was called, or because the session that had taken the
 * place of its visitor's was ended.
 */
function checkRefusals(story: Story): Finding[] {
  const { skew, tolerance } = story.history.rules
  return story.history.visits
    .filter(({ kind, outcome }) => kind === 'login' && outcome === 'revoked')
    .filter(
      (login) =>
        !revocations(story).some(
          (by) =>
            by.userId === login.userId &&
            by.span.begin.at <= login.saving!.end!.at &&
            (by.span.end === undefined ||
              by.span.end.clock + skew + tolerance >= login.reading.end!.clock),
        ),
    )
    .filter((login) => !mayHaveLostSuccessor(story, login) && !isBesideEnd(story, login))
    .map((login) => ({
      rule: 'all sessions of a user end',
      text: `refused for nothing: ${describeVisit(login)}`,
    }))
}

function mayHaveLostSuccessor(story: Story, login: Visit): boolean {
  const { cookie, issued, saving, seen, isApart } = login
  if (cookie === null || (seen !== undefined && !isApart)) return false
  const root = story.rootOf(handleOf(cookie))
  const until = saving!.end!.at
  const lost = story.history.losses.some(({ span }) => span.begin.at <= until)
  const others = new Set([cookie, issued!].map(handleOf))
  const successors = story.handles.filter(
    (handle) => !others.has(handle) && story.rootOf(handle) === root,
  )
  return successors.some(
    (handle) =>
      lost ||
      story.visitsOf(handle).some(({ brief }) => brief) ||
      story.endings(handle).some(({ begin }) => begin <= until) ||
      mayBeRevoked(story, handle, until) ||
      mayEndWithOther(story, handle, until),
  )
}

/**
 * Whether a session that belongs with the login's id was ended while the login ran. A logout ends what took a session's
 * place first, so a login that saw nothing may find the way to a session that is over.
 */
function isBesideEnd(story: Story, { cookie, seen, reading, saving }: Visit): boolean {
  if (cookie === null || seen !== undefined) return false
  const root = story.rootOf(handleOf(cookie))
  const related = story.handles.filter((handle) => story.rootOf(handle) === root)
  return [handleOf(cookie), ...related].some((handle) =>
    story
      .endings(handle)
      .some(
        ({ by, begin, acknowledgedAt = Infinity }) =>
          !(by.type === 'visit' && by.kind === 'login') &&
          begin <= saving!.end!.at &&
          acknowledgedAt >= reading.begin.at,
      ),
  )
}

function describe(by: Visit | Order): string {
  return by.type === 'visit' ? describeVisit(by) : `${by.type} ${by.id}`
}
