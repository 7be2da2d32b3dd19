import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { Crew } from './crew.ts'
import { checkHistory, type Rule } from './rules/index.ts'
import type { Sabotage } from './sabotage.ts'

/** The rules that must notice each of them. */
const sabotages: Record<Sabotage, Rule[]> = {
  'writes blindly': ['changes are kept', 'an end is final', 'ids stay apart', 'linearizable'],
  'writes what has gone': ['an end is final', 'a use revives nothing', 'linearizable'],
  // What ends a session empties its record first, so a late deletion brings nothing back.
  'deletes late': ['linearizable'],
  'reads what was': ['changes are kept', 'linearizable'],
  forgets: ['nothing ends without a reason', 'linearizable'],
  'lists too little': ['all sessions of a user end'],
}

describe('the rules notice four processes on a store that', () => {
  let crew: Crew
  before(async () => {
    crew = await Crew.start(4)
  })
  after(() => crew?.stop())

  for (const [sabotage, rules] of Object.entries(sabotages) as [Sabotage, Rule[]][]) {
    it(sabotage, async () => {
      const found = new Set<Rule>()
      for (const seed of [1, 2]) {
        const address = `fs:${temporaryFolder()}`
        const history = await crew.run({ address, seed, sabotage })
        for (const { rule } of checkHistory(history)) found.add(rule)
        if (rules.every((rule) => found.has(rule))) break
      }
      assert.deepEqual(
        rules.filter((rule) => !found.has(rule)),
        [],
      )
    })
  }
})
