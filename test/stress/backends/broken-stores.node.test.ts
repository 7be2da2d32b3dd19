import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { Crew } from './crew.ts'
import { checkHistory } from './rules/index.ts'
import type { Sabotage } from './sabotage.ts'

/** The rules that must notice each of them. */
const sabotages: Record<Sabotage, string[]> = {
  'writes blindly': ['R-01', 'R-02', 'R-04', 'linearizable'],
  'writes what has gone': ['R-02', 'linearizable'],
  'deletes late': ['R-02', 'R-03', 'R-06', 'linearizable'],
  'reads what was': ['R-01', 'linearizable'],
  forgets: ['R-10', 'linearizable'],
}

describe('the rules notice four processes on a store that', () => {
  let crew: Crew
  before(async () => {
    crew = await Crew.start(4)
  })
  after(() => crew?.stop())

  for (const [sabotage, rules] of Object.entries(sabotages) as [Sabotage, string[]][]) {
    it(sabotage, async () => {
      const found = new Set<string>()
      for (const seed of [1, 2]) {
        const address = `fs:${temporaryFolder()}`
        const history = await crew.run({ address, seed, sabotage })
        for (const { rule } of checkHistory(history)) found.add(rule)
      }
      assert.deepEqual(
        rules.filter((rule) => !found.has(rule)),
        [],
      )
    })
  }
})
