/* Some runtimes do not let one request wait for what another one has asked for, and do not all say who they are. */
import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { startPostgres } from '../services/index.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

/** The module as it is where these globals were missing when it was loaded. */
async function loadWithout(...names: string[]) {
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  for (const name of names) Reflect.deleteProperty(globalThis, name)
  try {
    return await import('coatcheck/sql-storage')
  } finally {
    names.forEach((name, n) => before[n] && Object.defineProperty(globalThis, name, before[n]))
  }
}

it('records are read one by one where there is no setImmediate, as on Vercel Edge and earlier Workers', async (t) => {
  const { createSessionTable, createSqlStore } = await loadWithout('setImmediate', 'navigator')
  const texts: string[] = []
  const kysely = new Kysely<Record<string, object>>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }),
    log: ({ query }) => void texts.push(query.sql),
  })
  t.after(() => kysely.destroy())
  await createSessionTable(kysely)
  const store = createSqlStore(kysely)
  await store.write('key', 'value', { replaces: null, expiresAt: Date.now() + 3_600_000 })
  texts.splice(0)
  const found = await Promise.all(Array.from({ length: 16 }, () => store.read('key')))
  assert.ok(found.every((record) => record?.value === 'value'))
  assert.equal(texts.length, 16)
  assert.ok(texts.every((text) => !text.includes('union')))
})
