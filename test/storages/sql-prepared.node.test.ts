/* Statements that PostgreSQL keeps prepared: that they are used, and what happens when a connection has lost them. */
import assert from 'node:assert/strict'
import { after, describe, it, type TestContext } from 'node:test'
import { createSessionTable, createSqlStore, type SqlStoreOptions } from 'coatcheck/sql-storage'
import {
  CamelCasePlugin,
  Kysely,
  type KyselyPlugin,
  type LogEvent,
  PostgresAdapter,
  PostgresDialect,
  sql,
} from 'kysely'
import pg from 'pg'
import { startPostgres } from '../services/index.ts'
import { eventually } from '../services/talk.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

type Database = Kysely<Record<string, object>>

interface Opened {
  kysely: Database
  store: ReturnType<typeof createSqlStore>
  /** What the Kysely has logged. */
  events: LogEvent[]
  /** What the only connection keeps prepared: how often each was used. */
  prepared(): Promise<Map<string, number>>
  /** What each of two requests does. */
  visit(key: string): Promise<void>
}

interface How extends SqlStoreOptions {
  plugins?: KyselyPlugin[]
  onConnect?: (client: pg.PoolClient) => unknown
}

let tables = 0

/** A store with a table and a connection of its own. */
async function open(test: TestContext, { plugins, onConnect, ...options }: How = {}) {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 1 })
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
  if (onConnect) pool.on('connect', onConnect)
  const events: LogEvent[] = []
  const kysely: Database = new Kysely({
    dialect: new PostgresDialect({ pool }),
    log: (event) => void events.push(event),
    ...(plugins && { plugins }),
  })
  test.after(() => kysely.destroy())
  const table = options.table ?? `prepared_${++tables}`
  await createSessionTable(kysely, { table })
  const store = createSqlStore(kysely, { ...options, table })
  const opened: Opened = {
    kysely,
    store,
    events,
    async prepared() {
      const query = sql<{ name: string; used: string }>`
        SELECT name, generic_plans + custom_plans AS used FROM pg_prepared_statements`
      const { rows } = await query.execute(kysely)
      return new Map(rows.map(({ name, used }) => [name, Number(used)]))
    },
    async visit(key) {
      const expiresAt = Date.now() + 3_600_000
      const replaces = (await store.write(key, 'one', { replaces: null, expiresAt }))!
      assert.equal((await store.read(key))!.value, 'one')
      const version = await store.write(key, 'two', { replaces, expiresAt })
      assert.deepEqual(await store.read(key), { value: 'two', version })
      assert.equal(await store.write(key, 'three', { replaces, expiresAt }), undefined)
    },
  }
  return { ...opened, table, pool }
}

const failed = (events: LogEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.level === 'error' ? [(event.error as { code?: unknown }).code] : [],
  )

