import type { Kysely, sql as Sql } from 'kysely'
import { configError } from '../../core/errors.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { indexName } from '../parts/sqlite-table.ts'
import { assertNoSchema, languageOf } from './dialect.ts'
import { isLostRace } from './errors.ts'
import {
  dropIndexOfEarlier,
  expiresAbout,
  expiresAboutAdder,
  hasExpiresAbout,
} from './expires-about.ts'
import { textOf } from './rows.ts'

export interface SessionTableOptions {
  /** The table's name; `schema.table` is fine, except on SQLite. Default `sessions`. */
  table?: string | undefined
}

const kinds: OptionKinds<SessionTableOptions> = { table: 'string' }

/**
 * Letters, digits and underscores, perhaps after a schema's: what no database has to quote. In an upsert `excluded` is the new
 * row.
 */
const tableName = /^([a-z_]\w{0,62}\.)?(?!excluded$)[a-z_]\w{0,45}$/i

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can be a table's name everywhere. */
export function assertTableName(table: string): void {
  if (typeof table !== 'string' || !tableName.test(table)) {
    throw configError(
      'table must be letters, digits and underscores, 46 at most, and a schema before it if need be. ' +
        'It must not be "excluded", which in SQL is a row that is to be inserted',
    )
  }
}

/**
 * What PostgreSQL says of IF NOT EXISTS when another process makes the same thing at the same time: it looks, and
 * does not wait. The next time it is there.
 */
const madeByOthers = new Set<unknown>(['23505', '42P07', '42710'])
const attempts = 5

/**
 * Makes the table for sessions with its indexes on owner and expiry, unless it is there. Call it from a migration or
 * when the app starts: running it twice does nothing, and so does running it in several processes at once.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the name is wrong, or this is no database for sessions.
 */
export async function createSessionTable(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  options?: SessionTableOptions,
): Promise<void> {
  const { table = 'sessions' } = readOptions('createSessionTable()', options, kinds)
  assertTableName(table)
  const language = languageOf(kysely)
  if (language === 'sqlite') assertNoSchema(kysely, table)
  const makeTable = language === 'mysql' ? makeOnMysql : makeElsewhere
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeTable(kysely, table)
    } catch (error) {
      const { code } = error as { code?: unknown }
      const isRace = madeByOthers.has(code) || isLostRace(error)
      // A transaction has failed as a whole.
      if (!isRace || kysely.isTransaction || attempt === attempts) throw error
    }
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function makeElsewhere(kysely: Kysely<any>, table: string): Promise<void> {
  const isPostgres = languageOf(kysely) === 'postgres'
  const making = kysely.schema
    .createTable(table)
    .ifNotExists()
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey().notNull())
    .addColumn('version', 'varchar(64)', (column) => column.notNull())
    .addColumn('owner', 'varchar(64)')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
  const addExpiresAbout = isPostgres && (await expiresAboutAdder(kysely))
  await (addExpiresAbout ? addExpiresAbout(making) : making)
    // PostgreSQL logs a row from the first byte that has changed to the last. Most of a value often stays, and so its end does.
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  const isAbout = isPostgres && (await hasExpiresAbout(kysely, table))
  await makeIndex('owner')
  // Of the old name, so that an earlier release that starts beside this one finds it, and makes none.
  let index = await makeIndex('expires_at', isAbout ? expiresAbout : undefined)
  if (!isAbout) return
  // If that was faster, this one takes its place. A transaction would keep it out, but not every driver has them.
  while (await dropIndexOfEarlier(kysely, table, index)) {
    index = await makeIndex('expires_at', expiresAbout)
  }

  /** Returns its name. */
  async function makeIndex(named: string, column = named): Promise<string> {
    const name = indexName(table.slice(table.indexOf('.') + 1), named)
    await kysely.schema.createIndex(name).ifNotExists().on(table).column(column).execute()
    return name
  }
}

/** What the driver's own quoting must not change, as with mysql2 where `sql_mode` has NO_BACKSLASH_ESCAPES. */
const probe = '{"it":"\\\\"}'

/** @throws {SessionError} `ERR_SESSION_CONFIG` if its connections would lose or change what is written. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function assertUsable(kysely: Kysely<any>, sql: typeof Sql): Promise<void> {
  const query = sql<{ autocommit: unknown; probe: unknown }>`
    select @@autocommit as autocommit, ${probe} as probe`
  const { rows } = await query.execute(kysely)
  const row = rows[0]
  if (Number(row?.autocommit) === 0) {
    throw configError(
      'The connections of this Kysely have autocommit=0: what sessions write would not be kept. Set autocommit=1',
    )
  }
  if (row !== undefined && textOf(row.probe) !== probe) {
    throw configError(
      'The connections of this Kysely change texts that have quotes in them. If sql_mode has NO_BACKSLASH_ESCAPES, ' +
        'take it out for these connections: the driver does not know it',
    )
  }
}

/** In one statement: MySQL cannot be asked to make an index only if it is missing. */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
async function makeOnMysql(kysely: Kysely<any>, table: string): Promise<void> {
  const { sql } = await import('kysely')
  await assertUsable(kysely, sql)
  // Its usual collations ignore case: bytes have none.
  await kysely.schema
    .createTable(table)
    .ifNotExists()
    .addColumn('id', 'varbinary(64)', (column) => column.primaryKey().notNull())
    .addColumn('value', sql`longblob`, (column) => column.notNull())
    .addColumn('version', 'varbinary(64)', (column) => column.notNull())
    .addColumn('owner', 'varbinary(64)')
    // The oldest Kysely that is supported has no other place for them.
    .addColumn('expires_at', sql`bigint not null, index (owner), index (expires_at)`)
    .execute()
}
