// Our storages for the workload S, each with its store: fillers go into that, past the storage.
import { Kysely, PostgresDialect } from 'kysely'
import Database from 'libsql'
import { Pool } from 'pg'
import { createSessionStorage } from '../../../dist/core/life-cycle/session-storage.js'
import { createCookieSessionStorage } from '../../../dist/storages/cookie.js'
import { createFsStore } from '../../../dist/storages/fs.js'
import { createMemoryStore } from '../../../dist/storages/memory.js'
import { createRedisStore } from '../../../dist/storages/redis.js'
import { createSessionTable, createSqlStore } from '../../../dist/storages/sql.js'
import { createSqliteStore } from '../../../dist/storages/sqlite.js'
import { poolSize, tuneSqlite } from '../connections.mjs'

const stores = {
  memory: () => ({ store: createMemoryStore({ maxSessions: 2_000_000 }) }),
  files: ({ folder }) => ({ store: createFsStore(`${folder}/files`) }),
  SQLite({ folder }) {
    const database = tuneSqlite(new Database(`${folder}/sessions.db`))
    return { store: createSqliteStore(database), close: () => database.close() }
  },
  Redis: ({ redis }) => ({
    store: createRedisStore({ url: redis }, { prefix: `${process.pid}:` }),
  }),
  async PostgreSQL({ postgres }) {
    const pool = new Pool({ connectionString: postgres, max: poolSize })
    const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) })
    const table = `sessions_${process.pid}`
    await createSessionTable(kysely, { table })
    return { store: createSqlStore(kysely, { table }), close: () => kysely.destroy() }
  },
}

/** Room for the greatest size that is measured. */
const options = { maxBytes: 131_072 }

/** `{ storage, store, close }`; the cookie has no store. */
export async function open(name, context) {
  if (name === 'sealed cookie') {
    return { storage: createCookieSessionStorage(), close: () => {} }
  }
  const { store, close } = await stores[name](context)
  const storage = createSessionStorage(store, options)
  return {
    storage,
    store,
    async close() {
      await storage.close?.()
      await close?.()
    },
  }
}
