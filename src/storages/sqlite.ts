import { fromAscii } from './parts/ascii.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { seconds } from '../core/record/lifetime.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { sqliteTable } from './parts/sqlite-table.ts'
import { hashOwner, makeRow, wholeMilliseconds } from './parts/stored-row.ts'
import { deleteInBatches } from './parts/sweep.ts'
import { UnderWay } from '../core/store/under-way.ts'
import {
  assertNoTransaction,
  blockUntilFree,
  openDatabase,
  type SqliteDatabase,
} from './sqlite/database.ts'
import { prepareStatements, type Statements } from './sqlite/statements.ts'
import { WhenFree } from './sqlite/when-free.ts'
import { systemTime, unref } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'
export type { SqliteDatabase, SqliteStatement } from './sqlite/database.ts'

export interface SqliteStoreOptions {
  /** The table, made if need be. Letters, digits and underscores, 63 at most. Default `sessions`. */
  table?: string | undefined
  /**
   * Whether a write waits until the disk has it, so that it outlives a power failure. Without, it
   * outlives the process but perhaps not the machine. Default `false`. Only with a path: a database that the app
   * opened has its own `PRAGMA synchronous`.
   */
  durable?: boolean | undefined
  /** Seconds to wait for other processes that write, or for a transaction of the app: 0.1 to 60. Default 2. */
  timeout?: number | undefined
  /** Seconds between sweeps of expired records: 1 to 86,400, or 0 for none. Default 600. */
  sweepInterval?: number | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<SqliteStoreOptions> = {
  table: 'string',
  durable: 'boolean',
  timeout: 'number',
  sweepInterval: 'number',
  now: 'function',
}

/** Milliseconds that SQLite may block this process waiting for another one; after that we wait without. */
const blockingWait = 20
/** Expired records that are deleted at once: nothing else happens meanwhile. */
const batch = 100

/**
 * Keeps records in an SQLite database (WAL), for any number of processes on one machine: the default
 * where sessions shall outlive the process.
 *
 * @param database The path of a file, made if need be and closed to other users of the machine, on runtimes with `node:sqlite`;
 * or a database that the app opened with it, better-sqlite3, libsql or `bun:sqlite`, which stays the app's to close. Open it
 * with a short wait for locks, such as `{ timeout: 20 }` (milliseconds): for that long the whole process stands still when
 * another one writes. While the app has a transaction open on it, sessions wait, and fail after `timeout`: so give them a
 * connection of their own if transactions last longer than a moment.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the database cannot be used or an option is wrong.
 */
export function createSqliteStore(
  database: string | SqliteDatabase,
  options?: SqliteStoreOptions,
): IndexedStore & SweepableStore & ClosableStore {
  const own = readOptions('createSqliteStore()', options, kinds)
  const { durable = false, timeout = 2, sweepInterval = 600 } = own
  const table = sqliteTable(own.table ?? 'sessions')
  const now = wholeMilliseconds(own.now ?? systemTime)
  if (!(timeout >= 0.1 && timeout <= 60)) {
    throw configError(`timeout must be from 0.1 to 60 seconds, got ${timeout}`)
  }
  seconds('sweepInterval', sweepInterval, [0, 86_400])
  const isOurs = typeof database === 'string'
  if (database === '' || (!isOurs && typeof database?.prepare !== 'function')) {
    throw configError('The SQLite storage needs a file, such as "./sessions.db", or a database')
  }
  if (durable && !isOurs) {
    throw configError(
      'durable needs a path: say PRAGMA synchronous = FULL to a database of your own',
    )
  }
  const db = isOurs ? openDatabase(database) : database
  const statements = prepare()

  function prepare(): Statements {
    try {
      // It would be rolled back with it, and there is no waiting for it in here.
      assertNoTransaction(db)
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
  const reading = new WhenFree(timeout * 1000)
  /** Apart, because in a WAL nobody who writes keeps others from reading. */
  const writing = new WhenFree(timeout * 1000)

  /** Does it again while another process writes, or the app is in a transaction. */
  function whenFree<T>(access: WhenFree, work: () => T): Promise<T> {
    return access.run(() => {
      assertNoTransaction(db)
      return work()
    })
  }

  function deleteExpired(): Promise<number> {
    const time = now()
    return deleteInBatches(() =>
      underWay.run(() => whenFree(writing, () => statements.deleteExpired(time, batch))),
    )
  }

  /** A sweep that fails is followed by another one. */
  function sweepQuietly(): void {
    deleteExpired().catch(() => {})
  }
  const timer = sweepInterval === 0 ? undefined : setInterval(sweepQuietly, sweepInterval * 1000)
  unref(timer)

  function close(): Promise<void> {
    clearInterval(timer)
    return underWay.close(() => isOurs && db.close())
  }

  return {
    read: (key) =>
      underWay.run(async () => {
        const row = await whenFree(reading, () => statements.read(key, now()))
        return row && { value: fromAscii(row.value), version: row.version }
      }),

    write: (key, value, { replaces, ...options }) =>
      underWay.run(async () => {
        const row = await makeRow(value, options)
        const written = await whenFree(writing, () =>
          replaces === null
            ? statements.create(key, row, now)
            : statements.replace(key, row, replaces, now),
        )
        return written ? row.version : undefined
      }),

    delete: (key) => underWay.run(() => whenFree(writing, () => statements.delete(key))),

    keysOf: (owner) =>
      underWay.run(async () => {
        const hash = await hashOwner(owner)
        return whenFree(reading, () => statements.keysOf(hash))
      }),

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
  Schema = unknown,
>(
  database: string | SqliteDatabase,
  options?: SessionStorageOptions<Data, Schema> & SqliteStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, SqliteStoreOptions>(
    'createSqliteSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(
    createSqliteStore(database, ofStore),
    own,
  )
}
