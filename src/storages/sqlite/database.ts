import { configError } from '../../core/errors.ts'
import { builtinModule } from '../../core/runtime/platform.ts'

/** What is called of a database: `node:sqlite`, better-sqlite3, libsql and `bun:sqlite` have it. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
  /** Whether a transaction is open: so say better-sqlite3, libsql and `bun:sqlite` … */
  readonly inTransaction?: boolean | undefined
  /** … and so does `node:sqlite`, from Node 22.16. */
  readonly isTransaction?: boolean | undefined
}

export interface SqliteStatement {
  get(...values: (string | number | null)[]): unknown
  all(...values: (string | number | null)[]): unknown[]
  run(...values: (string | number | null)[]): { changes: number | bigint }
}

interface NodeSqlite {
  DatabaseSync: new (path: string) => SqliteDatabase
}

interface NodeFs {
  openSync(path: string, flags: string, mode: number): number
  closeSync(file: number): void
  existsSync(path: string): boolean
  statSync(path: string): { mode: number }
  chmodSync(path: string, mode: number): void
}

/** The database in this file, which is made for its owner alone if need be, and closed to others if it was not. */
export function openDatabase(path: string): SqliteDatabase {
  if (/^file:/i.test(path)) {
    throw configError(`Give the path of the file, not a URL: "${path}"`)
  }
  const sqlite = builtinModule('node:sqlite') as NodeSqlite | undefined
  if (sqlite === undefined) {
    throw configError(
      'A path needs node:sqlite (Node 22.13 or later, Deno, Bun). Elsewhere open the database with ' +
        'better-sqlite3 or libsql, and give it in place of the path.',
    )
  }
  try {
    if (path !== ':memory:') makePrivate(path)
    return new sqlite.DatabaseSync(path)
  } catch (error) {
    throw configError(`Sessions cannot be kept in "${path}": ${(error as Error).message}`)
  }
}

/**
 * SQLite gives the files beside the database the same mode, when it makes them. Those that are there, perhaps made by
 * the app before it kept sessions, are closed to other users of the machine: whoever reads them has all sessions.
 */
function makePrivate(path: string): void {
  const fs = builtinModule('node:fs') as NodeFs
  fs.closeSync(fs.openSync(path, 'a', 0o600))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (!fs.existsSync(file)) continue
    const { mode } = fs.statSync(file)
    if ((mode & 0o077) === 0) continue
    try {
      fs.chmodSync(file, mode & 0o700)
    } catch (error) {
      throw new Error(
        'other users of the machine may read it, and this process may not change that. Change its mode to 0600; ' +
          'or, if it is meant, open the database in the app, and give it in place of the path',
        { cause: error },
      )
    }
  }
}

const busy = 5
const locked = 6

/** Whether somebody else was using the database, so that the same may work a moment later. */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === busy || (errcode & 0xff) === locked
  // Deno's `exec` has no code of SQLite, only its words.
  if (code === 'ERR_SQLITE_ERROR') return (error as Error).message.endsWith(' is locked')
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)
}

/**
 * What is done while the app has a transaction open on its connection would be part of it, and undone with it: a
 * logout that was answered must not be. So it counts as busy.
 *
 * @throws {Error} With the code `SQLITE_BUSY`, if the driver tells.
 */
export function assertNoTransaction({ inTransaction, isTransaction }: SqliteDatabase): void {
  if (inTransaction ?? isTransaction) throw transactionError()
}

export function transactionError(): Error {
  const message = 'The app has a transaction open on the connection that sessions are kept with'
  return Object.assign(new Error(message), { code: 'SQLITE_BUSY' })
}

const shortPause = 10

/**
 * Does again, for so many milliseconds, what other processes have kept from being done, and does not return
 * before: processes that start at the same time all want to make the same file.
 */
export function blockUntilFree<T>(milliseconds: number, work: () => T): T {
  const end = performance.now() + milliseconds
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, shortPause)
  }
}
