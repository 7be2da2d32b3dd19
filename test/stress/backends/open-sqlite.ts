/* A process that opens SQLite databases when it is told to: see opening.node.test.ts. */
import process from 'node:process'
import { createSqliteStore } from 'coatcheck/sqlite-storage'
import Libsql from 'libsql'

process.on('message', async ({ file, at }: { file: string; at: number }) => {
  // Not a moment too early, and all at once.
  while (Date.now() < at);
  const database = new Libsql(file)
  try {
    database.exec('PRAGMA busy_timeout = 20')
    await createSqliteStore(database as never).close()
    process.send!({})
  } catch (error) {
    process.send!({ problem: (error as Error).message })
  }
  database.close()
})
process.send!({})
