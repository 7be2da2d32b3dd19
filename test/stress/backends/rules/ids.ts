import { handleOf, type Visit } from '../history.ts'
import { lineageOf } from '../lineage.ts'
import { hasWritten, isApart, type Story } from '../story.ts'
import { mayBeReplaced } from '../successors.ts'
import { describeVisit, type Finding } from './finding.ts'

/** Which ids there are, and what they are good for. */
export function checkIds(story: Story): Finding[] {
  return [
    ...story.cookies.flatMap((cookie) => [
      ...checkEnd(story, cookie),
      ...checkHeirs(story, cookie),
      ...checkUser(story, cookie),
      ...checkRefused(story, cookie),
    ]),
    ...checkBeginnings(story),
  ]
}

/** An id that was ended reads nothing, and writes nothing. */
function checkEnd(story: Story, cookie: string): Finding[] {
  const ends = story.visitsWith(cookie).flatMap((visit) => endOf(story, visit) ?? [])
  // The id after the next one, too.
  for (const heir of heirsOf(story, cookie)) {
    ends.push(...heirsOf(story, heir.issued!).map(({ saving }) => saving!.end!.at))
  }
  const end = Math.min(...ends)
  return story
    .visitsWith(cookie)
    .filter(
      (visit) =>
        (visit.seen !== undefined && visit.reading.begin.at > end) ||
        // A login that finds its id ended begins a session of its own.
        (visit.seen !== undefined &&
          hasWritten(visit) &&
          !isApart(visit) &&
          visit.saving!.begin.at > end),
    )
    .map((visit) => ({
      rule: 'ids stay apart',
      text: `its id was ended at ${end}: ${describeVisit(visit)}`,
    }))
}

function endOf(story: Story, visit: Visit): number | undefined {
  const { kind, outcome, seen, saving } = visit
  if (seen === undefined) return undefined
  const isKill = (kind === 'login' || kind === 'kill') && outcome === 'written'
  const isOut = outcome === 'rotated' && story.history.rules.skew === 0
  return isKill || isOut ? saving!.end!.at : undefined
}

/** Acknowledged changes of this id, within the session. */
function heirsOf(story: Story, cookie: string): Visit[] {
  return story
    .visitsWith(cookie)
    .filter(
      ({ outcome, issued, seen }) =>
        seen !== undefined &&
        outcome === 'written' &&
        issued !== undefined &&
        handleOf(issued) === handleOf(cookie),
    )
}

/** Of several that change an id at once, one does; and a login begins a session of its own only if it is beaten. */
function checkHeirs(story: Story, cookie: string): Finding[] {
  const heirs = heirsOf(story, cookie)
  const rule = 'one gets the new id'
  const findings: Finding[] = []
  if (heirs.length > 1) {
    const text = `one id was changed by ${heirs.map(describeVisit).join(' and by ')}`
    findings.push({ rule, text })
  }
  for (const login of story.visitsWith(cookie)) {
    const isAlone = login.seen !== undefined && login.outcome === 'written' && isApart(login)
    if (isAlone && !isBeaten(story, login)) {
      findings.push({ rule, text: `nobody else had changed its id: ${describeVisit(login)}` })
    }
  }
  return findings
}

/** Whether somebody else may have changed this visit's id, or ended it, before it was saved. */
function isBeaten(story: Story, login: Visit): boolean {
  const until = login.saving!.end!.at
  const handle = handleOf(login.cookie!)
  const isChanged = story
    .visitsWith(login.cookie!)
    .some(
      (other) =>
        other !== login &&
        ['rotate', 'kill', 'login'].includes(other.kind) &&
        other.seen !== undefined &&
        other.saving !== undefined &&
        other.saving.begin.at <= until,
    )
  return isChanged || mayBeReplaced(story, handle, { until, except: login })
}

/** An id that was asked for in vain is good for nothing. */
function checkRefused(story: Story, cookie: string): Finding[] {
  const { outcome } = story.origin(cookie)!.visit
  if (outcome === 'written' || outcome === 'unknown') return []
  return story
    .visitsWith(cookie)
    .filter(({ seen }) => seen !== undefined)
    .map((visit) => ({
      rule: 'one gets the new id',
      text: `was never given: ${describeVisit(visit)}`,
    }))
}

/** An id from before the login never learns who logged in. */
function checkUser(story: Story, cookie: string): Finding[] {
  const hasLogin = lineageOf(story, cookie).some(
    (ancestor) => story.origin(ancestor.cookie)?.visit.kind === 'login',
  )
  if (hasLogin) return []
  return story
    .visitsWith(cookie)
    .filter(({ seen }) => seen?.userId !== undefined)
    .map((visit) => ({ rule: 'ids stay apart', text: `knows a user: ${describeVisit(visit)}` }))
}

/** Each visitor who comes without a session gets one of their own, under an id that nobody sent. */
function checkBeginnings({ history }: Story): Finding[] {
  const findings: Finding[] = []
  const begun = history.visits.filter(
    ({ seen, issued }) => seen === undefined && issued !== undefined,
  )
  const handles = new Set<string>()
  for (const visit of begun) {
    const handle = handleOf(visit.issued!)
    const isSent = visit.cookie !== null && handleOf(visit.cookie) === handle
    if (handles.has(handle) || isSent) {
      findings.push({
        rule: 'each visitor has an own session',
        text: `not an id of its own: ${describeVisit(visit)}`,
      })
    }
    handles.add(handle)
  }
  return findings
}
