import { transactionError, type SqliteDatabase } from './database.ts'

/**
 * How a statement that writes is run on this database.
 *
 * libsql (0.5) leaves a statement unfinished when another process holds the lock: until it is run again, what is
 * read on that connection is as old as the first read, and what is written is not committed. So there the lock is
 * taken before, by `exec`, which leaves nothing behind. The other drivers finish their statements.
 *
 * The same where a driver does not tell whether the app has a transaction open: SQLite tells when one is begun.
 *
 * @param isOurs Whether nobody else uses this connection.
 */
export function writerFor(db: SqliteDatabase, isOurs: boolean): <T>(write: () => T) => T {
  const tells = (db.inTransaction ?? db.isTransaction) !== undefined
  if (!isLibsql(db) && (isOurs || tells)) return (write) => write()
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

/** By what only libsql has. */
function isLibsql(db: SqliteDatabase): boolean {
  return 'maxWriteReplicationIndex' in db
}

/** SQLite may have done it already, and it is the first error that counts. */
function rollBack(db: SqliteDatabase): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // As said above.
  }
}
