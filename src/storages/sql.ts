import type { Kysely } from 'kysely'
import { cryptoBackend } from '../core/crypto/choose.ts'
import { configError } from '../core/errors.ts'
import { createHandle } from '../core/id.ts'
import { fromAscii, toAscii } from '../core/ascii.ts'
import { type DeadlineOptions, Operations } from '../core/operations.ts'
import type { StandardSchema } from '../core/schema.ts'
import type { SessionData, UntypedData } from '../core/session.ts'
import { createSessionStorage, type ServerSessionStorage } from '../core/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/session-store.ts'
import type { SessionStorageOptions } from '../core/storage-options.ts'
import { repeatLostRaces } from './sql/repeat.ts'
import { isLostRace, rowsIn, textOf, type SessionTables } from './sql/rows.ts'
import { assertTableName } from './sql/table.ts'

export { createSessionTable, type SessionTableOptions } from './sql/table.ts'

export interface SqlStoreOptions extends DeadlineOptions {
  /** The table, made by `createSessionTable()`; `schema.table` is fine. Default `sessions`. */
  table?: string
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

/** Expired rows that are deleted at once: more would hold locks for long. */
const batch = 1000

/**
 * Keeps records in a table of PostgreSQL, MySQL, MariaDB or SQLite, through the Kysely that the app made: and so
 * in whatever has a dialect for one of them, such as libSQL, D1, PGlite, Neon and PlanetScale. Each operation is one
 * statement (creating on MySQL: two), with no transaction held open.
 *
 * @param kysely Stays yours: closing the storage waits for what is under way and does not end it.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createSqlStore(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  options: SqlStoreOptions = {},
): IndexedStore & SweepableStore & ClosableStore {
  const { table = 'sessions', now = Date.now } = options
  if (typeof kysely?.selectFrom !== 'function') {
    throw configError('The sql storage needs a Kysely: new Kysely({ dialect: … })')
  }
  assertTableName(table)
  const operations = new Operations(options)
  const db = kysely as Kysely<SessionTables>
  const rows = rowsIn(db, table)
  /** For what may be done twice. */
  const repeating = <T>(work: () => Promise<T>): Promise<T> =>
    operations.run((assertInTime) => repeatLostRaces(work, assertInTime))

  return {
    async read(key) {
      const row = await repeating(() => rows.live(key, now()))
      return row && { value: fromAscii(textOf(row.value)), version: textOf(row.version) }
    },

    async write(key, value, { replaces, expiresAt, owner }) {
      // Random, so that a version of a record that was deleted and made anew never comes back.
      const version = createHandle()
      const write = async (): Promise<boolean> => {
        const owned = await hashOf(owner)
        const row = { value: toAscii(value), version, owner: owned, expires_at: expiresAt }
        return replaces === null
          ? rows.create(key, row, now())
          : rows.replace(key, row, replaces, now())
      }
      try {
        return (await operations.run(write)) ? version : undefined
      } catch (error) {
        if (isLostRace(error)) return undefined
        throw error
      }
    },

    delete: (key) => repeating(() => rows.delete(key)),

    keysOf: (owner) => repeating(async () => rows.keysOf((await hashOf(owner))!, now())),

    async deleteExpired() {
      const time = now()
      let deleted = 0
      let found: number
      do {
        const keys = await repeating(() => rows.expired(time, batch))
        found = keys.length
        if (found > 0) deleted += await repeating(() => rows.deleteAll(keys, time))
      } while (found === batch)
      return deleted
    },

    close: () => operations.close(),
  }
}

/** User ids of any length and in any letters fit the column, and are compared byte by byte. */
async function hashOf(owner: string | undefined): Promise<string | null> {
  return owner === undefined ? null : cryptoBackend.sha256(toAscii(owner))
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
>(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  options: SessionStorageOptions & SqlStoreOptions & { schema?: StandardSchema<Data> } = {},
): ServerSessionStorage<Data, Flash> {
  return createSessionStorage<Data, Flash>(createSqlStore(kysely, options), options)
}
