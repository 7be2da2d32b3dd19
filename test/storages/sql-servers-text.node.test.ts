/* What becomes of letters between mysql2 or pg and a server whose charset is not UTF-8. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createSessionTable, createSqlSessionStorage, createSqlStore } from 'coatcheck/sql-storage'
import { fakeClock, traitsOf, type StoreFixture } from 'coatcheck/testing'
import { Kysely, MysqlDialect, ParseJSONResultsPlugin, PostgresDialect, type Dialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { startMariadb, startPostgres } from '../services/index.ts'
import { postgres as psql } from '../services/talk.ts'
import { casesOfStore } from '../conformance/cases.ts'
import { itPasses } from '../conformance/run.ts'

const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()])
psql(postgres.url, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")

const opened: Kysely<Record<string, object>>[] = []
after(async () => {
  await Promise.all(opened.map((each) => each.destroy()))
  await Promise.all([postgres.stop(), mariadb.stop()])
})

function open(dialect: Dialect, ...plugins: ParseJSONResultsPlugin[]) {
  const kysely = new Kysely<Record<string, object>>({ dialect, plugins })
  opened.push(kysely)
  return kysely
}

const inMariadb = (options: mysql.PoolOptions) =>
  new MysqlDialect({ pool: mysql.createPool({ uri: mariadb.url, ...options }) })
const inPostgres = (database = '') => {
  const url = new URL(postgres.url)
  if (database) url.pathname = database
  return new PostgresDialect({ pool: new pg.Pool({ connectionString: url.href }) })
}

const charsets = ['LATIN1_SWEDISH_CI', 'UTF8_GENERAL_CI', 'CP1251_GENERAL_CI', 'SJIS_JAPANESE_CI']
const databases: Record<string, Kysely<Record<string, object>>> = {
  'PostgreSQL in LATIN1': open(inPostgres('latin')),
  'PostgreSQL, with a plugin that parses JSON': open(inPostgres(), new ParseJSONResultsPlugin()),
}
for (const charset of [...charsets, 'GBK_CHINESE_CI']) {
  databases[`MariaDB, connected in ${charset}`] = open(inMariadb({ charset }))
}

let tables = 0

for (const [name, kysely] of Object.entries(databases)) {
  describe(`sql storage on ${name}`, () => {
    async function newTable(): Promise<{ table: string }> {
      const table = `text_${++tables}`
      await createSessionTable(kysely, { table })
      return { table }
    }

    async function fixture(): Promise<StoreFixture> {
      const clock = fakeClock()
      const options = { ...(await newTable()), now: () => clock.now() }
      return { store: createSqlStore(kysely, options), clock }
    }

    const cases = casesOfStore(traitsOf(createSqlStore(kysely)), fixture)
    const ofText = cases.filter(({ name }) => name.startsWith('reads back'))
    assert.equal(ofText.length, 2)
    itPasses(ofText)

    it('lets no text of a visitor become another part of the record', async () => {
      const storage = createSqlSessionStorage(kysely, await newTable())
      const session = await storage.read(null)
      // In LATIN1 each of these would be the quote, comma … with the same low byte.
      const text = 'x"},"o":"admin","f":{"z":"'.replace(/[":,{}]/g, (letter) =>
        String.fromCharCode(0x100 + letter.charCodeAt(0)),
      )
      session.set('nickname', text)
      const cookie = await storage.save(session)
      const found = await storage.read(cookie)
      assert.equal(found.userId, undefined)
      assert.equal(found.get('nickname'), text)
    })

    it('keeps lone surrogates, and users apart whose ids differ in one', async () => {
      const store = createSqlStore(kysely, await newTable())
      const options = { replaces: null, expiresAt: Date.now() + 60_000 }
      for (const text of ['\ud800', '\udc00\ud800', '\ud801']) {
        await store.write(`k${text.charCodeAt(0)}`, text, { ...options, owner: text })
        assert.equal((await store.read(`k${text.charCodeAt(0)}`))?.value, text)
        assert.deepEqual(await store.keysOf(text), [`k${text.charCodeAt(0)}`])
      }
    })
  })
}

it('fails when rows are arrays: that is no session that is missing', async () => {
  const kysely = open(inMariadb({ rowsAsArray: true }))
  await createSessionTable(open(inMariadb({})))
  await assert.rejects(createSessionTable(kysely), /rows must be objects/)
  const storage = createSqlSessionStorage(kysely)
  const session = await storage.read(null)
  session.login('ada')
  const cookie = await storage.save(session)
  await assert.rejects(async () => storage.read(cookie), { code: 'ERR_SESSION_STORE' })
  await assert.rejects(storage.sessionsOf('ada'), { code: 'ERR_SESSION_STORE' })
})
