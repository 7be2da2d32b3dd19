import type { Kysely } from 'kysely'
import { configError } from '../../core/errors.ts'

/** Whose language the statements are in. */
type SqlLanguage = 'postgres' | 'mysql' | 'sqlite'

/**
 * What kind of database this is: from what its dialect says that it can do, because dialects have many names.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is another one, such as SQL Server.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
export function languageOf(kysely: Kysely<any>): SqlLanguage {
  const { adapter } = kysely.getExecutor()
  if (adapter.supportsReturning) return adapter.supportsTransactionalDdl ? 'postgres' : 'sqlite'
  if (adapter.supportsCreateIfNotExists) return 'mysql'
  throw configError(
    'Sessions are kept in PostgreSQL, MySQL, MariaDB or SQLite; the dialect of this Kysely is for another database',
  )
}

/**
 * SQLite wants the schema before an index's name where others want it before the table's, and Kysely puts it there.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if there is a schema, from the name or from `withSchema()`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export function assertNoSchema(kysely: Kysely<any>, table: string): void {
  if (!kysely.selectFrom(table).select('id').compile().sql.includes('"."')) return
  throw configError('On SQLite the table cannot have a schema: leave it out, and withSchema() too')
}
