import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { missing, startMariadb, startPostgres, startRedis } from '../services/index.ts'
import { using } from '../services/talk.ts'
import { coatcheck, coatcheckProcess, logIn, secret } from './run.ts'

const env = { SESSION_SECRET: secret }

describe('coatcheck on Redis', { skip: missing('redis') }, () => {
  it('lists and ends sessions, and leaves other keys alone', async (t) => {
    const { url } = await using(t, startRedis())
    const storage = createRedisSessionStorage({ url: url! }, { prefix: 's*[x]:' })
    const others = createRedisSessionStorage({ url: url! }, { prefix: 'sx:' })
    t.after(() => Promise.all([storage.close(), others.close()]))
    const ada = await logIn(storage, 'ada')
    const ben = await logIn(storage, 'ben')
    const cat = await logIn(others, 'cat')
    const place = ['--storage', url!, '--prefix', 's*[x]:']
    const list = JSON.parse(coatcheckProcess(['sessions', ...place, '--json']).stdout) as object[]
    const handles = list.map((one) => (one as { handle: string }).handle)
    assert.deepEqual(handles.sort(), [ada.handle, ben.handle].sort())
    assert.match(
      (await coatcheck(['open', ada.cookie, ...place], { env })).stdout,
      /It is accepted/,
    )
    assert.match(coatcheckProcess(['revoke-all', 'ada', ...place]).stdout, /ended: 1\n/)
    assert.equal((await storage.read(ada.id)).isNew, true)
    assert.equal((await storage.read(ben.id)).isNew, false)
    assert.equal((await others.read(cat.id)).isNew, false)
    assert.match((await coatcheck(['sweep', ...place])).stdout, /by itself/)
  })

  it('is told what its settings do to sessions', async (t) => {
    const settings = { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' }
    const { url } = await using(t, startRedis({ settings }))
    const wrong = await coatcheck(['doctor', '--storage', url!], { env })
    assert.equal(wrong.status, 1)
    assert.match(wrong.stdout, /allkeys-lru[^]*maxmemory-policy noeviction/)
    assert.match(wrong.stdout, /clocks of server and app agree/)
  })

  it('that is not there is an error without the password', () => {
    const url = 'redis://ada:hunter2@127.0.0.1:1'
    const { status, stderr } = coatcheckProcess(['sessions', '--storage', url])
    assert.equal(status, 1)
    assert.match(stderr, /^coatcheck: Redis at 127\.0\.0\.1:1 cannot be reached/)
    assert.doesNotMatch(stderr, /hunter2/)
  })
})

const databases = {
  postgres: {
    start: startPostgres,
    dialect: (url: string) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  },
  mariadb: {
    start: startMariadb,
    dialect: (url: string) => new MysqlDialect({ pool: createPool(url) as never }),
  },
} as const

for (const [name, { start, dialect }] of Object.entries(databases)) {
  describe(`coatcheck on ${name}`, { skip: missing(name as 'postgres') }, () => {
    it('lists, ends and sweeps sessions, and says what is not as it should be', async (t) => {
      const { url } = await using(t, start())
      const place = ['--storage', url]
      const early = await coatcheck(['sessions', ...place])
      assert.equal(early.status, 2, early.stderr)
      assert.match(early.stderr, /createSessionTable\(\)/)
      const db = new Kysely<never>({ dialect: dialect(url) })
      let time = Date.now() - 200_000_000
      const storage = createSqlSessionStorage(db, { now: () => time })
      await createSessionTable(db)
      await logIn(storage, 'ada')
      time = Date.now()
      const ben = await logIn(storage, 'ben')
      const list = coatcheckProcess(['sessions', ...place, '--json'])
      assert.equal(list.status, 0, list.stderr)
      assert.deepEqual(
        (JSON.parse(list.stdout) as { handle: string }[]).map(({ handle }) => handle),
        [ben.handle],
      )
      const doctor = await coatcheck(['doctor', ...place], { env })
      assert.equal(doctor.status, 1)
      assert.match(doctor.stdout, /1 records expired[^]*coatcheck sweep/)
      assert.match(doctor.stdout, /clocks of server and app agree/)
      assert.match((await coatcheck(['sweep', ...place])).stdout, /dropped: 1\n/)
      assert.equal((await coatcheck(['doctor', ...place], { env })).status, 0)
      assert.equal(coatcheckProcess(['revoke', ben.handle, ...place]).status, 0)
      assert.equal((await storage.read(ben.id)).isNew, true)
      // Before its server stops.
      await storage.close()
      await db.destroy()
    })
  })
}
