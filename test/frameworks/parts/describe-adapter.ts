import { describe, it } from 'node:test'
import { type AdapterFixture, adapterCases } from 'coatcheck/testing'

/** A test for each rule of adapters. */
export function describeAdapter(
  name: string,
  fixture: AdapterFixture,
  { hasSeveralSessions = true } = {},
): void {
  describe(`the adapter for ${name}`, () => {
    for (const { name: rule, needs, run } of adapterCases) {
      if (needs === undefined || hasSeveralSessions) it(rule, () => run(fixture))
    }
  })
}
