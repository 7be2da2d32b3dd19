/** Connections of each contestant to a database server. */
export const poolSize = 10

/** As our storage sets up a database that it opens itself: what outlives the process, not the machine. */
export function tuneSqlite(database) {
  database.exec('PRAGMA busy_timeout = 2000')
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  return database
}
