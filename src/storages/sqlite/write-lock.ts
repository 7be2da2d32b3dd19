import type { SqliteDatabase } from './database.ts'

/** What only libsql has, and whether the app has begun a transaction. */
interface LibsqlDatabase extends SqliteDatabase {
  maxWriteReplicationIndex(): unknown
  readonly inTransaction: boolean
}

/**
 * How a statement that writes is run on this database.
 *
 * libsql (0.5) leaves a statement unfinished when another process holds the lock: until it is run again, what is
 * read on that connection is as old as the first read, and what is written is not committed. So there the lock is
 * taken before, by `exec`, which leaves nothing behind. The other drivers finish their statements.
 */
export function writerFor(db: SqliteDatabase): <T>(write: () => T) => T {
  if (!isLibsql(db)) return (write) => write()
  return (write) => {
    if (db.inTransaction) return write()
    db.exec('BEGIN IMMEDIATE')
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

function isLibsql(db: SqliteDatabase): db is LibsqlDatabase {
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
