import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AdapterFixture, adapterCases } from 'coatcheck/testing'
import { behaviours, provenCells, rows } from './behaviours.ts'

/** A test for each rule of adapters. */
export function describeAdapter(
  name: string,
  fixture: AdapterFixture,
  { hasSeveralSessions = true, isInTable = true, givesUp = false } = {},
): void {
  describe(`the adapter for ${name}`, () => {
    const ran = new Set<string>()
    for (const { name: rule, needs, run } of adapterCases) {
      if (needs !== undefined && !hasSeveralSessions) continue
      // Whether the handler ends before that is a matter of chance.
      if (givesUp && behaviours['aborted']!.includes(rule)) continue
      ran.add(rule)
      it(rule, () => run(fixture))
    }
    if (!isInTable) return
    it('has a row in docs/behaviours.md that says so', () => {
      assert.deepEqual(rows.get(name)?.cells, provenCells(name, ran))
    })
  })
}
