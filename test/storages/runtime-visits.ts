/*
 * A program for any runtime: a visit on each storage that talks to a server, and one with updates at the same time. The
 * addresses are in the environment; what does not hold ends it with an error.
 */
import assert from 'node:assert/strict'
import type { ServerSessionStorage } from 'coatcheck'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect, PostgresDialect, type Dialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'

type Storage = ServerSessionStorage<{ n: number }>

interface Opened {
  storage: Storage
  end(): Promise<unknown>
}

const { REDIS_URL, MEMCACHED_HOSTS, POSTGRES_URL, MYSQL_URL } = process.env

async function inDatabase(dialect: Dialect): Promise<Opened> {
  const kysely = new Kysely<Record<string, object>>({ dialect })
  const table = `runtime_${process.pid}`
  await createSessionTable(kysely, { table })
  const storage: Storage = createSqlSessionStorage(kysely, { table })
  return { storage, end: () => kysely.destroy() }
}

const openers: Record<string, () => Opened | Promise<Opened>> = {
  redis: () => ({
    storage: createRedisSessionStorage({ url: REDIS_URL! }),
    end: async () => {},
  }),
  memcached: () => ({
    storage: createMemcacheSessionStorage({ hosts: MEMCACHED_HOSTS!.split(',') }),
    end: async () => {},
  }),
  postgres: () =>
    inDatabase(new PostgresDialect({ pool: new pg.Pool({ connectionString: POSTGRES_URL }) })),
  mysql: () => inDatabase(new MysqlDialect({ pool: createPool({ uri: MYSQL_URL! }) })),
}

async function visit(storage: Storage): Promise<void> {
  const first = await storage.read(null)
  first.set('n', 0)
  first.login('ada')
  const cookie = (await storage.save(first))!
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const session = await storage.read(cookie)
      session.update('n', (n) => (n ?? 0) + 1)
      await storage.save(session)
    }),
  )
  const session = await storage.read(cookie)
  assert.deepEqual([session.get('n'), session.userId], [5, 'ada'])
  session.destroy()
  assert.equal(await storage.save(session), '')
  assert.equal((await storage.read(cookie)).isNew, true)
}

for (const [name, open] of Object.entries(openers)) {
  const { storage, end } = await open()
  await visit(storage)
  await storage.close()
  await end()
  console.log(name)
}
