// Stores of express-session on servers and in SQLite, set up as their READMEs say.
import createSqliteStore from 'better-sqlite3-session-store'
import createMemcachedStore from 'connect-memcached'
import createPgStore from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import createMysqlStore from 'express-mysql-session'
import expressSession from 'express-session'
import Database from 'libsql'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { createClient } from 'redis'
import { bareConnectApp, bareName, connectApp, sessionOptions } from '../lib/connect-app.mjs'
import { poolSize, tuneSqlite } from '../lib/connections.mjs'

const touching = 'puts off the end on each read'

/** An app of express-session with this store. `makeStore` returns it, and what closes its connections. */
function app(workload, name, makeStore, note = touching) {
  const make = async (context) => {
    const { store, close } = await makeStore(context)
    return { ...connectApp(context, expressSession({ ...sessionOptions, store })), close }
  }
  return { workload, name, kind: 'peer', minus: bareName, make, note }
}

/** The same, and beside it one that does not write on each read. */
function appsThatTouch(workload, name, makeStore) {
  const without = (context) => makeStore(context, { disableTouch: true })
  return [
    app(workload, name, (context) => makeStore(context, {})),
    app(workload, `${name}, disableTouch`, without, ''),
  ]
}

export const contestants = [
  {
    workload: ['redis', 'memcached', 'postgres', 'mariadb', 'sqlite'],
    name: bareName,
    kind: 'base',
    make: bareConnectApp,
  },
  ...appsThatTouch('redis', 'connect-redis', async ({ url }, options) => {
    const client = await createClient({ url }).connect()
    const store = new RedisStore({ client, prefix: 'connect:', ...options })
    return { store, close: () => client.destroy() }
  }),
  app('memcached', 'connect-memcached', ({ host }) => {
    const Store = createMemcachedStore(expressSession)
    return { store: new Store({ hosts: [host], prefix: 'connect-' }) }
  }),
  ...appsThatTouch('postgres', 'connect-pg-simple', async ({ url }, options) => {
    const pool = new Pool({ connectionString: url, max: poolSize })
    const Store = createPgStore(expressSession)
    const store = new Store({ pool, createTableIfMissing: true, ...options })
    return { store, close: () => pool.end() }
  }),
  ...appsThatTouch('mariadb', 'express-mysql-session', async ({ url }, options) => {
    const pool = createPool({ uri: url, connectionLimit: poolSize })
    const Store = createMysqlStore(expressSession)
    const store = new Store({ schema: { tableName: 'connect' }, ...options }, pool)
    await store.onReady()
    return { store, close: () => pool.end() }
  }),
  app('sqlite', 'better-sqlite3-session-store, on libsql', ({ folder }) => {
    const client = tuneSqlite(new Database(`${folder}/connect.db`))
    const Store = createSqliteStore(expressSession)
    return { store: new Store({ client }), close: () => client.close() }
  }),
]
