import { transactionError, type SqliteDatabase } from './database.ts'

/**
 * How a statement that writes is run: with the lock taken before, so that the time that it compares with is not from
 * before a wait for others; and so that SQLite tells, where the driver does not, that the app has a transaction open.
 *
 * libsql (0.5) needs it for another reason. It leaves a statement unfinished when another process holds the lock:
 * until it is run again, what is read on that connection is as old as the first read, and what is written is not
 * committed. `exec` leaves nothing behind.
 */
export function writerFor(db: SqliteDatabase): <T>(write: () => T) => T {
  return (write) => {
    begin(db)
    try {
      const result = write()
      db.exec('COMMIT')
      return result
    } catch (error) {
      rollBack(db)
      throw error
    }
  }
}

function begin(db: SqliteDatabase): void {
  try {
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    throw /within a transaction/.test((error as Error).message) ? transactionError() : error
  }
}

/** SQLite may have done it already, and it is the first error that counts. */
function rollBack(db: SqliteDatabase): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // As said above.
  }
}
