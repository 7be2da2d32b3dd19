import type { SqliteDatabase } from './database.ts'
import { writerFor } from './write-lock.ts'

/** What is written of a record. `expiresAt` is in milliseconds since the epoch. */
export interface Row {
  value: string
  version: string
  owner: string | undefined
  expiresAt: number
}

/** Each one is a single statement, so SQLite does all of it or nothing. */
export interface Statements {
  read(key: string, now: number): { value: string; version: string } | undefined
  /** Whether it was made: not if there is a live one. */
  create(key: string, row: Row, now: number): boolean
  /** Whether it still was as `version` says. */
  replace(key: string, row: Row, version: string, now: number): boolean
  delete(key: string): void
  keysOf(owner: string, now: number): string[]
  /** Returns how many. */
  deleteExpired(now: number, limit: number): number
}

/** Makes the table with its indexes, unless it is there, and prepares the statements. */
export function prepareStatements(db: SqliteDatabase, table: string): Statements {
  db.exec(`
    CREATE TABLE IF NOT EXISTS ${table} (
      id TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, version TEXT NOT NULL,
      owner TEXT, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ${table}_owner ON ${table} (owner) WHERE owner IS NOT NULL;
    CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`)
  const read = db.prepare(`SELECT value, version FROM ${table} WHERE id = ? AND expires_at > ?`)
  const create = db.prepare(`
    INSERT INTO ${table} (id, value, version, owner, expires_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET value = excluded.value, version = excluded.version,
      owner = excluded.owner, expires_at = excluded.expires_at
    WHERE expires_at <= ?`)
  const replace = db.prepare(`
    UPDATE ${table} SET value = ?, version = ?, owner = ?, expires_at = ?
    WHERE id = ? AND version = ? AND expires_at > ?`)
  const remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`)
  const keysOf = db.prepare(`SELECT id FROM ${table} WHERE owner = ? AND expires_at > ?`)
  const deleteExpired = db.prepare(`
    DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ?)`)
  const writing = writerFor(db)
  const isOne = ({ changes }: { changes: number | bigint }): boolean => Number(changes) === 1

  return {
    // bun:sqlite says null for no row, the others undefined.
    read: (key, now) =>
      (read.get(key, now) as { value: string; version: string } | null | undefined) ?? undefined,
    create: (key, { value, version, owner = null, expiresAt }, now) =>
      isOne(writing(() => create.run(key, value, version, owner, expiresAt, now))),
    replace: (key, { value, version: next, owner = null, expiresAt }, version, now) =>
      isOne(writing(() => replace.run(value, next, owner, expiresAt, key, version, now))),
    delete(key) {
      writing(() => remove.run(key))
    },
    keysOf: (owner, now) => keysOf.all(owner, now).map((row) => (row as { id: string }).id),
    deleteExpired: (now, limit) => Number(writing(() => deleteExpired.run(now, limit)).changes),
  }
}
