import { after, describe, it } from 'node:test'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
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
import { startMemcached } from '../services/index.ts'

const memcached = await startMemcached()
const { hosts } = memcached
let prefixes = 0

function fixture(): StoreFixture {
  const clock = fakeClock()
  const prefix = `${process.pid}-${++prefixes}:`
  const store = createMemcacheStore({ hosts }, { prefix, now: () => clock.now() })
  return { store, clock, close: () => store.close() }
}

const probe = fixture()
const traits = traitsOf(probe.store)
after(async () => {
  await probe.close?.()
  await memcached.stop()
})

describe('memcache store', () => {
  for (const one of storeCases.filter((each) => applies(each, traits))) {
    it(one.name, () => runCase(one, fixture))
  }
})

describe('memcache storage', () => {
  for (const one of storageCases.filter((each) => applies(each, traits))) {
    it(one.name, () => runCase(one, () => storageFixture(fixture())))
  }
})
