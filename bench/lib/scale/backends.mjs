// Our storages for the workload S, each with its store: fillers go into that, past the storage.
import { Kysely, PostgresDialect, sql } from 'kysely'
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
    return {
      store: createSqlStore(kysely, { table }),
      // One by one a million rows would take minutes.
      async copy(_store, handle, count) {
        await sql`insert into ${sql.table(table)} (id, value, version, owner, expires_at)
          select substr(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), 1, 22),
            value, version, owner, expires_at
          from ${sql.table(table)}, generate_series(1, ${count}::int) where id = ${handle}`.execute(
          kysely,
        )
        // Or the server would still be busy with them.
        await sql`vacuum analyze ${sql.table(table)}`.execute(kysely)
        await sql`checkpoint`.execute(kysely)
      },
      close: () => kysely.destroy(),
    }
  },
}

/** Room for the greatest size that is measured. */
const options = { maxBytes: 131_072 }

/** `{ storage, store, copy, close }`; the cookie has no store. `copy` is what fills it faster than its own `write`. */
export async function open(name, context) {
  if (name === 'sealed cookie') {
    return { storage: createCookieSessionStorage(), close: () => {} }
  }
  const { store, copy, close } = await stores[name](context)
  const storage = createSessionStorage(store, options)
  return {
    storage,
    store,
    copy,
    async close() {
      await storage.close?.()
      await close?.()
    },
  }
}
