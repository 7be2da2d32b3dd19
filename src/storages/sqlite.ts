import { configError } from '../core/errors.ts'
import { createHandle } from '../core/id.ts'
import { fromAscii, toAscii } from '../core/ascii.ts'
import type { StandardSchema } from '../core/schema.ts'
import type { SessionData, UntypedData } from '../core/session.ts'
import { createSessionStorage, type ServerSessionStorage } from '../core/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/session-store.ts'
import type { SessionStorageOptions } from '../core/storage-options.ts'
import { UnderWay } from '../core/under-way.ts'
import { blockUntilFree, isBusy, openDatabase, type SqliteDatabase } from './sqlite/database.ts'
import { prepareStatements, type Statements } from './sqlite/statements.ts'

export type { SqliteDatabase, SqliteStatement } from './sqlite/database.ts'

export interface SqliteStoreOptions {
  /** The table, made if need be. Letters, digits and underscores. Default `sessions`. */
  table?: string
  /**
   * Whether a write waits until the disk has it, so that it outlives a power failure. Without, it
   * outlives the process but perhaps not the machine. Default `false`.
   */
  durable?: boolean
  /** Seconds to wait for other processes that write: 0.1 to 60. Default 2. */
  timeout?: number
  /** Seconds between sweeps of expired records: 1 to 86,400, or 0 for none. Default 600. */
  sweepInterval?: number
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

/** Milliseconds that SQLite may block this process waiting for another one; after that we wait without. */
const blockingWait = 20
const longestPause = 25
/** Expired records that are deleted at once. */
const batch = 1000

/**
 * Keeps records in an SQLite database (WAL), for any number of processes on one machine: the default
 * where sessions shall outlive the process.
 *
 * @param database A file, made if need be, on runtimes with `node:sqlite`; or a database that the app
 * opened with it, better-sqlite3, libsql or `bun:sqlite`, which stays the app's to close.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the database cannot be used or an option is wrong.
 */
export function createSqliteStore(
  database: string | SqliteDatabase,
  options: SqliteStoreOptions = {},
): IndexedStore & SweepableStore & ClosableStore {
  const { table = 'sessions', durable = false, now = Date.now } = options
  const { timeout = 2, sweepInterval = 600 } = options
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(table)) {
    throw configError('table must be letters, digits and underscores')
  }
  if (!(timeout >= 0.1 && timeout <= 60)) {
    throw configError('timeout must be from 0.1 to 60 seconds')
  }
  if (!Number.isInteger(sweepInterval) || sweepInterval < 0 || sweepInterval > 86_400) {
    throw configError('sweepInterval must be a whole number of seconds from 0 to 86400')
  }
  const isOurs = typeof database === 'string'
  const db = isOurs ? openDatabase(database) : database
  const statements = prepare()

  function prepare(): Statements {
    try {
      return blockUntilFree(timeout * 1000, () => {
        if (isOurs) {
          db.exec(`PRAGMA busy_timeout = ${blockingWait}`)
          db.exec('PRAGMA journal_mode = WAL')
          db.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`)
        }
        return prepareStatements(db, table)
      })
    } catch (error) {
      if (isOurs) db.close()
      throw configError(`Sessions cannot be kept in this database: ${(error as Error).message}`)
    }
  }

  const underWay = new UnderWay()

  /** Does it again while another process writes, without blocking this one. */
  function whenFree<T>(work: () => T): Promise<T> {
    return underWay.run(() => tryUntilFree(work))
  }

  async function tryUntilFree<T>(work: () => T): Promise<T> {
    const end = performance.now() + timeout * 1000
    for (;;) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || performance.now() >= end) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * longestPause))
    }
  }

  async function deleteExpired(): Promise<number> {
    const time = now()
    let deleted = 0
    let found: number
    do {
      found = await whenFree(() => statements.deleteExpired(time, batch))
      deleted += found
    } while (found === batch)
    return deleted
  }

  /** A sweep that fails is followed by another one. */
  function sweepQuietly(): void {
    deleteExpired().catch(() => {})
  }
  const timer = sweepInterval === 0 ? undefined : setInterval(sweepQuietly, sweepInterval * 1000)
  ;(timer as { unref?(): void } | undefined)?.unref?.()

  function close(): Promise<void> {
    clearInterval(timer)
    return underWay.close(() => isOurs && db.close())
  }

  return {
    async read(key) {
      const row = await whenFree(() => statements.read(key, now()))
      return row && { value: fromAscii(row.value), version: row.version }
    },

    async write(key, value, { replaces, expiresAt, owner }) {
      // Random, so that a version of a record that was deleted and made anew never comes back.
      const row = { value: toAscii(value), version: createHandle(), owner, expiresAt }
      const written = await whenFree(() =>
        replaces === null
          ? statements.create(key, row, now())
          : statements.replace(key, row, replaces, now()),
      )
      return written ? row.version : undefined
    },

    delete: (key) => whenFree(() => statements.delete(key)),

    keysOf: (owner) => whenFree(() => statements.keysOf(owner, now())),

    deleteExpired,

    close,
  }
}

/**
 * Keeps sessions in an SQLite database: see {@link createSqliteStore}.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the database cannot be used or an option is wrong.
 */
export function createSqliteSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  database: string | SqliteDatabase,
  options: SessionStorageOptions & SqliteStoreOptions & { schema?: StandardSchema<Data> } = {},
): ServerSessionStorage<Data, Flash> {
  return createSessionStorage<Data, Flash>(createSqliteStore(database, options), options)
}
