import { createRequire } from 'node:module'
import { describe } from 'node:test'
import expressSession from 'express-session'
import createMemoryStore from 'memorystore'
import session from 'coatcheck/compat/express-session'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import { itLogsInAndOut } from './passport-app.ts'

const require = createRequire(import.meta.url)
const MemoryStore = createMemoryStore(session as unknown as typeof expressSession)

/** Node 20 has no SQLite of its own. */
function sqlite() {
  if (process.getBuiltinModule('node:sqlite')) return createSqliteSessionStorage(':memory:')
  const Database = require('libsql') as new (path: string) => unknown
  return createSqliteSessionStorage(new Database(':memory:') as SqliteDatabase)
}

describe('passport over a storage of ours', () => {
  describe('cookie', () => itLogsInAndOut(() => createCookieSessionStorage(), true))
  describe('memory', () => itLogsInAndOut(() => createMemorySessionStorage()))
  describe('sqlite', () => itLogsInAndOut(sqlite))
  describe('the one that it has without a store', () => itLogsInAndOut(() => undefined))
})

describe('passport over a store of express-session', () => {
  describe('memorystore', () => itLogsInAndOut(() => new MemoryStore({ checkPeriod: 0 })))
  describe('its own', () => itLogsInAndOut(() => new expressSession.MemoryStore()))
  describe('that of this entry', () => itLogsInAndOut(() => new session.MemoryStore()))
})
