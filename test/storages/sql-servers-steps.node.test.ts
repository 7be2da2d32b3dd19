/* On PostgreSQL, the column that sweeps go by: what writes cost with it, and tables that do not have it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, describe, it } from 'node:test'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import {
  type CompiledQuery,
  CreateTableBuilder,
  Kysely,
  type KyselyPlugin,
  PostgresDialect,
  sql,
} from 'kysely'
import pg from 'pg'
import { startPostgres } from '../services/index.ts'
import { eventually } from '../services/talk.ts'

// Vacuum keeps old versions of rows for as long as it looks at a table, and then there is no room beside the new ones.
const postgres = await startPostgres({ settings: { autovacuum: 'off' } })

type Database = Kysely<Record<string, object>>

const opened: Database[] = []
after(async () => {
  await Promise.all(opened.map((kysely) => kysely.destroy()))
  await postgres.stop()
})

function open(options = ''): { kysely: Database; queries: CompiledQuery[] } {
  const queries: CompiledQuery[] = []
  const pool = new pg.Pool({ connectionString: postgres.url, options })
  const kysely: Database = new Kysely({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void queries.push(query),
  })
  opened.push(kysely)
  return { kysely, queries }
}

const { kysely, queries } = open()
const run = async (text: string, on = kysely) => (await sql.raw(text).execute(on)).rows as never[]

/** What releases before the column made. */
const makeOldTable = (table: string) => `
  create table if not exists "${table}" ("id" varchar(64) not null primary key, "value" text not null,
    "version" varchar(64) not null, "owner" varchar(64), "expires_at" bigint not null);
  create index if not exists "${table}(owner)" on "${table}" ("owner");
  create index if not exists "${table}(expires_at)" on "${table}" ("expires_at")`

/** Names of its indexes, with what each is on. */
async function indexesOf(table: string): Promise<string[]> {
  const rows = await run(`select indexdef as text from pg_indexes where tablename = '${table}'`)
  return rows.map(({ text }) => /INDEX (.*) ON .*(\(.*\))$/.exec(text)!.slice(1).join()).sort()
}

/** That a batch of a sweep, as it was asked for last, finds its rows by the index for it. */
async function assertIndexIsUsed(): Promise<void> {
  const { sql: text, parameters } = queries.findLast((query) => query.sql.startsWith('delete'))!
  const query = text.replace(/\$(\d)/g, (_, n) => String(parameters[n - 1]))
  const explained = JSON.stringify(await run(`explain ${query}`))
  assert.match(explained, /Index Scan using \W*\w+\(expires_at\)/)
  assert.doesNotMatch(explained, /Seq Scan|Sort/)
}

const quarter = 2 ** 20
/** A step of the column begins. */
const begin = quarter * 1_700_000

/** So many rows, each of which expires half a second before the one that was made before it. */
const fill = (table: string, count: number) =>
  run(`insert into ${table} (id, value, version, expires_at)
    select i::text, '=x', 'v', ${begin} + i * 500 from generate_series(${count}, 1, -1) as i`)

