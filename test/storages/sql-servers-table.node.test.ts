/* The table and its sweep on real servers: which indexes there are, and which statements use them. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import {
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql,
  type CompiledQuery,
  type Dialect,
} from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { startMariadb, startPostgres } from '../services/index.ts'
import { eventually, pauseOfInnodb } from '../services/talk.ts'

const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()])
const queries: CompiledQuery[] = []
const open = (dialect: Dialect) =>
  new Kysely<Record<string, object>>({ dialect, log: ({ query }) => void queries.push(query) })

const inPostgres = open(
  new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
)
const inMariadb = open(new MysqlDialect({ pool: mysql.createPool(mariadb.url) }))
after(async () => {
  await Promise.all([inPostgres.destroy(), inMariadb.destroy()])
  await Promise.all([postgres.stop(), mariadb.stop()])
})

/** Of each: rows for a table, its indexes, and who waits for a lock that another one has. */
const servers: Record<string, [Kysely<Record<string, object>>, string, string, string]> = {
  PostgreSQL: [
    inPostgres,
    `SELECT i::text, 'x', 'v', NULL, i * 1000 FROM generate_series(1, 20000) i`,
    `SELECT indexdef AS text FROM pg_indexes WHERE tablename = `,
    `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
  ],
  MariaDB: [
    inMariadb,
    `SELECT seq, 'x', 'v', NULL, seq * 1000 FROM seq_1_to_20000`,
    `SELECT column_name AS text FROM information_schema.statistics WHERE table_name = `,
    `SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`,
  ],
}

for (const [name, [kysely, rows, indexes, waiting]] of Object.entries(servers)) {
  describe(`the table of sql storage on ${name}`, () => {
    const run = async (text: string) => (await sql.raw(text).execute(kysely)).rows as never[]
    const indexesOf = async (table: string) =>
      (await run(`${indexes}'${table}'`)).map(({ text }) => text).join()

    it('is made with its indexes, twice if need be, also where a table is called like one', async () => {
      for (const column of ['owner', 'expires_at']) await run(`CREATE TABLE x_${column} (a int)`)
      await createSessionTable(kysely, { table: 'x' })
      await createSessionTable(kysely, { table: 'x' })
      assert.match(await indexesOf('x'), /\bid\b/)
      assert.match(await indexesOf('x'), /\bowner\b/)
      assert.match(await indexesOf('x'), /\bexpires_at\b/)
    })

    it('is swept in batches, which find their rows by the index', async () => {
      await createSessionTable(kysely)
      const store = createSqlStore(kysely, { now: () => 17_500_000.5 })
      queries.length = 0
      assert.equal(await store.deleteExpired(), 0)
      const { sql: text, parameters } = queries.at(-1)!
      assert.ok(parameters.length <= 4)
      const value = (index: number) => String(parameters[index])
      let next = 0
      const query = text.replace(/\$(\d)|\?/g, (_, n) => value(n ? n - 1 : next++))

      await run(`INSERT INTO sessions (id, value, version, owner, expires_at) ${rows}`)
      await run(name === 'MariaDB' ? 'ANALYZE TABLE sessions' : 'ANALYZE sessions')
      const explained = JSON.stringify(await run(`EXPLAIN ${query}`))
      assert.match(explained, /expires_at/)
      assert.doesNotMatch(explained, /Seq Scan|"type":"ALL"/)

      queries.length = 0
      assert.equal(await store.deleteExpired(), 17_500)
      assert.equal(queries.filter((query) => query.sql.startsWith('delete')).length, 19)
      assert.equal((await run('SELECT id FROM sessions')).length, 2500)
    })

    it('keeps a record that is made anew while a sweep waits for it', async () => {
      const table = 'anew'
      await createSessionTable(kysely, { table })
      const store = createSqlStore(kysely, { table, now: () => 1000 })
      const later = createSqlStore(kysely, { table, now: () => 3000, timeout: 10 })
      const options = { replaces: null, expiresAt: 2000 }
      for (const key of ['a', 'b']) await store.write(key, 'old', options)
      let sweeping: Promise<number> | undefined
      await kysely.transaction().execute(async (app) => {
        const anew = `UPDATE ${table} SET value = '=new', expires_at = 9000 WHERE id = 'a'`
        await sql.raw(anew).execute(app)
        sweeping = later.deleteExpired()
        await eventually(async () => (await run(waiting)).length > 0, pauseOfInnodb)
      })
      assert.equal(await sweeping, 1)
      assert.equal((await later.read('a'))?.value, 'new')
    })

    it('takes clocks with fractions', async () => {
      const table = 'fractions'
      await createSessionTable(kysely, { table })
      const store = createSqlStore(kysely, { table, now: () => 1000.5 })
      const options = { replaces: null, expiresAt: 2000.5, owner: 'ada' }
      assert.ok(await store.write('a', 'text', options))
      assert.equal((await store.read('a'))?.value, 'text')
      const late = createSqlStore(kysely, { table, now: () => 2000.2 })
      assert.equal((await late.read('a'))?.value, 'text')
      assert.equal(await late.deleteExpired(), 0)
      assert.deepEqual(await late.keysOf('ada'), ['a'])
      assert.equal(await createSqlStore(kysely, { table, now: () => 2001.9 }).deleteExpired(), 1)
    })
  })
}

it('makes table and indexes on MySQL in one statement, with nothing half-made', async () => {
  queries.length = 0
  await createSessionTable(inMariadb, { table: 'whole' })
  const making = queries.filter((query) => /create/i.test(query.sql))
  assert.equal(making.length, 1)
})
