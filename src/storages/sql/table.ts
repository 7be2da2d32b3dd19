import type { Kysely } from 'kysely'
import { configError } from '../../core/errors.ts'
import { isLostRace } from './rows.ts'

export interface SessionTableOptions {
  /** The table's name; `schema.table` is fine. Default `sessions`. */
  table?: string
}

/** Letters, digits and underscores, perhaps after a schema's: what no database has to quote. */
const tableName = /^([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,45}$/

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can be a table's name everywhere. */
export function assertTableName(table: string): void {
  if (typeof table !== 'string' || !tableName.test(table)) {
    throw configError(
      'table must be letters, digits and underscores, 46 at most, and a schema before it if need be',
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
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the name is wrong.
 */
export async function createSessionTable(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
  { table = 'sessions' }: SessionTableOptions = {},
): Promise<void> {
  assertTableName(table)
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
async function makeTable(kysely: Kysely<any>, table: string): Promise<void> {
  const { sql } = await import('kysely')
  const isMysql = kysely.getExecutor().adapter.supportsReturning !== true
  // MySQL's usual collations ignore case, and its charset may be an old one: bytes have neither.
  const token = isMysql ? ('varbinary(64)' as const) : ('varchar(64)' as const)
  const text = isMysql ? sql`longblob` : ('text' as const)
  await kysely.schema
    .createTable(table)
    .ifNotExists()
    .addColumn('id', token, (column) => column.primaryKey().notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('version', token, (column) => column.notNull())
    .addColumn('owner', token)
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  for (const column of ['owner', 'expires_at']) await createIndex(kysely, table, column, isMysql)
}

async function createIndex(
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  kysely: Kysely<any>,
  table: string,
  column: string,
  isMysql: boolean,
): Promise<void> {
  const name = `${table.slice(table.indexOf('.') + 1)}_${column}`
  const index = kysely.schema.createIndex(name).on(table).column(column)
  if (!isMysql) return index.ifNotExists().execute()
  try {
    await index.execute()
  } catch (error) {
    // MySQL cannot be asked to make an index only if it is missing.
    if ((error as { code?: unknown }).code !== 'ER_DUP_KEYNAME') throw error
  }
}
