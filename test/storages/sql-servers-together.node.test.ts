/* Records that are asked for at the same time are read by one statement, where nobody else can see that they were. */
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, describe, it, type TestContext } from 'node:test'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import {
  CompiledQuery,
  type Dialect,
  Kysely,
  type KyselyPlugin,
  MysqlDialect,
  PostgresDialect,
  sql,
} from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { startMariadb, startPostgres } from '../services/index.ts'

const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()])
after(() => Promise.all([postgres.stop(), mariadb.stop()]))

const onPostgres = (): Dialect =>
  new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) })
const onMariadb = (): Dialect => new MysqlDialect({ pool: mysql.createPool(mariadb.url) })

type Store = ReturnType<typeof createSqlStore>

interface Opened {
  store: Store
  /** How many records each statement has read that was sent since the last call. */
  selects(): number[]
}

let tables = 0

async function open(
  test: TestContext,
  dialect: Dialect,
  plugins: KyselyPlugin[] = [],
): Promise<Opened> {
  const texts: string[] = []
  const kysely = new Kysely<Record<string, object>>({
    dialect,
    plugins,
    log: ({ query }) => void texts.push(query.sql),
  })
  test.after(() => kysely.destroy())
  const table = `together_${++tables}`
  await createSessionTable(kysely, { table })
  return {
    store: createSqlStore(kysely, { table }),
    selects: () =>
      texts
        .splice(0)
        .filter((text) => text.startsWith('select') && text.includes(table))
        .map((text) => (/ in |union/.test(text) ? 8 : 1)),
  }
}

const keys = Array.from({ length: 16 }, (_, n) => `key-${n}`)
const inAnHour = () => Date.now() + 3_600_000

const fill = (store: Store, expiresAt = inAnHour()) =>
  Promise.all(keys.map((key) => store.write(key, `"${key}"`, { replaces: null, expiresAt })))

const valuesOf = async (store: Store, asked: readonly string[]) =>
  (await Promise.all(asked.map((key) => store.read(key)))).map((record) => record?.value)

for (const [name, dialect] of [
  ['PostgreSQL', onPostgres],
  ['MariaDB', onMariadb],
] as const) {
  describe(`reads at the same time, on ${name}`, () => {
    it('are few statements, and each gets its own record', async (t) => {
      const { store, selects } = await open(t, dialect())
      await fill(store)
      selects()
      const values = keys.map((key) => `"${key}"`)
      assert.deepEqual(await valuesOf(store, keys), values)
      assert.deepEqual(selects().sort(), [1, 1, 1, 8, 8])
      // Versions, too: with what was read a record can be written.
      const records = await Promise.all(keys.map((key) => store.read(key)))
      const written = records.map((record, n) =>
        store.write(keys[n]!, 'next', { replaces: record!.version, expiresAt: inAnHour() }),
      )
      assert.ok((await Promise.all(written)).every((version) => version !== undefined))
    })

    it('are a statement each while there are few', async (t) => {
      const { store, selects } = await open(t, dialect())
      await fill(store)
      selects()
      await valuesOf(store, keys.slice(0, 3))
      await valuesOf(store, keys.slice(0, 3))
      assert.deepEqual(selects(), [1, 1, 1, 1, 1, 1])
    })

    it('find nothing where there is nothing, or what has expired', async (t) => {
      const { store, selects } = await open(t, dialect())
      await fill(store)
      await store.write('past', 'x', { replaces: null, expiresAt: Date.now() - 1000 })
      selects()
      const asked = ['a', 'b', 'c', 'd', 'past', 'key-5', '', 'key-5']
      const values = [undefined, undefined, undefined, undefined, undefined, '"key-5"']
      assert.deepEqual(await valuesOf(store, asked), [...values, undefined, '"key-5"'])
      // What was not found is asked for once more, by itself.
      assert.deepEqual(selects().sort(), [1, 1, 1, 1, 1, 1, 8])
    })
  })
}

