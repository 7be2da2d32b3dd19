import type { ServerSessionStorage, SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSqlSessionStorage } from 'coatcheck/sql-storage'
import { createSqliteSessionStorage } from 'coatcheck/sqlite-storage'
import { type Database, openMysql, openPostgres, openSqlite } from './databases.ts'
import type { ShopData, ShopFlash } from './session.ts'

/** A cookie storage has no list of devices and nothing to close, so these are optional. */
export type ShopStorage = SessionStorage<ShopData, ShopFlash> &
  Partial<Pick<ServerSessionStorage, 'sessionsOf' | 'revokeAll' | 'close'>>

const day = 24 * 60 * 60

/** Both clocks are kept by the server, whatever the browser thinks of its cookie. */
const lifetime = { idleTimeout: 7 * day, absoluteTimeout: 30 * day }

type Opener = (address: string, place: string) => ShopStorage | Promise<ShopStorage>

/** Each kind of storage under the first word of its address. A new one is a new line here. */
const kinds: Record<string, Opener> = {
  fs: (_, directory) => createFsSessionStorage<ShopData, ShopFlash>(directory, lifetime),
  sqlite: async (_, file) =>
    createSqliteSessionStorage<ShopData, ShopFlash>(await openSqlite(file), lifetime),
  redis: (url) => createRedisSessionStorage<ShopData, ShopFlash>({ url }, lifetime),
  memcached: (_, place) =>
    createMemcacheSessionStorage<ShopData, ShopFlash>({ hosts: hostsIn(place) }, lifetime),
  postgres: async (url) => inDatabase(await openPostgres(url)),
  mysql: async (url) => inDatabase(await openMysql(url)),
  memory: () => createMemorySessionStorage<ShopData, ShopFlash>(lifetime),
  cookie: () => createCookieSessionStorage<ShopData, ShopFlash>(lifetime),
}

/** Opens what an address such as `fs:./sessions` or `redis://localhost` names. */
export async function openStorage(address: string): Promise<ShopStorage> {
  const colon = address.indexOf(':')
  const open = kinds[address.slice(0, colon)]
  if (open === undefined) {
    throw new Error(
      `Unknown storage "${address}". It begins with ${Object.keys(kinds).join(':, ')}:`,
    )
  }
  return open(address, address.slice(colon + 1))
}

/** The database is the shop's, so the shop closes it, after what is under way. */
function inDatabase(database: Database): ShopStorage {
  const storage = createSqlSessionStorage<ShopData, ShopFlash>(database, lifetime)
  return { ...storage, close: () => storage.close().then(() => database.destroy()) }
}

/** `//one:11211,two:11211` */
function hostsIn(place: string): string[] {
  return place.replace(/^\/\//, '').split(',')
}
