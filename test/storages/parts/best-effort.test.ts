import { describe, it } from 'node:test'
import { fromExpressStore } from 'coatcheck/compat/express-store'
import {
  applies,
  fakeClock,
  runCase,
  storageCases,
  storageFixture,
  storeCases,
  traitsOf,
  type StoreFixture,
} from 'coatcheck/testing'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import session from 'express-session'
import { createStorage } from 'unstorage'

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

for (const [name, fixture] of Object.entries(fixtures)) {
  const traits = traitsOf(fixture().store)
  describe(`${name} as a store`, () => {
    for (const one of storeCases.filter((each) => applies(each, traits))) {
      it(one.name, () => runCase(one, fixture))
    }
  })
  // No other process comes in between here, and so what compares and swaps is kept as well.
  const alone = new Set([...traits, 'atomic' as const])
  describe(`${name} as a store, in one process`, () => {
    for (const one of storeCases.filter((each) => applies(each, alone))) {
      if (!applies(one, traits)) it(one.name, () => runCase(one, fixture))
    }
  })
  describe(`${name} as a storage, in one process`, () => {
    for (const one of storageCases.filter((each) => applies(each, alone))) {
      it(one.name, () => runCase(one, () => storageFixture(fixture())))
    }
  })
}