describe('a table of sessions on PostgreSQL', () => {
  it('gets no entries in its indexes for most writes of sessions that are used often, and logs only what they change', async () => {
    const one = open()
    const table = 'often'
    await createSessionTable(one.kysely, { table })
    let now = begin
    const store = createSqlStore(one.kysely, { table, now: () => now })
    const value = JSON.stringify({ cart: 'x'.repeat(1000) })
    const logged = async () => {
      const [row] = await run(`select pg_current_wal_insert_lsn() - '0/0' as bytes`)
      return Number((row! as { bytes: string }).bytes)
    }
    let before = 0
    const versions = new Map<string, string | null>()
    for (let n = 0; n < 100; n++) versions.set(`s${n}`, null)
    for (let minute = 0; minute <= 10; minute++) {
      now = begin + minute * 60_000
      if (minute === 1) before = await logged()
      for (const [key, replaces] of versions) {
        const options = { replaces, expiresAt: now + 10 * quarter, owner: 'ada' }
        versions.set(key, (await store.write(key, `${minute}${value}`, options))!)
      }
    }
    const bytes = ((await logged()) - before) / 1000
    assert.ok(bytes < 600, `${bytes} for each write`)
    // A connection says what it has done when it ends, at the latest.
    await one.kysely.destroy()
    const query = `select n_tup_upd as all, n_tup_hot_upd as hot from pg_stat_user_tables where relname = '${table}'`
    const counts = async () => (await run(query))[0]! as { all: string; hot: string }
    await eventually(async () => (await counts()).all === '1000')
    const { hot } = await counts()
    assert.ok(Number(hot) >= 900, hot)
  })

  it('is swept of all that has expired and of nothing else, batch by batch, also within a step', async () => {
    const table = 'steps'
    await createSessionTable(kysely, { table })
    await fill(table, 10_000)
    await run(`analyze ${table}`)
    // In the last step more than a batch has not expired, and was made before what has.
    const now = begin + 7000 * 500
    const store = createSqlStore(kysely, { table, now: () => now })
    queries.length = 0
    assert.equal(await store.deleteExpired(), 7000)
    const deleting = queries.filter((query) => query.sql.startsWith('delete'))
    assert.equal(deleting.length, 8)
    await assertIndexIsUsed()
    assert.equal((await run(`select 1 from ${table} where expires_at > ${now}`)).length, 3000)
  })

  it('gets no other index from an earlier release that starts beside this one', async () => {
    const table = 'beside'
    await createSessionTable(kysely, { table })
    const indexes = await indexesOf(table)
    assert.deepEqual(indexes, [
      '"beside(expires_at)",(expires_about)',
      '"beside(owner)",(owner)',
      'beside_pkey,(id)',
    ])
    await run(makeOldTable(table))
    assert.deepEqual(await indexesOf(table), indexes)
  })

  it('has its own index where an earlier release makes one first, also as soon as that is dropped', async () => {
    const table = 'first'
    let kind = ''
    let left = 2
    const plugin: KyselyPlugin = {
      transformQuery({ node }) {
        kind = node.kind
        return node
      },
      async transformResult({ result }) {
        const isMoment = kind === 'CreateTableNode' || kind === 'DropIndexNode'
        if (isMoment && left-- > 0) await run(makeOldTable(table))
        return result
      },
    }
    await createSessionTable(kysely.withPlugin(plugin), { table })
    assert.ok(left <= 0)
    assert.deepEqual(await indexesOf(table), [
      '"first(expires_at)",(expires_about)',
      '"first(owner)",(owner)',
      'first_pkey,(id)',
    ])
  })

  it('has its own index also in a schema and in a transaction, and takes none from another table', async () => {
    await run('create schema other')
    const inSchema = [
      [kysely, 'other.mine'],
      [kysely.withSchema('other'), 'yours'],
    ] as const
    for (const [db, table] of inSchema) {
      const name = table.replace('other.', '')
      const indexes = async () => (await indexesOf(name)).filter((text) => text.includes('expires'))
      await createSessionTable(db, { table })
      await run(`drop index other."${name}(expires_at)";
        create index "${name}(expires_at)" on other.${name} (expires_at)`)
      await db.transaction().execute((transaction) => createSessionTable(transaction, { table }))
      assert.deepEqual(await indexes(), [`"${name}(expires_at)",(expires_about)`])
    }
    await run(`${makeOldTable('renamed')}; alter table renamed rename to kept`)
    const indexes = await indexesOf('kept')
    await createSessionTable(kysely, { table: 'renamed' })
    assert.deepEqual(await indexesOf('kept'), indexes)
  })

  it('may be called like whatever the statements about the column have names for', async () => {
    for (const table of ['one', 'around', 'found', 'expires_about', 'no_table']) {
      await createSessionTable(kysely, { table })
      const store = createSqlStore(kysely, { table, now: () => begin })
      await store.write('a', 'x', { replaces: null, expiresAt: begin + 1 })
      assert.equal(await createSqlStore(kysely, { table, now: () => begin + 2 }).deleteExpired(), 1)
    }
  })

  it('is made by a Kysely whose builders cannot be awaited, as that of 0.27 is', async (t) => {
    const then = () => assert.fail('somebody waits for a builder')
    // oxlint-disable-next-line unicorn/no-thenable -- that is what it did
    Object.defineProperty(CreateTableBuilder.prototype, 'then', { value: then, configurable: true })
    t.after(() => Reflect.deleteProperty(CreateTableBuilder.prototype, 'then'))
    await createSessionTable(kysely, { table: 'builder' })
    assert.equal((await indexesOf('builder')).length, 3)
  })

  it('is made in a schema, and in a transaction', async () => {
    await run('create schema app')
    const inSchema = [
      [kysely, 'app.named'],
      [kysely.withSchema('app'), 'given'],
    ] as const
    for (const [db, table] of inSchema) {
      await db.transaction().execute((transaction) => createSessionTable(transaction, { table }))
      const store = createSqlStore(db, { table, now: () => begin })
      queries.length = 0
      await store.write('a', 'x', { replaces: null, expiresAt: begin + 1 })
      const later = createSqlStore(db, { table, now: () => begin + 2 })
      assert.equal(await later.deleteExpired(), 1)
      assert.match(queries.at(-1)!.sql, /expires_about/)
    }
  })
})

