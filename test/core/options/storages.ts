import process from 'node:process'
import { createSessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { type ExpressStore, fromExpressStore } from 'coatcheck/compat/express-store'
import * as cloudflare from 'coatcheck/cloudflare-storage'
import * as fs from 'coatcheck/fs-storage'
import * as memcache from 'coatcheck/memcache-storage'
import * as memory from 'coatcheck/memory-storage'
import * as redis from 'coatcheck/redis-storage'
import * as sql from 'coatcheck/sql-storage'
import * as sqlite from 'coatcheck/sqlite-storage'
import * as unstorage from 'coatcheck/unstorage-storage'
import express from 'express-session'
import { createStorage } from 'unstorage'
import { kyselyOn, memoryDatabase } from '../../storages/kysely-sqlite.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { type Maker, nothing, now, type Options, ofStorages, storageMistakes } from './maker.ts'

interface NodeSqlite {
  DatabaseSync: new (path: string) => sqlite.SqliteDatabase
}

/** Node 20 has no SQLite of its own. */
async function openSqlite(): Promise<sqlite.SqliteDatabase> {
  const builtin = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (builtin !== undefined) return new builtin.DatabaseSync(':memory:')
  const { default: Libsql } = await import('libsql')
  return new Libsql(':memory:') as unknown as sqlite.SqliteDatabase
}

const store = memory.createMemoryStore()
const database = await openSqlite()
const kysely = kyselyOn(await memoryDatabase())
const place = createStorage()
const directory = temporaryFolder()
const expressStore = new express.MemoryStore() as unknown as ExpressStore
const server = { url: 'redis://127.0.0.1:1' }
const host = '127.0.0.1:1'
/** They are asked for nothing before something is read or written. */
const d1 = { prepare: () => ({ run: nothing }) } as never
const objects = { idFromName: nothing } as never

/** A store, and the storage that is made with it from one object of options. */
function both(
  name: string,
  [makeStore, makeStorage]: [Maker['make'], Maker['make']],
  good: Options,
  mistakes: Record<string, string>,
): Record<string, Maker> {
  return {
    [`create${name}Store`]: { make: makeStore, good, mistakes },
    [`create${name}SessionStorage`]: {
      make: makeStorage,
      good: { ...ofStorages, ...good },
      mistakes: { ...storageMistakes, ...mistakes },
    },
  }
}

const sqlMakers = both(
  'Sql',
  [
    (options) => sql.createSqlStore(kysely, options),
    (options) => sql.createSqlSessionStorage(kysely, options),
  ],
  { table: 'sessions', timeout: 1, prepare: false, now },
  { tableName: 'table', timout: 'timeout' },
)
// Kysely takes one for the schema of a table.
sqlMakers['createSqlSessionStorage']!.readByOthers = ['schema']

export const storageMakers: Record<string, Maker> = {
  createSessionStorage: {
    make: (options) => createSessionStorage(store, options),
    good: ofStorages,
    mistakes: storageMistakes,
    wrong: [{ maxSessions: 5 }, { prefix: 'a' }],
  },
  createCookieSessionStorage: {
    make: createCookieSessionStorage,
    good: { ...ofStorages, isRevoked: () => false, context: 'admin' },
    mistakes: { ...storageMistakes, isrevoked: 'isRevoked', salt: 'context' },
  },
  ...both(
    'Memory',
    [memory.createMemoryStore, memory.createMemorySessionStorage],
    { maxSessions: 5, now },
    { max: 'maxSessions', maxSession: 'maxSessions' },
  ),
  ...both(
    'Fs',
    [
      (options) => fs.createFsStore(directory, options),
      (options) => fs.createFsSessionStorage(directory, options),
    ],
    { durable: false, sweepInterval: 0, now },
    { durabel: 'durable', checkPeriod: 'sweepInterval' },
  ),
  ...both(
    'Sqlite',
    [
      (options) => sqlite.createSqliteStore(database, options),
      (options) => sqlite.createSqliteSessionStorage(database, options),
    ],
    { table: 'sessions', durable: false, timeout: 1, sweepInterval: 0, now },
    { tableName: 'table', checkPeriod: 'sweepInterval', timout: 'timeout' },
  ),
  ...sqlMakers,
  createSessionTable: {
    make: (options) => sql.createSessionTable(kysely, options),
    good: { table: 'sessions' },
    mistakes: { tableName: 'table' },
  },
  ...both(
    'Redis',
    [
      (options) => redis.createRedisStore(server, options),
      (options) => redis.createRedisSessionStorage(server, options),
    ],
    { prefix: 'a:', timeout: 1, waitReplicas: 0, now },
    { keyPrefix: 'prefix', namespace: 'prefix', commandTimeout: 'timeout' },
  ),
  'The address of a Redis, as a URL': {
    make: redis.createRedisStore,
    good: { url: 'rediss://127.0.0.1:1', tls: {} },
    needed: ['url'],
    mistakes: { tsl: 'tls' },
  },
  'The address of a Redis, as a cluster': {
    make: redis.createRedisStore,
    good: { cluster: ['a:1'], username: 'ada', password: 'secret', tls: true },
    needed: ['cluster'],
    mistakes: { user: 'username' },
  },
  'The address of a Redis, with a host': {
    make: redis.createRedisStore,
    good: { host: 'a', port: 1, db: 0, username: 'ada', password: 'secret', tls: false },
    needed: ['host'],
    mistakes: { user: 'username', dbs: 'db' },
    wrong: [{ tls: 'false' }],
  },
  'The address of a Redis, with Sentinels': {
    make: redis.createRedisStore,
    good: {
      sentinels: ['a:1'],
      name: 'main',
      db: 0,
      username: 'ada',
      password: 'secret',
      tls: {},
      sentinelUsername: 'ada',
      sentinelPassword: 'secret',
      sentinelTls: true,
    },
    needed: ['sentinels', 'name'],
    mistakes: { sentinelPasword: 'sentinelPassword' },
  },
  ...both(
    'Memcache',
    [
      (options) => memcache.createMemcacheStore(host, options),
      (options) => memcache.createMemcacheSessionStorage(host, options),
    ],
    { prefix: 'a:', timeout: 1, now },
    { keyPrefix: 'prefix', timout: 'timeout' },
  ),
  'Where memcached is': {
    make: memcache.createMemcacheStore,
    good: { hosts: [host] },
    needed: ['hosts'],
    mistakes: { host: 'hosts' },
  },
  ...both(
    'D1',
    [
      (options) => cloudflare.createD1Store(d1, options),
      (options) => cloudflare.createD1SessionStorage(d1, options),
    ],
    { table: 'sessions', timeout: 1, now },
    { tableName: 'table', timout: 'timeout' },
  ),
  createD1SessionTable: {
    make: (options) => cloudflare.createD1SessionTable(d1, options),
    good: { table: 'sessions' },
    mistakes: { tableName: 'table' },
  },
  ...both(
    'DurableObject',
    [
      (options) => cloudflare.createDurableObjectStore(objects, options),
      (options) => cloudflare.createDurableObjectSessionStorage(objects, options),
    ],
    { prefix: 'a:', timeout: 1, now },
    { keyPrefix: 'prefix', timout: 'timeout' },
  ),
  ...both(
    'Unstorage',
    [
      (options) => unstorage.createUnstorageStore(place, options),
      (options) => unstorage.createUnstorageSessionStorage(place, options),
    ],
    { prefix: 'a', timeout: 1, now },
    { base: 'It has', timout: 'timeout' },
  ),
  fromExpressStore: {
    make: (options) => fromExpressStore(expressStore, options),
    good: { timeout: 1, now },
    mistakes: { timout: 'timeout' },
  },
}
