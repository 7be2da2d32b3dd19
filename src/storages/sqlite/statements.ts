import type { SqliteTable } from '../parts/sqlite-table.ts'
import type { StoredRow } from '../parts/stored-row.ts'
import type { SqliteDatabase } from './database.ts'
import { writerFor } from './write-lock.ts'

/**
 * Each one is a single statement, so SQLite does all of it or nothing. Those that write ask for the time when they have
 * the lock: what has expired while they waited for it has expired.
 */
export interface Statements {
  read(key: string, now: number): { value: string; version: string } | undefined
  /** Whether it was made: not if there is a live one. */
  create(key: string, row: StoredRow, now: () => number): boolean
  /** Whether it still was as `version` says. */
  replace(key: string, row: StoredRow, version: string, now: () => number): boolean
  delete(key: string): void
  keysOf(owner: string): string[]
  /** Returns how many. */
  deleteExpired(now: number, limit: number): number
}

/** Makes the table with its indexes, unless it is there, and prepares the statements. */
export function prepareStatements(db: SqliteDatabase, table: SqliteTable): Statements {
  db.exec(table.create.join(';'))
  const read = db.prepare(table.read)
  const insert = db.prepare(table.insert)
  const replace = db.prepare(table.replace)
  const remove = db.prepare(table.remove)
  const keysOf = db.prepare(table.keysOf)
  const deleteExpired = db.prepare(table.deleteExpired)
  const writing = writerFor(db)
  const isOne = ({ changes }: { changes: number | bigint }): boolean => Number(changes) === 1

  return {
    // bun:sqlite says null for no row, the others undefined.
    read: (key, now) =>
      (read.get(key, now) as { value: string; version: string } | null | undefined) ?? undefined,
    create: (key, row, now) => isOne(writing(() => insert.run(...columnsOf(row), key, now()))),
    replace: (key, row, version, now) =>
      isOne(writing(() => replace.run(...columnsOf(row), key, version, now()))),
    delete(key) {
      writing(() => remove.run(key))
    },
    keysOf: (owner) => keysOf.all(owner).map((row) => (row as { id: string }).id),
    deleteExpired: (now, limit) => Number(writing(() => deleteExpired.run(now, limit)).changes),
  }
}

function columnsOf({ value, version, owner, expiresAt }: StoredRow) {
  return [value, version, owner, expiresAt] as const
}
