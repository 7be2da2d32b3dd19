import type { ClosableStore, IndexedStore } from '../../core/store/session-store.ts'
import { UsageError } from '../command.ts'
import type { Finding } from './finding.ts'
import { openFolder } from './folder.ts'
import { openRedis } from './redis.ts'
import { openSql } from './sql.ts'
import { openSqlite } from './sqlite.ts'

/** A store, and what a command asks of it that apps do not. */
export interface OpenedStore {
  /** What it is called in a sentence. */
  kind: string
  store: IndexedStore & ClosableStore
  /** All keys, those of notes and of expired records included. */
  keys(): AsyncIterable<string>
  /** What is right and wrong with how it was set up. */
  findings(): Promise<Finding[]>
  close(): Promise<void>
}

export interface StorePlace {
  table?: string | undefined
  prefix?: string | undefined
}

/**
 * @throws {UsageError} If it names no storage that lists its sessions.
 */
export async function openStore(url: string, place: StorePlace): Promise<OpenedStore> {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/is.exec(url) ?? []
  // `file:///srv/sessions` is meant as it is in URLs.
  const path = rest.replace(/^\/\/(?=\/)/, '')
  // Without the text, which may hold a password.
  const isServer = /^(rediss?|postgres(ql)?|mysql|mariadb)$/i.test(scheme)
  if (isServer && !(rest.startsWith('//') && URL.canParse(url))) {
    throw new UsageError(`This is no URL: ${scheme}://user:password@host:port/…`)
  }
  switch (scheme.toLowerCase()) {
    case 'file':
      return openFolder(path)
    case 'sqlite':
      return openSqlite(path, place)
    case 'redis':
    case 'rediss':
      return openRedis(url, place)
    case 'postgres':
    case 'postgresql':
    case 'mysql':
    case 'mariadb':
      return openSql(url, place)
    case 'memcached':
      throw new UsageError(
        'Memcached cannot list what it keeps. These storages can: file:, sqlite:, redis:, rediss:, postgres:, mysql:',
      )
    default:
      throw new UsageError(
        'A storage is file:./folder, sqlite:./file.db, redis://…, rediss://…, postgres://… or mysql://…',
      )
  }
}
