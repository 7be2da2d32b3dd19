import { configError } from '../../core/errors.ts'

/**
 * The statements of a table of sessions in SQLite, each of which does all of it or nothing. Values, in this order:
 * those of the row (`value, version, owner, expires_at`), then what it is found by, then the time.
 */
export interface SqliteTable {
  /** Make the table and its indexes, unless they are there. */
  readonly create: readonly string[]
  /** `id, now` → `value, version` */
  readonly read: string
  /** `…row, id, now`: changes one row unless there is a live one. */
  readonly insert: string
  /** `…row, id, version, now`: changes one row if it still is as `version` says. */
  readonly replace: string
  /** `id` */
  readonly remove: string
  /** `owner` → `id`, whatever this process's clock says: another one serves what has expired here. */
  readonly keysOf: string
  /** `now, limit` */
  readonly deleteExpired: string
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can be a table's name. */
export function sqliteTable(name: string): SqliteTable {
  if (typeof name !== 'string' || !/^(?!sqlite_|excluded$)[a-z_]\w{0,62}$/i.test(name)) {
    throw configError(
      'table must be letters, digits and underscores, 63 at most, and not begin with sqlite_. ' +
        'It must not be "excluded", which in SQL is a row that is to be inserted',
    )
  }
  // It may be a word of the language.
  const table = `"${name}"`
  return {
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (
         id TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL,
         owner TEXT, expires_at INTEGER NOT NULL
       ) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS "${indexName(name, 'owner')}" ON ${table} (owner)
         WHERE owner IS NOT NULL`,
      `CREATE INDEX IF NOT EXISTS "${indexName(name, 'expires_at')}" ON ${table} (expires_at)`,
    ],
    read: `SELECT value, version FROM ${table} WHERE id = ? AND expires_at > ?`,
    insert: `
      INSERT INTO ${table} (value, version, owner, expires_at, id) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET value = excluded.value, version = excluded.version,
        owner = excluded.owner, expires_at = excluded.expires_at
      WHERE expires_at <= ?`,
    replace: `
      UPDATE ${table} SET value = ?, version = ?, owner = ?, expires_at = ?
      WHERE id = ? AND version = ? AND expires_at > ?`,
    remove: `DELETE FROM ${table} WHERE id = ?`,
    keysOf: `SELECT id FROM ${table} WHERE owner = ?`,
    deleteExpired: `
      DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ?)`,
  }
}

/**
 * The parentheses can be in no name of a table: a database that has tables and indexes in one list would else take
 * a table of that name for the index, and make none.
 */
export function indexName(table: string, column: string): string {
  return `${table}(${column})`
}
