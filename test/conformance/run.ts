import { describe, it } from 'node:test'
import type { StoreFixture } from 'coatcheck/testing'
import { type BoundCase, casesOfStore, casesOnStore, traitsOfFixture } from './cases.ts'

/** A test for each case. */
export function itPasses(cases: readonly BoundCase[]): void {
  for (const { name, run } of cases) it(name, () => run())
}

/** All that a store promises, and the storage that it becomes: two suites of these names. */
export async function describeStore(
  [store, storage]: readonly [string, string],
  open: () => StoreFixture | Promise<StoreFixture>,
): Promise<void> {
  const traits = await traitsOfFixture(open)
  describe(store, () => itPasses(casesOfStore(traits, open)))
  describe(storage, () => itPasses(casesOnStore(traits, open)))
}
