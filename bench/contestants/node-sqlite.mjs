// SQLite of Node itself, where it has one.
import createSqliteStore from 'better-sqlite3-session-store'
import expressSession from 'express-session'
import { createSqliteSessionStorage } from '../../dist/storages/sqlite.js'
import { cycle } from '../lib/coatcheck-cycle.mjs'
import { bareName, connectApp, sessionOptions } from '../lib/connect-app.mjs'
import { tuneSqlite } from '../lib/connections.mjs'

const { DatabaseSync } = (await import('node:sqlite').catch(() => undefined)) ?? {}

export const contestants =
  DatabaseSync === undefined
    ? []
    : [
        {
          workload: 'sqlite',
          name: 'coatcheck sqlite, on node:sqlite',
          kind: 'ours',
          make: (context) =>
            cycle(context, createSqliteSessionStorage(`${context.folder}/coatcheck-node.db`)),
        },
        {
          workload: 'sqlite',
          name: 'better-sqlite3-session-store, on node:sqlite',
          kind: 'peer',
          minus: bareName,
          note: 'puts off the end on each read',
          make(context) {
            const client = tuneSqlite(new DatabaseSync(`${context.folder}/connect-node.db`))
            const Store = createSqliteStore(expressSession)
            const store = new Store({ client })
            const app = connectApp(context, expressSession({ ...sessionOptions, store }))
            return { ...app, close: () => client.close() }
          },
        },
      ]