describe('sql store on PostgreSQL', () => {
  it('has the two statements of each request prepared, and uses them', async (t) => {
    const { visit, prepared } = await open(t)
    await visit('first')
    const before = await prepared()
    for (let n = 1; n <= 10; n++) await visit(`visitor ${n}`)
    const used = await prepared()
    assert.equal(used.size, 2)
    for (const [name, times] of used) {
      assert.match(name, /^coatcheck_[\w-]{43}$/)
      assert.ok(times - (before.get(name) ?? 0) >= 19, `${name}: ${times}`)
    }
  })

  it('gives a statement the same name in each process, and another one to another statement', async (t) => {
    const names = async (table: string) => {
      const { visit, prepared } = await open(t, { table })
      for (const key of ['a', 'b']) await visit(`${key} in ${tables++}`)
      return [...(await prepared()).keys()].sort()
    }
    const shared = await names('shared_1')
    assert.deepEqual(await names('shared_1'), shared)
    assert.equal(new Set([...shared, ...(await names('shared_2'))]).size, 4)
  })

  it('has none with prepare: false, and none through plugins', async (t) => {
    for (const how of [{ prepare: false }, { plugins: [new CamelCasePlugin()] }]) {
      const { visit, prepared } = await open(t, how)
      await visit('a')
      await visit('b')
      assert.equal((await prepared()).size, 0)
    }
  })

  for (const [what, statement] of [
    ['DEALLOCATE ALL', () => 'DEALLOCATE ALL'],
    ['DISCARD ALL', () => 'DISCARD ALL'],
    // What is selected has another form then: 0A000.
    ['ALTER TABLE', (table: string) => `ALTER TABLE ${table} ALTER version TYPE text`],
  ] as const) {
    it(`goes on after ${what}, on that connection without names`, async (t) => {
      const { visit, prepared, kysely, table, events } = await open(t)
      await visit('a')
      await visit('b')
      assert.equal((await prepared()).size, 2)
      await sql.raw(statement(table)).execute(kysely)
      events.length = 0
      for (const key of ['c', 'd', 'e']) await visit(key)
      assert.equal(failed(events).length, 1)
    })
  }

  it('goes on where the name is taken already, as behind a pooler', async (t) => {
    const { visit, prepared } = await open(t, { table: 'taken' })
    await visit('a')
    await visit('b')
    const names = [...(await prepared()).keys()]
    const taken = names.map((name) => `PREPARE "${name}" AS SELECT 1`).join('; ')
    const onConnect = (client: pg.PoolClient) => void client.query(taken)
    const behind = await open(t, { table: 'taken', onConnect })
    for (const key of ['c', 'd', 'e']) await behind.visit(key)
    assert.deepEqual(failed(behind.events), ['42P05'])
    assert.deepEqual([...(await behind.prepared()).values()], [0, 0])
  })

  it('uses names on a new connection again', async (t) => {
    const { visit, prepared, kysely, events, pool } = await open(t)
    await visit('a')
    await visit('b')
    await sql`DEALLOCATE ALL`.execute(kysely)
    await visit('c')
    assert.equal((await prepared()).size, 0)
    await assert.rejects(sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(kysely))
    await eventually(() => pool.totalCount === 0)
    events.length = 0
    await visit('d')
    assert.deepEqual(failed(events), [])
    assert.equal((await prepared()).size, 2)
  })

  it('does not do a statement again that has failed for another reason', async (t) => {
    const { visit, store, kysely, table, events } = await open(t)
    await visit('a')
    await visit('b')
    await kysely.schema.dropTable(table).execute()
    events.length = 0
    await assert.rejects(store.read('a'), { code: '42P01' })
    assert.deepEqual(failed(events), ['42P01'])
  })

  it('takes no failure of a first read for one of its name', async (t) => {
    const { kysely, table, store, visit, prepared } = await open(t)
    await kysely.schema.dropTable(table).execute()
    for (let n = 1; n <= 3; n++) await assert.rejects(store.read('a'), { code: '42P01' })
    await createSessionTable(kysely, { table })
    for (const key of ['a', 'b']) await visit(key)
    assert.equal((await prepared()).size, 2)
  })

  it('gives a log of the app a text', async (t) => {
    const { visit, events, prepared } = await open(t)
    await visit('a')
    await visit('b')
    for (const { query } of events) {
      assert.equal(typeof query.sql, 'string')
      assert.match(query.sql, /^(create|insert|select|update) /)
    }
    assert.equal((await prepared()).size, 2)
  })
})

describe('sql store on PostgreSQL through another driver', () => {
  it('gives it plain texts', async () => {
    const seen: unknown[] = []
    interface Client {
      query(text: unknown, values: unknown): Promise<{ rows: object[] }>
    }
    // As that of PGlite does, it hands on what it gets, and its client has no names.
    class Connection {
      readonly #client: Client
      constructor(client: Client) {
        this.#client = client
      }
      async executeQuery({
        sql: text,
        parameters,
      }: {
        sql: string
        parameters: readonly unknown[]
      }) {
        const { rows } = await this.#client.query(text, parameters)
        return { rows: rows as never[] }
      }
      // oxlint-disable-next-line require-yield -- nothing is streamed
      async *streamQuery(): AsyncGenerator<never> {
        throw new Error('not here')
      }
    }
    const client = {
      async query(text: unknown) {
        seen.push(text)
        return { rows: [] }
      },
    }
    const nothing = async () => {}
    const inner = new PostgresDialect({ pool: undefined as never })
    const kysely: Database = new Kysely({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createQueryCompiler: () => inner.createQueryCompiler(),
        createIntrospector: (db) => inner.createIntrospector(db),
        createDriver: () => ({
          init: nothing,
          acquireConnection: async () => new Connection(client) as never,
          beginTransaction: nothing,
          commitTransaction: nothing,
          rollbackTransaction: nothing,
          releaseConnection: nothing,
          destroy: nothing,
        }),
      },
    })
    const store = createSqlStore(kysely)
    for (let read = 1; read <= 4; read++) assert.equal(await store.read('a'), undefined)
    assert.deepEqual(
      seen.map((text) => typeof text),
      Array(4).fill('string'),
    )
  })
})
