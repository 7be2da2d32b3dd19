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
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

async function fixture(): Promise<StoreFixture> {
  const clock = fakeClock()
  const database = new Database(':memory:')
  const kysely = new Kysely<never>({ dialect: new SqliteDialect({ database }) })
  await createSessionTable(kysely)
  await createSessionTable(kysely)
  const store = createSqlStore(kysely, { now: () => clock.now() })
  return { store, clock, close: () => kysely.destroy() }
}

describe('sql store on SQLite', async () => {
  const probe = await fixture()
  const traits = traitsOf(probe.store)
  await probe.close?.()
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
