import type { Visit } from '../history.ts'
import { type Ancestor, lineageOf } from '../lineage.ts'
import type { Story } from '../story.ts'
import { describeVisit, type Finding } from './finding.ts'
import { checkMessages, earliestEnds } from './messages.ts'
import { hasBegunBefore, isAcknowledgedBefore, type Trace } from './trace.ts'

/** Kinds of visits that change no data, or data of which the log does not tell. */
const leavesNoTrace = new Set(['look', 'set', 'flash', 'destroy'])

/*
 * P1: what was acknowledged is there, once, for each id that may see it; and what was set under an id that came
 * later is not (P4). Every change has a name, so that it is known who sees whose.
 */
export function checkChanges(story: Story): Finding[] {
  const findings: Finding[] = []
  const traces = new Map<string, Trace[]>()
  for (const visit of story.history.visits) {
    if (visit.outcome === 'refused') {
      findings.push({ rule: 'changes are kept', text: `gave up: ${describeVisit(visit)}` })
    }
    for (const effect of story.effectsOf(visit)) {
      traces.set(effect.cookie, [...(traces.get(effect.cookie) ?? []), { visit, effect }])
    }
  }

  const ends = earliestEnds(story)
  const visibleTo = new Map<string, Trace[]>()
  function tracesFor(cookie: string): Trace[] {
    const known = visibleTo.get(cookie)
    if (known !== undefined) return known
    const all = lineageOf(story, cookie).flatMap((ancestor) =>
      (traces.get(ancestor.cookie) ?? []).flatMap((trace) => passedOn(trace, ancestor)),
    )
    visibleTo.set(cookie, all)
    return all
  }

  for (const visit of story.history.visits) {
    if (visit.seen === undefined) continue
    const visible = tracesFor(visit.cookie!)
    findings.push(...checkLog(visit, visible), ...checkOwn(visit, visible))
    findings.push(...checkMessages(visit, visible, ends))
  }
  return findings
}

function passedOn({ visit, effect }: Trace, { old, sureUntil, closedAt }: Ancestor): Trace[] {
  const isOld = effect.branch === 'old'
  const { begin, end } = visit.saving!
  if ((isOld && old === 'no') || begin.at > closedAt) return []
  const isSure = (!isOld || old === 'yes') && (end?.at ?? 0) < sureUntil
  return [{ visit, effect: { ...effect, isCertain: effect.isCertain && isSure } }]
}

function checkLog(reader: Visit, visible: Trace[]): Finding[] {
  const findings: Finding[] = []
  const { log } = reader.seen!
  const counted = visible.filter(({ visit }) => !leavesNoTrace.has(visit.kind))
  const possible = new Set(
    counted.filter((trace) => hasBegunBefore(trace, reader)).map(({ visit }) => visit.id),
  )
  for (const trace of counted) {
    if (isAcknowledgedBefore(trace, reader) && !log.includes(trace.visit.id)) {
      const text = `${describeVisit(trace.visit)} is lost for ${describeVisit(reader)}`
      findings.push({ rule: 'changes are kept', text })
    }
  }
  for (const [n, id] of log.entries()) {
    if (log.indexOf(id) !== n) {
      findings.push({
        rule: 'changes are kept',
        text: `${id} was done twice: ${describeVisit(reader)}`,
      })
    }
    if (!possible.has(id)) {
      const text = `${id} must not be seen by ${describeVisit(reader)}`
      findings.push({ rule: 'ids stay apart', text })
    }
  }
  return findings
}

/** Each lane sets a key of its own, one visit after the other. */
function checkOwn(reader: Visit, visible: Trace[]): Finding[] {
  const findings: Finding[] = []
  const sets = visible.filter(({ visit }) => visit.kind === 'set')
  for (const lane of new Set([
    ...sets.map(({ visit }) => visit.lane),
    ...Object.keys(reader.seen!.own),
  ])) {
    const ofLane = sets.filter(({ visit }) => visit.lane === lane)
    const seen = reader.seen!.own[lane]
    const last = ofLane
      .filter((trace) => isAcknowledgedBefore(trace, reader))
      .reduce((latest, { visit }) => Math.max(latest, visit.saving!.begin.at), -1)
    const found = ofLane.find(({ visit }) => visit.id === seen)
    if (seen === undefined && last === -1) continue
    if (
      found === undefined ||
      !hasBegunBefore(found, reader) ||
      found.visit.saving!.begin.at < last
    ) {
      const text = `the key of ${lane} is ${seen}, which is not what it set last: ${describeVisit(reader)}`
      findings.push({
        rule: seen === undefined || found !== undefined ? 'changes are kept' : 'ids stay apart',
        text,
      })
    }
  }
  return findings
}
