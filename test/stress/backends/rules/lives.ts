import { handleOf, type Span, type Visit } from '../history.ts'
import { lineageOf } from '../lineage.ts'
import { mayBeReplaced, mayEndWithOther } from '../successors.ts'
import { hasWritten, isApart, mayHaveWritten, type Story } from '../story.ts'
import { describeVisit, type Finding } from './finding.ts'
import { mayBeRevoked } from './endings.ts'

const changesId = new Set(['rotate', 'kill', 'login'])
/** After these the id that it came with was, or may have been, ended. */
const endsId = new Set(['written', 'rotated', 'revoked', 'unknown'])

/** Sessions and ids end when their time has come, and do not end before, for no reason. */
export function checkLives(story: Story): Finding[] {
  const findings: Finding[] = []
  for (const visit of story.history.visits) {
    const { cookie, seen, reading, saving, outcome } = visit
    if (cookie === null || reading.end === undefined || story.origin(cookie) === undefined) continue
    const here = reading as Required<Span>
    if (seen !== undefined && isOver(story, visit, here)) {
      findings.push({
        rule: 'what has expired is over',
        text: `its time was over: ${describeVisit(visit)}`,
      })
    }
    if (seen !== undefined && isGraceOver(story, visit)) {
      findings.push({
        rule: 'a grace is kept',
        text: `its grace was over: ${describeVisit(visit)}`,
      })
    }
    const isLate = seen !== undefined && hasWritten(visit) && isOver(story, visit, saving!)
    if (isLate) {
      const text = `saved too late: ${describeVisit(visit)}`
      findings.push({ rule: 'what has expired is over', text })
    }

    const isMissing = seen === undefined && outcome !== 'failed'
    // A kill by an id that is old already ends that, and is told so.
    const isOut = outcome === 'rotated' && seen !== undefined && visit.kind !== 'kill'
    const isLost = outcome === 'gone' || isOut
    const until = isMissing ? reading.end.at : isLost ? saving!.end!.at : undefined
    if (until === undefined) continue
    const span = { begin: reading.begin, end: isMissing ? reading.end : saving!.end! }
    if (!mayBeGone(story, visit, span)) {
      const isOld = story.visitsWith(cookie).some(({ kind }) => kind === 'rotate')
      const rule = isOld ? 'a grace is kept' : 'nothing ends without a reason'
      findings.push({ rule, text: `nothing had ended it: ${describeVisit(visit)}` })
    }
  }
  return findings
}

/** Whether the session must have expired, whoever may have used it last. */
function isOver(story: Story, visit: Visit, { begin, end }: Span): boolean {
  const handle = handleOf(visit.cookie!)
  const { idle, absolute, skew } = story.history.rules
  const others = story.visitsOf(handle).filter((other) => other !== visit && mayHaveWritten(other))
  if (!others.some(({ brief }) => brief)) return false
  const before = others.filter(({ saving }) => saving!.begin.at <= (end?.at ?? Infinity))
  const latest = (visits: Visit[]) =>
    Math.max(...visits.map(({ saving }) => saving!.end?.clock ?? Infinity))
  const starts = before.filter(({ kind, seen }) => kind === 'login' || seen === undefined)
  const last = Math.min(latest(before) + idle, latest(starts) + absolute)
  return begin.clock >= last + skew + 1
}

/** Whether the id was changed longer ago than the old one is good for. */
function isGraceOver(story: Story, visit: Visit): boolean {
  const { grace, skew } = story.history.rules
  return story
    .visitsWith(visit.cookie!)
    .some(
      ({ kind, outcome, issued, saving }) =>
        kind === 'rotate' &&
        outcome === 'written' &&
        issued !== undefined &&
        visit.reading.begin.clock >= saving!.end!.clock + grace + skew + 1,
    )
}

/** Whether there is a reason why this id may have found nothing in this span. */
function mayBeGone(story: Story, visit: Visit, span: Required<Span>): boolean {
  const { cookie } = visit
  const handle = handleOf(cookie!)
  const { begin, end } = span
  const hasBegun = (other: Visit) =>
    other !== visit && other.saving !== undefined && other.saving.begin.at <= end.at
  if (story.origin(cookie!)!.visit.outcome !== 'written') return true
  if (story.history.losses.some(({ span: lost }) => lost.begin.at <= end.at)) return true
  const isEnded = story.endings(handle).some(({ by, begin: at }) => by !== visit && at <= end.at)
  if (isEnded || mayBeRevoked(story, handle, end.at)) return true
  if (mayBeReplaced(story, handle, { until: end.at, except: visit })) return true
  if (mayEndWithOther(story, handle, end.at)) return true

  const { grace, idle, absolute, skew } = story.history.rules
  for (const other of story.visitsWith(cookie!)) {
    if (!hasBegun(other) || other.seen === undefined) continue
    const { kind, outcome, saving } = other
    if ((kind === 'kill' || kind === 'login') && endsId.has(outcome)) return true
    const isChange = kind === 'rotate' && mayHaveWritten(other)
    if (isChange && end.clock + skew >= saving!.begin.clock + grace) return true
  }
  const hasLaterChange = story
    .visitsOf(handle)
    .some(
      (other) =>
        hasBegun(other) &&
        changesId.has(other.kind) &&
        mayHaveWritten(other) &&
        other.cookie !== cookie &&
        lineageOf(story, other.cookie!).some((ancestor) => ancestor.cookie === cookie),
    )
  if (hasLaterChange) return true

  const known = story
    .visitsOf(handle)
    .filter((other) => hasWritten(other) && other.saving!.end!.at <= begin.at)
    // One that began a session of its own has not used this one.
    .filter((other) => !isApart(other) || handleOf(other.issued!) === handle)
  if (!known.some(({ brief }) => brief)) return false
  const latest = (visits: Visit[]) => Math.max(...visits.map(({ saving }) => saving!.begin.clock))
  const starts = known.filter(({ kind, seen }) => kind === 'login' || seen === undefined)
  return end.clock + skew >= Math.min(latest(known) + idle, latest(starts) + absolute)
}
