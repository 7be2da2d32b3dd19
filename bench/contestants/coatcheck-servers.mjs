// Ours on servers and in SQLite; clients are set up as the docs say, and otherwise as they come.
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import Database from 'libsql'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { createFsSessionStorage } from '../../dist/storages/fs.js'
import { createMemcacheSessionStorage } from '../../dist/storages/memcache.js'
import { createRedisSessionStorage } from '../../dist/storages/redis.js'
import { createSessionTable, createSqlSessionStorage } from '../../dist/storages/sql.js'
import { createSqliteSessionStorage } from '../../dist/storages/sqlite.js'
import { cycle } from '../lib/coatcheck-cycle.mjs'
import { poolSize, tuneSqlite } from '../lib/connections.mjs'

const ours = (workload, name, make, rest) => ({ workload, name, kind: 'ours', make, ...rest })

async function onKysely(context, dialect, options) {
  const kysely = new Kysely({ dialect })
  await createSessionTable(kysely)
  const storage = createSqlSessionStorage(kysely, options)
  return { ...cycle(context, storage), close: () => kysely.destroy() }
}

function onPg({ url, ...context }, options) {
  const pool = new Pool({ connectionString: url, max: poolSize })
  return onKysely(context, new PostgresDialect({ pool }), options)
}

export const contestants = [
  ours('redis', 'coatcheck redis', (context) =>
    cycle(context, createRedisSessionStorage({ url: context.url })),
  ),
  ours('redis', 'coatcheck redis, client of redis', async (context) => {
    const client = await createClient({ url: context.url, disableOfflineQueue: true }).connect()
    const options = { prefix: 'client-of-redis:' }
    const storage = createRedisSessionStorage(client, options)
    return { ...cycle(context, storage), close: () => client.destroy() }
  }),
  ours('memcached', 'coatcheck memcache', (context) =>
    cycle(context, createMemcacheSessionStorage(context.host)),
  ),
  ours('postgres', 'coatcheck sql, Kysely on pg', (context) => onPg(context)),
  ours('postgres', 'coatcheck sql, Kysely on pg, unprepared', (context) =>
    onPg(context, { prepare: false }),
  ),
  ours('mariadb', 'coatcheck sql, Kysely on mysql2', ({ url, ...context }) => {
    const pool = createPool({ uri: url, connectionLimit: poolSize })
    return onKysely(context, new MysqlDialect({ pool }))
  }),
  ours('sqlite', 'coatcheck sqlite, on libsql', (context) => {
    const database = tuneSqlite(new Database(`${context.folder}/coatcheck.db`))
    return cycle(context, createSqliteSessionStorage(database))
  }),
  ours('sqlite', 'coatcheck fs', (context) =>
    cycle(context, createFsSessionStorage(`${context.folder}/coatcheck`)),
  ),
]
