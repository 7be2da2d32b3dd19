/* One user with very many sessions, on a server whose connections everybody shares. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { startPostgres } from '../services/index.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

const many = 1000
/** What each of three lists may ask for at the same time is less. */
const mostWaiting = 30

describe('sql storage on PostgreSQL with ten connections', () => {
  it('serves other visitors while the sessions of a user with very many are listed and ended', async (t) => {
    const pool = new pg.Pool({ connectionString: postgres.url, max: 10 })
    const kysely = new Kysely<Record<string, object>>({ dialect: new PostgresDialect({ pool }) })
    t.after(() => kysely.destroy())
    await createSessionTable(kysely)
    const storage = createSqlSessionStorage(kysely)

    const first = await storage.read(null)
    first.login('ada')
    await storage.save(first)
    await sql`
      INSERT INTO sessions (id, value, version, owner, expires_at)
      SELECT new, replace(value, ${first.handle}, new), version, owner, expires_at
      FROM sessions, (SELECT lpad(i::text, 21, '0') || 'A' AS new FROM generate_series(1, ${many - 1}) AS i) AS others
      WHERE id = ${first.handle}`.execute(kysely)

    const visitor = await storage.read(null)
    visitor.set('count', 0)
    let cookie = (await storage.save(visitor))!
    let count = 0
    let waiting = 0

    /** One visitor after the other, for as long as the work goes on. */
    async function visitDuring(work: Promise<unknown>): Promise<void> {
      const open = new Set([work])
      const over = work.finally(() => open.delete(work))
      do {
        waiting = Math.max(waiting, pool.waitingCount)
        const session = await storage.read(cookie)
        assert.equal(session.get('count'), count)
        session.set('count', ++count)
        cookie = (await storage.save(session)) || cookie
      } while (open.size > 0)
      await over
    }

    const lists = Promise.all([1, 2, 3].map(() => storage.sessionsOf('ada')))
    await visitDuring(lists)
    assert.deepEqual(
      (await lists).map((sessions) => sessions.length),
      [many, many, many],
    )
    const ends = storage.revokeAll('ada', { except: first.handle })
    await visitDuring(ends)
    assert.equal(await ends, many - 1)
    assert.deepEqual(
      (await storage.sessionsOf('ada')).map(({ handle }) => handle),
      [first.handle],
    )
    assert.ok(waiting <= mostWaiting, `${waiting} statements waited before a visitor's`)
  })
})
