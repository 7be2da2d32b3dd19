import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ServerSessionStorage, SessionStorage } from 'coatcheck'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import {
  missing,
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
} from '../../services/index.ts'

/* What real drivers and servers say, with what to do: also when they are asked again. */

const nobody = '127.0.0.1:1'

async function messageOf(storage: SessionStorage, size = 1): Promise<string> {
  const session = await storage.read(null)
  session.set('mark', 'x'.repeat(size))
  const outcome = await storage.save(session).then(
    () => 'it did not fail',
    (error: Error) => error.message,
  )
  return outcome
}

const dialects = {
  postgres: (url: string) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
  mariadb: (url: string) => new MysqlDialect({ pool: mysql.createPool(url) }),
}

/** A storage in SQL whose driver is closed with it. */
function sqlStorage(name: keyof typeof dialects, url: string): ServerSessionStorage {
  const kysely = new Kysely<Record<string, object>>({ dialect: dialects[name](url) })
  const storage = createSqlSessionStorage(kysely)
  return Object.assign(Object.create(storage) as ServerSessionStorage, {
    async close() {
      await storage.close()
      await kysely.destroy()
    },
  })
}

describe('what to do is said', () => {
  const unheard: Record<string, () => ServerSessionStorage> = {
    redis: () => createRedisSessionStorage({ url: `redis://${nobody}` }),
    memcached: () => createMemcacheSessionStorage(nobody) as ServerSessionStorage,
    postgres: () => sqlStorage('postgres', `postgres://ada:pass@${nobody}/shop`),
    mariadb: () => sqlStorage('mariadb', `mysql://ada:pass@${nobody}/shop`),
  }
  for (const [name, open] of Object.entries(unheard)) {
    it(`where nobody listens: ${name}`, async () => {
      const storage = open()
      for (let times = 0; times < 3; times++) {
        const message = await messageOf(storage)
        assert.match(message, /ECONNREFUSED.*\. Nothing listens at that address: start the server/)
      }
      await storage.close()
    })
  }

  const servers = {
    postgres: [startPostgres, /42P01: relation … does not exist\. Make its table/],
    mariadb: [startMariadb, /ER_NO_SUCH_TABLE: .*\. Make its table/],
  } as const
  for (const [name, [start, noTable]] of Object.entries(servers)) {
    const server = name as keyof typeof servers
    it(`without a table: ${name}`, { skip: missing(server) }, async () => {
      const service = await start()
      const storage = sqlStorage(server, service.url)
      const message = await messageOf(storage)
      assert.match(message, noTable)
      assert.match(message, /await createSessionTable\(kysely\)/)
      await storage.close()
      await service.stop()
    })
  }

  it('with a wrong password: mariadb', { skip: missing('mariadb') }, async () => {
    const service = await startMariadb()
    const url = new URL(service.url)
    url.password = 'wrong'
    const storage = sqlStorage('mariadb', url.href)
    assert.match(await messageOf(storage), /ER_ACCESS_DENIED_ERROR.*Check the user name and the/)
    await storage.close()
    await service.stop()
  })

  it('with a wrong password: redis', { skip: missing('redis') }, async () => {
    const service = await startRedis()
    const storage = createRedisSessionStorage({
      url: `redis://ada:wrong@${new URL(service.url).host}`,
    })
    assert.match(await messageOf(storage), /WRONGPASS .*Check the user name and the password/)
    await storage.close()
    await service.stop()
  })

  it('where the memory is full: memcached', { skip: missing('memcached') }, async () => {
    const service = await startMemcached({ count: 1, memory: 1, args: ['-I', '512k', '-M'] })
    const storage = createMemcacheSessionStorage(service.hosts[0]!)
    let message = 'it did not fail'
    for (let n = 0; n < 500 && message === 'it did not fail'; n++) {
      message = await messageOf(storage, 20_000)
    }
    assert.match(message, /out of memory storing object\. The server's memory is full/)
    await storage.close()
    await service.stop()
  })
})
