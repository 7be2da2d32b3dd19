import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { play } from './trial.ts'
import { scenarios } from './scenarios.ts'
import type { StageOptions } from './stage.ts'

/*
 * COATCHECK_TRIALS=400      that many trials of each scenario and variant
 * COATCHECK_SEED=17         only this trial, and what happened in it
 */
const trials = Number(process.env.COATCHECK_TRIALS ?? 10)
const { COATCHECK_SEED: onlySeed } = process.env
const seeds =
  onlySeed === undefined ? Array.from({ length: trials }, (_, i) => String(i)) : [onlySeed]

const variants: Record<string, Omit<StageOptions, 'seed'>> = {
  'short delays': { patience: 'short', maxAge: undefined },
  'short delays, maxAge': { patience: 'short', maxAge: 2_592_000 },
  'delays past every grace': { patience: 'long', maxAge: undefined },
  'delays past every grace, maxAge': { patience: 'long', maxAge: 2_592_000 },
}

for (const [title, scenario] of Object.entries(scenarios)) {
  describe(`a browser with ${title}`, () => {
    for (const [name, variant] of Object.entries(variants)) {
      it(name, async () => {
        const failures: string[] = []
        for (const seed of seeds) {
          const { wrong, trace } = await play(scenario, { seed, ...variant })
          if (wrong.length === 0) continue
          const isTold = failures.length === 0
          failures.push(
            [`seed ${seed}: ${wrong.join('; ')}`, ...(isTold ? trace : [])].join('\n  '),
          )
        }
        assert.equal(
          failures.length,
          0,
          `${failures.length} of ${seeds.length}\n${failures.join('\n')}`,
        )
      })
    }
  })
}
