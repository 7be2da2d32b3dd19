import { describe, it } from 'node:test'
import { createSqlStore, createSessionTable } from 'coatcheck/sql-storage'
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
import { kyselyOn, memoryDatabase } from './kysely-sqlite.ts'

async function fixture(): Promise<StoreFixture> {
  const clock = fakeClock()
  const kysely = kyselyOn(await memoryDatabase())
  await createSessionTable(kysely)
  await createSessionTable(kysely)
  const store = createSqlStore(kysely, { now: () => clock.now() })
  return { store, clock, close: () => kysely.destroy() }
}

const probe = await fixture()
const traits = traitsOf(probe.store)
await probe.close?.()

describe('sql store on SQLite', () => {
  for (const one of storeCases.filter((each) => applies(each, traits))) {
    it(one.name, async () => {
      const made = await fixture()
      await runCase(one, () => made)
    })
  }
  for (const one of storageCases.filter((each) => applies(each, traits))) {
    it(one.name, async () => {
      const made = storageFixture(await fixture())
      await runCase(one, () => made)
    })
  }
})
