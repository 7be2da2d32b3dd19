import type { History, StoreOperation } from '../history.ts'
import { checkLinearizability } from '../linearizability.ts'
import { recordModel, type RecordOperation } from '../record-model.ts'
import { Story } from '../story.ts'
import { checkChanges } from './changes.ts'
import { checkEndings } from './endings.ts'
import type { Finding } from './finding.ts'
import { checkIds } from './ids.ts'
import { checkLives } from './lives.ts'

export type { Finding, Rule } from './finding.ts'

/** All that the history shows and should not. */
export function checkHistory(history: History): Finding[] {
  const story = new Story(history)
  return [
    ...checkChanges(story),
    ...checkEndings(story),
    ...checkIds(story),
    ...checkLives(story),
    ...checkRecords(history),
  ]
}

/** Whether the store did with each key what one at a time could have done with it. */
export function checkRecords({ operations, losses, rules }: History): Finding[] {
  const keys = new Map<string, StoreOperation[]>()
  for (const operation of operations) {
    const ofKey = keys.get(operation.key)
    if (ofKey === undefined) keys.set(operation.key, [operation])
    else ofKey.push(operation)
  }
  const model = recordModel(rules.skew + 1)
  return [...keys].flatMap(([key, ofKey]) => {
    const lost = losses.map(({ span }): RecordOperation => ({
      begin: span.begin.at,
      end: span.end.at,
      action: { type: 'lose' },
      clock: [span.begin.clock, span.end.clock],
    }))
    const verdict = checkLinearizability([...ofKey.flatMap(operationOf), ...lost], model)
    if (verdict.isLinearizable) return []
    const { stuck, after } = verdict
    const last = after
      .slice(-3)
      .map(({ action }) => JSON.stringify(action))
      .join(', ')
    const text = `${key.slice(0, 6)}…: ${JSON.stringify(stuck)} cannot be, after ${last}`
    return [{ rule: 'linearizable', text }]
  })
}

function operationOf({ action, ok, span: { begin, end } }: StoreOperation): RecordOperation[] {
  // A read that failed tells nothing.
  if (ok !== true && action.type === 'read') return []
  const isKnown = ok === true && end !== undefined
  return [
    {
      action,
      begin: begin.at,
      end: isKnown ? end.at : Infinity,
      clock: [begin.clock, isKnown ? end.clock : Infinity],
    },
  ]
}