describe('a table that an earlier release of sql storage made', () => {
  it('stays as it is, in a transaction too, and is swept by the index that it has', async () => {
    const table = 'earlier'
    await run(makeOldTable(table))
    const indexes = await indexesOf(table)
    await createSessionTable(kysely, { table })
    await kysely.transaction().execute((transaction) => createSessionTable(transaction, { table }))
    assert.deepEqual(await indexesOf(table), indexes)
    await fill(table, 5000)
    await run(`analyze ${table}`)
    const store = createSqlStore(kysely, { table, now: () => begin + 1500 * 500 })
    queries.length = 0
    assert.equal(await store.deleteExpired(), 1500)
    await assertIndexIsUsed()
    assert.equal((await run(`select 1 from ${table}`)).length, 3500)
  })

  it('gets the column by the statements in the docs, while it is in use', async () => {
    const docs = await readFile(new URL('../../../docs/storages.md', import.meta.url), 'utf8')
    const statements = /```sql\n(BEGIN[^]*?)```/.exec(docs)![1]!
    const table = 'sessions'
    await run(makeOldTable(table))
    await fill(table, 5000)
    let now = begin + 500 * 500
    const store = createSqlStore(kysely, { table, now: () => now })
    assert.equal(await store.deleteExpired(), 500)
    assert.equal((await store.read('501'))!.value, 'x')
    await run(statements)
    await run(`analyze ${table}`)
    assert.equal((await store.read('501'))!.value, 'x')
    now = begin + 2500 * 500
    queries.length = 0
    assert.equal(await store.deleteExpired(), 2000)
    await assertIndexIsUsed()
    const made = async (name: string) => [
      await indexesOf(name),
      await run(`select attname, atttypid, attgenerated, pg_get_expr(adbin, adrelid) as by from pg_attribute
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = '${name}'::regclass and attnum > 0 order by attname`),
      await run(`select reloptions from pg_class where oid = '${name}'::regclass`),
    ]
    const after = await made(table)
    await run(`drop table ${table}`)
    await createSessionTable(kysely)
    assert.deepEqual(after, await made(table))
  })
})

describe('a server that says it is PostgreSQL 11, as YugabyteDB did', () => {
  it('gets a table without generated columns, and is swept', async () => {
    await run(`create schema eleven;
      create function eleven.current_setting(text, boolean) returns text language sql as 'select ''110002''::text'`)
    const { kysely: older } = open('-c search_path=eleven,pg_catalog')
    await createSessionTable(older)
    const store = createSqlStore(older, { now: () => begin })
    await store.write('a', 'x', { replaces: null, expiresAt: begin + 1 })
    assert.equal((await store.read('a'))!.value, 'x')
    assert.equal(await createSqlStore(older, { now: () => begin + 2 }).deleteExpired(), 1)
    const columns = `select 1 from pg_attribute where attname = 'expires_about' and attrelid = 'eleven.sessions'::regclass`
    assert.deepEqual(await run(columns), [])
  })
})
