import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { ServerSessionStorage } from 'coatcheck'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Redis } from 'ioredis'
import { Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { missing, startMariadb, startPostgres, startRedis } from '../services/index.ts'
import type { UrlService } from '../services/index.ts'
import { toOne } from './redis-clients.ts'

const marks = ['marked-value', 'marked "quoted"', 'marked-user']
const places = [...marks, 'marked \\"quoted', Buffer.from('marked-value').toString('hex')]

/** All that somebody may print of an error. */
function printed(error: unknown): string {
  const parts = [
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 20, showHidden: true }),
  ]
  for (let one = error; one instanceof Error; one = one.cause) {
    const own = Reflect.ownKeys(one).map((key) => JSON.stringify(Reflect.get(one as object, key)))
    parts.push(...own, JSON.stringify(one), one.message, String(one.stack))
  }
  return parts.join('\n')
}

/** What a save with marked values fails with, and what the driver had said of it. */
async function failureOf(storage: ServerSessionStorage, spoil: () => unknown): Promise<Error> {
  const { events } = storage
  assert.ok(events)
  const first = await storage.read(null)
  first.set('a', 1)
  const cookie = await storage.save(first)
  const session = await storage.read(cookie)
  session.set('b', marks[0])
  session.set('c', marks[1])
  session.login(marks[2]!)
  await spoil()
  const error: unknown = await storage.save(session).then(
    () => undefined,
    (failure: unknown) => failure,
  )
  assert.ok(error instanceof Error, 'it did not fail')
  return error
}

function isFree(error: Error): void {
  const text = printed(error)
  for (const place of places) assert.ok(!text.includes(place), text)
  assert.ok(error.cause instanceof Error)
  assert.match(error.cause.stack ?? '', /^\w*error/i)
}

describe('what a driver throws, as it leaves the storage', () => {
  describe('redis', { skip: missing('redis') }, () => {
    let service: UrlService
    before(async () => void (service = await startRedis()))
    after(() => service.stop())
    for (const [name, make] of Object.entries(toOne)) {
      it(`holds no value: ${name}`, async () => {
        const { client, close } = await make(service)
        const storage = createRedisSessionStorage(client)
        const admin = new Redis(service.url)
        const error = await failureOf(storage, async () => {
          for (const key of await admin.keys('session:*')) {
            await admin.del(key)
            await admin.rpush(key, 'not ours')
          }
        })
        isFree(error)
        assert.match(error.message, /WRONGTYPE/)
        await admin.flushall()
        admin.disconnect()
        await close()
      })
    }
  })

  const servers = {
    postgres: [
      startPostgres,
      (url: string) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
    ],
    mariadb: [startMariadb, (url: string) => new MysqlDialect({ pool: mysql.createPool(url) })],
  } as const
  for (const [name, [start, dialect]] of Object.entries(servers)) {
    it(`holds no value: ${name}`, { skip: missing(name as keyof typeof servers) }, async () => {
      const service = await start()
      const kysely = new Kysely<Record<string, object>>({ dialect: dialect(service.url) })
      await createSessionTable(kysely, { table: 'sessions' })
      const storage = createSqlSessionStorage(kysely, { table: 'sessions' })
      const table = sql.table('sessions')
      const error = await failureOf(storage, async () => {
        await sql`ALTER TABLE ${table} ADD CONSTRAINT none_with_owners CHECK (owner IS NULL)`.execute(
          kysely,
        )
      })
      isFree(error)
      await kysely.destroy()
      await service.stop()
    })
  }

  it('holds no value, but the path: fs', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'driver-errors-'))
    const directory = path.join(folder, 'sessions')
    const storage = createFsSessionStorage(directory)
    const error = await failureOf(storage, () => {
      fs.rmSync(directory, { recursive: true })
      fs.writeFileSync(directory, 'no directory')
    })
    isFree(error)
    assert.ok(inspect(error.cause).includes(directory), inspect(error.cause))
    await storage.close()
    fs.rmSync(folder, { recursive: true })
  })
})
