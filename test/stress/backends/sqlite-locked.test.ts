import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'

const open = await openerOfThisRuntime()
const expiresAt = Date.now() + 60_000

interface NodeSqlite {
  DatabaseSync: new (path: string) => SqliteDatabase
}

/** Node 20 has no SQLite of its own: there it is libsql. */
async function openerOfThisRuntime(): Promise<(path: string) => SqliteDatabase> {
  const builtin = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (builtin !== undefined) return (path) => new builtin.DatabaseSync(path)
  const { default: Libsql } = await import('libsql')
  return (path) => new Libsql(path) as unknown as SqliteDatabase
}

/** A store, one of another process, and the app's connection of the first. */
async function withStores(
  test: (stores: {
    store: ReturnType<typeof createSqliteStore>
    other: ReturnType<typeof createSqliteStore>
    database: SqliteDatabase
    lock: SqliteDatabase
  }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  const databases = Array.from({ length: 3 }, () => open(join(folder, 'sessions.db')))
  for (const database of databases) {
    database.exec('PRAGMA busy_timeout = 20')
    database.exec('PRAGMA journal_mode = WAL')
  }
  const [database, second, lock] = databases as [SqliteDatabase, SqliteDatabase, SqliteDatabase]
  const options = { timeout: 0.1, sweepInterval: 0 }
  try {
    const [store, other] = [
      createSqliteStore(database, options),
      createSqliteStore(second, options),
    ]
    await test({ store, other, database, lock })
  } finally {
    for (const one of databases) one.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Store = ReturnType<typeof createSqliteStore>

const failures: Record<string, (store: Store, version: string) => Promise<unknown>> = {
  write: (store, version) => store.write('a', 'late', { replaces: version, expiresAt }),
  creation: (store) => store.write('b', 'new', { replaces: null, expiresAt }),
  deletion: (store) => store.delete('a'),
  sweep: (store) => store.deleteExpired(),
}

describe('an SQLite store', () => {
  for (const [name, fail] of Object.entries(failures)) {
    it(`P2 sees what others do, and they what it does, after a ${name} that found it locked`, () =>
      withStores(async ({ store, other, lock }) => {
        const version = await store.write('a', 'first', { replaces: null, expiresAt })
        lock.exec('BEGIN IMMEDIATE')
        await assert.rejects(fail(store, version!), /locked/)
        lock.exec('COMMIT')

        assert.equal((await store.read('a'))?.value, 'first')
        await other.delete('a')
        assert.equal(await store.read('a'), undefined)
        assert.ok(await store.write('c', 'mine', { replaces: null, expiresAt }))
        assert.equal((await other.read('c'))?.value, 'mine')
      }))
  }

  it('writes within the transaction that the app has begun on its connection', () =>
    withStores(async ({ store, other, database }) => {
      database.exec('BEGIN')
      assert.ok(await store.write('a', 'first', { replaces: null, expiresAt }))
      assert.equal(await other.read('a'), undefined)
      database.exec('COMMIT')
      assert.equal((await other.read('a'))?.value, 'first')
    }))
})
