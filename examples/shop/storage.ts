import type { ServerSessionStorage, SessionEventListener, SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSqlSessionStorage } from 'coatcheck/sql-storage'
import { createSqliteSessionStorage } from 'coatcheck/sqlite-storage'
import { type Database, openMysql, openPostgres, openSqlite } from './databases.ts'
import { lifetime } from './lifetime.ts'
import type { ShopData, ShopFlash } from './session.ts'

/** A cookie storage has no list of devices and nothing to close, so these are optional. */
export type ShopStorage = SessionStorage<ShopData, ShopFlash> &
  Partial<Pick<ServerSessionStorage, 'sessionsOf' | 'revoke' | 'revokeAll' | 'close'>>

/** What each storage is told: how long sessions live, and whom to tell what happens. */
type Options = typeof lifetime & { onEvent?: SessionEventListener | undefined }

interface Asked {
  /** The whole address. */
  url: string
  /** What is behind its first word. */
  place: string
  options: Options
}

type Opener = (asked: Asked) => ShopStorage | Promise<ShopStorage>

/** Each kind of storage under the first word of its address. A new one is a new line here. */
const kinds: Record<string, Opener> = {
  fs: ({ place, options }) => createFsSessionStorage<ShopData, ShopFlash>(place, options),
  sqlite: async ({ place, options }) =>
    createSqliteSessionStorage<ShopData, ShopFlash>(await openSqlite(place), options),
  redis: ({ url, options }) => createRedisSessionStorage<ShopData, ShopFlash>({ url }, options),
  memcached: ({ place, options }) =>
    createMemcacheSessionStorage<ShopData, ShopFlash>({ hosts: hostsIn(place) }, options),
  postgres: async ({ url, options }) => inDatabase(await openPostgres(url), options),
  mysql: async ({ url, options }) => inDatabase(await openMysql(url), options),
  memory: ({ options }) => createMemorySessionStorage<ShopData, ShopFlash>(options),
  cookie: ({ options }) => createCookieSessionStorage<ShopData, ShopFlash>(options),
}

/** Opens what an address such as `fs:./sessions` or `redis://localhost` names. */
export async function openStorage(
  address: string,
  onEvent?: SessionEventListener,
): Promise<ShopStorage> {
  const colon = address.indexOf(':')
  const open = kinds[address.slice(0, colon)]
  if (open === undefined) {
    throw new Error(
      `Unknown storage "${address}". It begins with ${Object.keys(kinds).join(':, ')}:`,
    )
  }
  const options = { ...lifetime, onEvent }
  return open({ url: address, place: address.slice(colon + 1), options })
}

/** The database is the shop's, so the shop closes it, after what is under way. */
function inDatabase(database: Database, options: Options): ShopStorage {
  const storage = createSqlSessionStorage<ShopData, ShopFlash>(database, options)
  return { ...storage, close: () => storage.close().then(() => database.destroy()) }
}

/** `//one:11211,two:11211` */
function hostsIn(place: string): string[] {
  return place.replace(/^\/\//, '').split(',')
}
