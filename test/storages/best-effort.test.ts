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
  describe(`${name} as a storage`, () => {
    for (const one of storageCases.filter((each) => applies(each, traits))) {
      it(one.name, () => runCase(one, () => storageFixture(fixture())))
    }
  })
}
