import type { Kysely } from 'kysely'
import { fromAscii } from './parts/ascii.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from './parts/operations.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { hashOwner, makeRow, wholeMilliseconds } from './parts/stored-row.ts'
import { deleteInBatches } from './parts/sweep.ts'
import { assertNoSchema, languageOf } from './sql/dialect.ts'
import { repeatLostRaces } from './sql/repeat.ts'
import { rowsIn, textOf, type SessionTables } from './sql/rows.ts'
import { assertTableName } from './sql/table.ts'
import { systemTime } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'
export { createSessionTable, type SessionTableOptions } from './sql/table.ts'

export interface SqlStoreOptions extends DeadlineOptions {
  /** The table, made by `createSessionTable()`; `schema.table` is fine, except on SQLite. Default `sessions`. */
  table?: string | undefined
  /**
   * Whether PostgreSQL keeps the statements that each request needs prepared, under names that begin with `coatcheck_`. Only
   * through Kysely's `PostgresDialect` with `pg`, and without plugins; others have no names for statements. Set it to `false`
   * behind a pooler that lends connections for a transaction and does not keep track of names: Supavisor, or PgBouncer before
   * 1.21 or without `max_prepared_statements`. Default `true`.
   */
  prepare?: boolean | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<SqlStoreOptions> = {
  ...deadlineKinds,
  table: 'string',
  prepare: 'boolean',
  now: 'function',
}

/**
 * Keeps records in a table of PostgreSQL, MySQL, MariaDB or SQLite, through the Kysely that the app made: and so
 * in whatever has a dialect for one of them, such as Turso, D1, PGlite, Neon and PlanetScale. Each operation is one
 * statement (creating on MySQL: two), with no transaction held open. On servers one statement reads several sessions, if
 * they are asked for at the same time.
 *
 * Every statement must see what the ones before it did: so all go to the primary, none to a replica, and connections
 * commit by themselves (on MySQL no `autocommit=0`). A local file that is opened with libsql is not for here: that driver
 * does not commit after it has met a lock (see `coatcheck/sqlite-storage`, which knows).
 *
 * @param kysely Not a transaction: what would be undone with it has been answered before. It stays yours: closing the
 * storage waits for what is under way and does not end it.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createSqlStore(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  options?: SqlStoreOptions,
): IndexedStore & SweepableStore & ClosableStore {
  const own = readOptions('createSqlStore()', options, kinds)
  const { table = 'sessions', prepare = true } = own
  const now = wholeMilliseconds(own.now ?? systemTime)
  if (typeof kysely?.selectFrom !== 'function') {
    throw configError('The sql storage needs a Kysely: new Kysely({ dialect: … })')
  }
  if (kysely.isTransaction) {
    throw configError('The sql storage needs the Kysely itself, not a transaction of it')
  }
  assertTableName(table)
  if (languageOf(kysely) === 'sqlite') assertNoSchema(kysely, table)
  const operations = new Operations(own)
  const db = kysely as Kysely<SessionTables>
  const rows = rowsIn(db, { table, prepare, now })
  const repeating = <T>(work: () => Promise<T>): Promise<T> =>
    operations.run((assertInTime) => repeatLostRaces(work, assertInTime))

  return {
    async read(key) {
      const row = await operations.run((assertInTime) =>
        rows.liveTogether(key, () => {
          assertInTime()
          return repeatLostRaces(() => rows.live(key, now()), assertInTime)
        }),
      )
      return row && { value: fromAscii(textOf(row.value)), version: textOf(row.version) }
    },

    async write(key, value, { replaces, ...options }) {
      // What the database gave up has changed nothing. Whether it lost to another version, only the next try knows.
      return repeating(async () => {
        const row = await makeRow(value, options)
        const isWritten =
          replaces === null
            ? await rows.create(key, row, now())
            : await rows.replace(key, row, replaces, now())
        return isWritten ? row.version : undefined
      })
    },

    delete: (key) => repeating(() => rows.delete(key)),

    keysOf: (owner) => repeating(async () => rows.keysOf(await hashOwner(owner))),

    async deleteExpired() {
      const time = now()
      const deleteBatch = await repeating(() => rows.sweep(time))
      return deleteInBatches(() => repeating(deleteBatch))
    },

    close: () => operations.close(),
  }
}

/**
 * Keeps sessions in a table of PostgreSQL, MySQL, MariaDB or SQLite: see {@link createSqlStore}. Make the table
 * with `createSessionTable()`, and call `storage.deleteExpired()` now and then, from a timer or a cron job.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createSqlSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  options?: SessionStorageOptions<Data, Schema> & SqlStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, SqlStoreOptions>(
    'createSqlSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(createSqlStore(kysely, ofStore), own)
}
