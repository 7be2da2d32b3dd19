import type { IndexedStore, SessionStore, SweepableStore } from 'coatcheck'
import {
  createD1SessionTable,
  createD1Store,
  createDurableObjectStore,
} from 'coatcheck/cloudflare-storage'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
import { createRedisStore } from 'coatcheck/redis-storage'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import type { Dialect } from 'kysely'
import { remoteD1, remoteObjects } from './bindings.ts'

export interface Backend {
  store: SessionStore & Partial<Pick<IndexedStore & SweepableStore, 'keysOf' | 'deleteExpired'>>
  close(): Promise<unknown>
}

interface BackendOptions {
  /** Seconds an operation may take. */
  timeout: number
  now: () => number
}

type Opener = (place: string, options: BackendOptions) => Backend | Promise<Backend>

/** Drivers are loaded where they are used: to load all of them takes a process longer than to start. */
const openers: Record<string, Opener> = {
  fs(place, { now }) {
    const store = createFsStore(place, { now, sweepInterval: 0 })
    return { store, close: () => store.close() }
  },
  async sqlite(place, { timeout, now }) {
    const database = await openSqlite(place)
    const store = createSqliteStore(database, { timeout, now, sweepInterval: 0 })
    return {
      store,
      async close() {
        await store.close()
        if (typeof database !== 'string') database.close()
      },
    }
  },
  redis: (place, options) => closing(createRedisStore({ url: `redis:${place}` }, options)),
  'redis-cluster': (place, options) =>
    closing(createRedisStore({ cluster: hostsIn(place) }, options)),
  memcached: (place, options) => closing(createMemcacheStore({ hosts: hostsIn(place) }, options)),
  async postgres(place, options) {
    const [{ PostgresDialect }, { default: pg }] = await Promise.all([
      import('kysely'),
      import('pg'),
    ])
    const pool = new pg.Pool({ connectionString: `postgres:${place}`, max: 4 })
    // A connection that breaks is replaced, and what needed it fails by itself: also one that breaks after the pool
    // has given it away and before it is used, of which the pool says nothing.
    pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}))
    return inDatabase(new PostgresDialect({ pool }), options)
  },
  async mysql(place, options) {
    const [{ MysqlDialect }, { createPool }] = await Promise.all([
      import('kysely'),
      import('mysql2'),
    ])
    const pool = createPool({ uri: `mysql:${place}`, connectionLimit: 4 })
    return inDatabase(new MysqlDialect({ pool }), options)
  },
  async d1(place, options) {
    const database = remoteD1(`http:${place}`)
    await createD1SessionTable(database)
    return { store: createD1Store(database, options), close: async () => {} }
  },
  'durable-objects': (place, options) => ({
    store: createDurableObjectStore(remoteObjects(`http:${place}`), options),
    close: async () => {},
  }),
}

/** Opens what an address such as `redis://localhost:6379`, `memcached://one:1,two:2` or `fs:./sessions` names. */
export async function openBackend(address: string, options: BackendOptions): Promise<Backend> {
  const colon = address.indexOf(':')
  const open = openers[address.slice(0, colon)]
  if (open === undefined) throw new Error(`no such backend: ${address}`)
  return open(address.slice(colon + 1), options)
}

function closing(store: Backend['store'] & { close(): Promise<void> }): Backend {
  return { store, close: () => store.close() }
}

async function inDatabase(dialect: Dialect, options: BackendOptions): Promise<Backend> {
  const { Kysely } = await import('kysely')
  const kysely = new Kysely<Record<string, object>>({ dialect })
  await createSessionTable(kysely)
  return { store: createSqlStore(kysely, options), close: () => kysely.destroy() }
}

/** Node 20 has no SQLite of its own: there it is libsql, in the shape of better-sqlite3. */
async function openSqlite(file: string): Promise<string | SqliteDatabase> {
  if (process.getBuiltinModule('node:sqlite') !== undefined) return file
  const { default: Libsql } = await import('libsql')
  const database = new Libsql(file)
  database.pragma('busy_timeout = 20')
  database.pragma('journal_mode = WAL')
  return database as unknown as SqliteDatabase
}

/** `//one:11211,two:11211` */
function hostsIn(place: string): string[] {
  return place.replace(/^\/\//, '').split(',')
}
