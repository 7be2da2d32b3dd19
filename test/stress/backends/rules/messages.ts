import type { Visit } from '../history.ts'
import type { Story } from '../story.ts'
import { describeVisit, type Finding } from './finding.ts'
import { hasBegunBefore, isAcknowledgedBefore, type Trace } from './trace.ts'

/** When each flash message may first have been used up, or replaced by the next one of its lane. */
export function earliestEnds({ history }: Story): Map<string, number> {
  const ends = new Map<string, number>()
  const lastOfLane = new Map<string, string>()
  const end = (id: string, at: number) => ends.set(id, Math.min(at, ends.get(id) ?? Infinity))
  const saved = history.visits.filter(({ saving }) => saving !== undefined)
  for (const { id, kind, lane, seen, saving } of saved.toSorted(bySaving)) {
    for (const message of seen?.flash ?? []) end(message, saving!.begin.at)
    if (kind !== 'flash') continue
    const before = lastOfLane.get(lane)
    if (before !== undefined) end(before, saving!.begin.at)
    lastOfLane.set(lane, id)
  }
  return ends
}

function bySaving(a: Visit, b: Visit): number {
  return a.saving!.begin.at - b.saving!.begin.at
}

/** A message is seen until a visit that has seen it was saved, and not after that. */
export function checkMessages(
  reader: Visit,
  visible: Trace[],
  ends: ReadonlyMap<string, number>,
): Finding[] {
  const findings: Finding[] = []
  const { flash } = reader.seen!
  const messages = visible.filter(({ visit }) => visit.kind === 'flash')
  for (const id of flash) {
    const message = messages.find(({ visit }) => visit.id === id)
    if (message === undefined || !hasBegunBefore(message, reader)) {
      const text = `message ${id} must not be seen by ${describeVisit(reader)}`
      findings.push({ rule: 'ids stay apart', text })
    }
    const user = visible.find(
      (trace) => trace.visit.seen?.flash.includes(id) && isAcknowledgedBefore(trace, reader),
    )
    if (user !== undefined) {
      const text = `message ${id}, used up by ${describeVisit(user.visit)}, is seen by ${describeVisit(reader)}`
      findings.push({ rule: 'changes are kept', text })
    }
  }
  for (const message of messages) {
    const { id } = message.visit
    if (flash.includes(id) || !isAcknowledgedBefore(message, reader)) continue
    if ((ends.get(id) ?? Infinity) > reader.reading.end!.at) {
      findings.push({
        rule: 'changes are kept',
        text: `message ${id} is lost for ${describeVisit(reader)}`,
      })
    }
  }
  return findings
}
