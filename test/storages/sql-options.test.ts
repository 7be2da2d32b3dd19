import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionTable, createSqlSessionStorage, createSqlStore } from 'coatcheck/sql-storage'
import {
  DummyDriver,
  Kysely,
  MssqlAdapter,
  MssqlIntrospector,
  MssqlQueryCompiler,
  ParseJSONResultsPlugin,
  type CompiledQuery,
} from 'kysely'
import { kyselyOn, memoryDatabase } from './kysely-sqlite.ts'

const isRefused = (message: RegExp) => ({ code: 'ERR_SESSION_CONFIG', message })

/** So many rows, of which each expires a millisecond later, from 2000 on. */
async function fill(kysely: Kysely<Record<string, object>>, count: number): Promise<void> {
  await createSessionTable(kysely)
  const store = createSqlStore(kysely, { now: () => 1000 })
  for (let n = 0; n < count; n++) {
    await store.write(`k${n}`, 'text', { replaces: null, expiresAt: 2000 + n })
  }
}

describe('a sql store', () => {
  it('is not made of a transaction: a logout would be undone with it', async () => {
    const kysely = kyselyOn(await memoryDatabase())
    await kysely.transaction().execute(async (transaction) => {
      await createSessionTable(transaction)
      assert.throws(() => createSqlStore(transaction), isRefused(/transaction/))
      assert.throws(() => createSqlSessionStorage(transaction), isRefused(/transaction/))
    })
    createSqlStore(kysely)
  })

  it('is not made for SQL Server', async () => {
    const kysely = new Kysely<Record<string, object>>({
      dialect: {
        createAdapter: () => new MssqlAdapter(),
        createDriver: () => new DummyDriver(),
        createQueryCompiler: () => new MssqlQueryCompiler(),
        createIntrospector: (db) => new MssqlIntrospector(db),
      },
    })
    assert.throws(() => createSqlStore(kysely), isRefused(/another database/))
    await assert.rejects(createSessionTable(kysely), isRefused(/another database/))
  })

  it('has no schema on SQLite, where an index could not be made in it', async () => {
    const kysely = kyselyOn(await memoryDatabase())
    for (const [db, table] of [
      [kysely, 'main.sessions'],
      [kysely.withSchema('main'), 'sessions'],
    ] as const) {
      assert.throws(() => createSqlStore(db, { table }), isRefused(/schema/))
      await assert.rejects(createSessionTable(db, { table }), isRefused(/schema/))
    }
  })

  it('has no table that is called as the new row of an upsert, which the database would take for it', async () => {
    const kysely = kyselyOn(await memoryDatabase())
    for (const table of ['excluded', 'Excluded', 'app.excluded']) {
      assert.throws(() => createSqlStore(kysely, { table }), isRefused(/not be "excluded"/))
      await assert.rejects(createSessionTable(kysely, { table }), isRefused(/not be "excluded"/))
    }
    for (const table of ['excluded_sessions', 'sessions_excluded', 'order', 'values', 'new']) {
      await createSessionTable(kysely, { table })
      let time = 1000
      const store = createSqlStore(kysely, { table, now: () => time })
      await store.write('k', 'old', { replaces: null, expiresAt: 2000 })
      time = 2001
      assert.ok(await store.write('k', 'new', { replaces: null, expiresAt: 3000 }))
      assert.equal((await store.read('k'))?.value, 'new')
    }
  })

  it('reads its records also where a plugin parses what looks like JSON', async () => {
    const plugins = [new ParseJSONResultsPlugin()]
    const kysely = kyselyOn(await memoryDatabase(), { plugins })
    await createSessionTable(kysely)
    const store = createSqlStore(kysely)
    const options = { replaces: null, expiresAt: Date.now() + 60_000 }
    for (const [n, text] of ['{"a":1}', '[1]', '1', '"a"', 'null', '{"ä":1}'].entries()) {
      await store.write(`k${n}`, text, options)
      assert.equal((await store.read(`k${n}`))?.value, text)
    }
  })

  it('sweeps in batches with few values each, and lets everything else go on meanwhile', async () => {
    const queries: CompiledQuery[] = []
    const log = ({ query }: { query: CompiledQuery }) => void queries.push(query)
    const kysely = kyselyOn(await memoryDatabase(), { log })
    await fill(kysely, 350)
    queries.length = 0
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    assert.equal(await createSqlStore(kysely, { now: () => 2299 }).deleteExpired(), 300)
    clearInterval(timer)
    assert.ok(ticks >= 2, `${ticks} ticks`)
    for (const { parameters } of queries) assert.ok(parameters.length < 100)
    assert.equal(queries.length, 4)
  })

  it('ends its sweep also when queries are answered by a replica that is behind', async () => {
    const [primary, replica] = [await memoryDatabase(), await memoryDatabase()]
    await createSessionTable(kyselyOn(primary))
    await fill(kyselyOn(replica), 1000)
    let selects = 0
    const kysely = kyselyOn({
      close() {},
      prepare(text) {
        if (!text.startsWith('select')) return primary.prepare(text)
        assert.ok(++selects < 10, 'it goes on and on')
        return replica.prepare(text)
      },
    })
    assert.equal(await createSqlStore(kysely, { now: () => 9000 }).deleteExpired(), 0)
  })
})
