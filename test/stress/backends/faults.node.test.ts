import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Crew } from './crew.ts'
import { faults } from './faults.ts'
import { checkHistory } from './rules/index.ts'
import { forgetfulRedis, isMissing, startTargets, targets } from './targets.ts'

const all = [...targets, forgetfulRedis]
/** See races.node.test.ts. */
const seed = Number(process.env['RACES_SEED'] ?? 1)

let crew: Crew
before(async () => {
  crew = await Crew.start(4)
})
after(() => crew?.stop())
const startedTarget = startTargets(all)

for (const target of all) {
  describe(
    `four processes on ${target.name} keep P1, P2, P4 and P5 while`,
    { skip: isMissing(target) },
    () => {
      for (const [name, fault] of Object.entries(faults[target.name]!)) {
        it(name, async () => {
          const { address, service } = await startedTarget(target)
          const history = await crew.run({
            address,
            seed,
            ...target.pace,
            timeout: 0.4,
            longestPause: 6,
            async meanwhile(running) {
              await sleep(150)
              await fault({ ...running, address, service })
            },
          })
          assert.deepEqual(checkHistory(history), [])
          const done = history.visits.filter(({ outcome }) => outcome === 'written')
          assert.ok(done.length > 50, 'too little was done')
          const destroyed = history.visits.filter(({ outcome }) => outcome === 'ended')
          const revoked = history.orders.filter(({ type, ok }) => type.startsWith('revoke') && ok)
          assert.ok(destroyed.length + revoked.length > 0, 'nothing was ended')
        })
      }
    },
  )
}
