import { describe } from 'node:test'
import { fromExpressStore } from 'coatcheck/compat/express-store'
import { fakeClock, traitsOf, type StoreFixture } from 'coatcheck/testing'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import session from 'express-session'
import { createStorage } from 'unstorage'
import { casesOfStore, casesOnStore } from '../../conformance/cases.ts'
import { itPasses } from '../../conformance/run.ts'

const fixtures: Record<string, () => StoreFixture> = {
  unstorage() {
    const clock = fakeClock()
    return { store: createUnstorageStore(createStorage(), { now: () => clock.now() }), clock }
  },
  'express-session MemoryStore'() {
    const clock = fakeClock()
    const store = new session.MemoryStore()
    return { store: fromExpressStore(store, { now: () => clock.now() }), clock }
  },
}

for (const [name, open] of Object.entries(fixtures)) {
  const traits = traitsOf(open().store)
  const casesOf = casesOfStore(traits, open)
  // No other process comes in between here, and so what compares and swaps is kept as well.
  const alone = new Set([...traits, 'atomic' as const])
  const names = new Set(casesOf.map((one) => one.name))
  const more = casesOfStore(alone, open).filter((one) => !names.has(one.name))
  describe(`${name} as a store`, () => itPasses(casesOf))
  describe(`${name} as a store, in one process`, () => itPasses(more))
  describe(`${name} as a storage, in one process`, () => itPasses(casesOnStore(alone, open)))
}
