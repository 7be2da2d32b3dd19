import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import { fakeClock, type StoreFixture } from 'coatcheck/testing'
import { describeStore } from '../conformance/run.ts'

type Open = (path: string) => string | SqliteDatabase

/** Node 20 has no SQLite of its own: there it is libsql, in the shape of better-sqlite3. */
const hasSqlite = process.getBuiltinModule('node:sqlite') !== undefined
const open: Open = hasSqlite ? (path) => path : await openLibsql()

async function openLibsql(): Promise<Open> {
  const { default: Database } = await import('libsql')
  return (path) => new Database(path) as unknown as SqliteDatabase
}

function fixture(): StoreFixture {
  const clock = fakeClock()
  const directory = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  const database = open(join(directory, 'sessions.db'))
  const store = createSqliteStore(database, { sweepInterval: 0, now: () => clock.now() })
  return {
    store,
    clock,
    async close() {
      await store.close()
      if (typeof database !== 'string') database.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

await describeStore(['sqlite store', 'sqlite storage'], fixture)
