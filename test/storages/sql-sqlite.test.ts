import { createSqlStore, createSessionTable } from 'coatcheck/sql-storage'
import { fakeClock, type StoreFixture } from 'coatcheck/testing'
import { kyselyOn, memoryDatabase } from './kysely-sqlite.ts'
import { describeStore } from '../conformance/run.ts'

async function fixture(): Promise<StoreFixture> {
  const clock = fakeClock()
  const kysely = kyselyOn(await memoryDatabase())
  await createSessionTable(kysely)
  await createSessionTable(kysely)
  const store = createSqlStore(kysely, { now: () => clock.now() })
  return { store, clock, close: () => kysely.destroy() }
}

await describeStore(['sql store on SQLite', 'sql storage on SQLite'], fixture)
