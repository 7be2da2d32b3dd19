import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import {
  applies,
  fakeClock,
  runCase,
  storageCases,
  storageFixture,
  storeCases,
  traitsOf,
  type StoreFixture,
} from 'coatcheck/testing'

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

const probe = fixture()
const traits = traitsOf(probe.store)
await probe.close?.()

describe('sqlite store', () => {
  for (const one of storeCases.filter((each) => applies(each, traits))) {
    it(one.name, () => runCase(one, fixture))
  }
})

describe('sqlite storage', () => {
  for (const one of storageCases.filter((each) => applies(each, traits))) {
    it(one.name, () => runCase(one, () => storageFixture(fixture())))
  }
})
