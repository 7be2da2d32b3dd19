import type { ServerSessionStorage } from 'coatcheck'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import mysql from 'mysql2'
import pg from 'pg'
import { createClient } from 'redis'
import {
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
  type Service,
  type ServiceName,
} from '../../services/index.ts'

export type Values = { mark?: string; n?: number }
export type Storage = ServerSessionStorage<Values>

/** A storage to be put behind something that breaks. */
export interface Backend {
  service: ServiceName
  /** The server that `npm test` has started, or one of the test's own. */
  start(): Promise<{ port: number; stop(): Promise<void> }>
  /** As an app would make it, for a server on this port. `timeout` in seconds. */
  open(port: number, timeout: number): Promise<Opened>
}

export interface Opened {
  storage: Storage
  close(): Promise<unknown>
}

async function portOf(
  url: string | undefined,
  start: () => Promise<Service>,
): Promise<{ port: number; stop(): Promise<void> }> {
  if (url) return { port: Number(new URL(url).port), stop: async () => {} }
  const service = await start()
  return { port: service.ports[0]!, stop: () => service.stop() }
}

const { REDIS_URL, MEMCACHED_HOSTS, POSTGRES_URL, MYSQL_URL } = process.env
const redis = { service: 'redis', start: () => portOf(REDIS_URL, startRedis) } as const
const memcachedUrl = MEMCACHED_HOSTS && `tcp://${MEMCACHED_HOSTS.split(',')[0]}`

export type AnyKysely = Kysely<Record<string, object>>

/** Like `new pg.Pool()` in an app: with nothing set that the storage's own deadline might rely on. */
export function openPostgres(
  port: number,
  options: pg.PoolConfig = {},
): { kysely: AnyKysely; pool: pg.Pool } {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', max: 5, ...options })
  // It ends the process when nobody listens.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return { kysely: new Kysely({ dialect: new PostgresDialect({ pool }) }), pool }
}

export function openMariadb(port: number, options: mysql.PoolOptions = {}): AnyKysely {
  const where = { host: '127.0.0.1', port, user: 'root', database: 'coatcheck' }
  const pool = mysql.createPool({ ...where, connectionLimit: 5, ...options })
  return new Kysely({ dialect: new MysqlDialect({ pool }) })
}

async function overSql(kysely: AnyKysely, timeout: number): Promise<Opened> {
  const table = `faults_${process.pid}`
  await createSessionTable(kysely, { table })
  const storage: Storage = createSqlSessionStorage(kysely, { table, timeout })
  return { storage, close: () => kysely.destroy() }
}

export const backends: Record<string, Backend> = {
  'redis storage with a client of its own': {
    ...redis,
    async open(port, timeout) {
      const url = `redis://127.0.0.1:${port}`
      const storage: Storage = createRedisSessionStorage({ url }, { timeout })
      return { storage, close: () => storage.close() }
    },
  },
  'redis storage with a client of redis': {
    ...redis,
    async open(port, timeout) {
      const client = createClient({ url: `redis://127.0.0.1:${port}` })
      await client.on('error', () => {}).connect()
      const storage: Storage = createRedisSessionStorage(client, { timeout })
      return { storage, close: async () => client.destroy() }
    },
  },
  'memcache storage': {
    service: 'memcached',
    start: () => portOf(memcachedUrl, () => startMemcached({ count: 1 })),
    async open(port, timeout) {
      const storage: Storage = createMemcacheSessionStorage(`127.0.0.1:${port}`, { timeout })
      return { storage, close: () => storage.close() }
    },
  },
  'sql storage on PostgreSQL': {
    service: 'postgres',
    start: () => portOf(POSTGRES_URL, startPostgres),
    open: async (port, timeout) => overSql(openPostgres(port).kysely, timeout),
  },
  'sql storage on MariaDB': {
    service: 'mariadb',
    start: () => portOf(MYSQL_URL, startMariadb),
    open: async (port, timeout) => overSql(openMariadb(port), timeout),
  },
}
