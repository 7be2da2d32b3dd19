import { after, describe } from 'node:test'
import { createSqlStore, createSessionTable } from 'coatcheck/sql-storage'
import { fakeClock, traitsOf, type StoreFixture } from 'coatcheck/testing'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { startMariadb, startPostgres } from '../services/index.ts'
import { casesOfStore, casesOnStore } from '../conformance/cases.ts'
import { itPasses } from '../conformance/run.ts'

const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()])
after(() => Promise.all([postgres.stop(), mariadb.stop()]))

const servers: Record<string, () => Kysely<Record<string, object>>> = {
  PostgreSQL: () =>
    new Kysely({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
    }),
  MariaDB: () => new Kysely({ dialect: new MysqlDialect({ pool: mysql.createPool(mariadb.url) }) }),
}

for (const [name, connect] of Object.entries(servers)) {
  const kysely = connect()
  let tables = 0

  async function fixture(): Promise<StoreFixture> {
    const clock = fakeClock()
    const table = `sessions_${process.pid}_${++tables}`
    await createSessionTable(kysely, { table })
    const store = createSqlStore(kysely, { table, now: () => clock.now() })
    return { store, clock, close: () => kysely.schema.dropTable(table).execute() }
  }

  describe(`sql store on ${name}`, () => {
    after(() => kysely.destroy())
    const traits = traitsOf(createSqlStore(kysely))
    itPasses(casesOfStore(traits, fixture))
    itPasses(casesOnStore(traits, fixture))
  })
}