describe('records that are read by one statement', () => {
  /** Connections on which something else is done with such a statement. */
  function onClientsThat(fail: () => Promise<never>): Dialect {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 2 })
    pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...asked: unknown[]) => unknown
      client.query = ((...asked: [{ text?: string } | string]) => {
        const text = typeof asked[0] === 'string' ? asked[0] : asked[0].text
        return text?.includes('union') ? fail() : query(...asked)
      }) as never
    })
    return new PostgresDialect({ pool })
  }

  async function areReadOneByOne({ store, selects }: Opened): Promise<void> {
    await fill(store)
    selects()
    await valuesOf(store, keys)
    const one = keys.map(() => 1)
    assert.deepEqual(selects(), one)
  }

  it('are read one by one where that statement fails', async (t) => {
    let failures = 0
    const dialect = onClientsThat(async () => {
      failures++
      throw new Error('not me')
    })
    const { store } = await open(t, dialect)
    await fill(store)
    assert.deepEqual(
      await valuesOf(store, keys),
      keys.map((key) => `"${key}"`),
    )
    assert.ok(failures > 0)
  })

  it('are read no more where it fails so late that nobody waits for them', async (t) => {
    let fail!: (error: Error) => void
    const failing = new Promise<never>((_, reject) => (fail = reject))
    const dialect = onClientsThat(() => failing)
    const { store, selects } = await open(t, dialect)
    await fill(store)
    const found = await Promise.allSettled(keys.map((key) => store.read(key)))
    const late = found.filter(({ status }) => status === 'rejected')
    assert.equal(late.length, keys.length - 3)
    selects()
    fail(new Error('too late'))
    // What waits for one of the two connections gets it first.
    await store.read('key-1')
    await store.read('key-1')
    assert.equal(selects().filter((records) => records === 1).length, 2)
  })

  it('are read one by one through plugins, which may go by the request', async (t) => {
    const plugin: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => result,
    }
    const opened = await open(t, onPostgres(), [plugin])
    await areReadOneByOne(opened)
  })

  it('are read one by one on Cloudflare Workers, where a request may not wait for what another one asked for', async (t) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
    t.after(() => {
      Reflect.deleteProperty(globalThis, 'navigator')
      if (before) Object.defineProperty(globalThis, 'navigator', before)
    })
    const value = { userAgent: 'Cloudflare-Workers' }
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true })
    const opened = await open(t, onMariadb())
    await areReadOneByOne(opened)
  })

  for (const [name, madeIn] of [
    ['', undefined],
    [', and the store was made in one', 'ours'],
  ] as const) {
    it(`are those that each request sees, where connections go by the request${name}`, async (t) => {
      const tenants = new AsyncLocalStorage<string>()
      const kysely = new Kysely<Record<string, object>>({
        dialect: new PostgresDialect({
          pool: new pg.Pool({ connectionString: postgres.url }),
          async onReserveConnection(connection) {
            const path = tenants.getStore() ?? 'nobody'
            await connection.executeQuery(CompiledQuery.raw(`set search_path to ${path}`))
          },
        }),
      })
      t.after(() => kysely.destroy())
      for (const tenant of ['ours', 'theirs']) {
        await sql.raw(`create schema if not exists ${tenant}`).execute(kysely)
        await tenants.run(tenant, () => createSessionTable(kysely))
      }
      const make = () => createSqlStore(kysely)
      const store = madeIn ? tenants.run(madeIn, make) : make()
      await tenants.run('ours', () => fill(store))
      const read = (tenant: string) => tenants.run(tenant, () => valuesOf(store, keys))
      for (const first of ['ours', 'theirs']) {
        const both = await Promise.all([read(first), read(first === 'ours' ? 'theirs' : 'ours')])
        const [ours, theirs] = first === 'ours' ? both : both.toReversed()
        assert.deepEqual(
          ours,
          keys.map((key) => `"${key}"`),
        )
        assert.deepEqual(
          theirs,
          keys.map(() => undefined),
        )
      }
    })
  }

  it('come while a test has timers of its own', async (t) => {
    const { store } = await open(t, onPostgres())
    await fill(store)
    t.mock.timers.enable({ apis: ['setImmediate'] })
    const found = await valuesOf(store, keys)
    t.mock.timers.reset()
    assert.deepEqual(
      found,
      keys.map((key) => `"${key}"`),
    )
  })
})

describe('PostgreSQL', () => {
  it('reads several records by the index, whatever it thought of the table when the plan was made', async (t) => {
    const kysely = new Kysely<Record<string, object>>({
      dialect: new PostgresDialect({
        pool: new pg.Pool({ connectionString: postgres.url, max: 1 }),
      }),
    })
    t.after(() => kysely.destroy())
    await createSessionTable(kysely, { table: 'grown' })
    const store = createSqlStore(kysely, { table: 'grown' })
    for (let n = 0; n < 10; n++) await valuesOf(store, keys)
    const found = await sql<{ name: string; statement: string }>`
      select name, statement from pg_prepared_statements where statement like '%union%grown%'`.execute(
      kysely,
    )
    const { name, statement } = found.rows[0]!
    // As an id or as a time.
    const values = (statement.match(/\$\d+/g) ?? []).map(() => `'1'`)
    const plan = await sql.raw(`explain execute "${name}"(${values.join()})`).execute(kysely)
    assert.match(JSON.stringify(plan.rows), /Index Scan using grown_pkey/)
    assert.doesNotMatch(JSON.stringify(plan.rows), /Seq Scan/)
  })
})
