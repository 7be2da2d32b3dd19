import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'

/** Node 20 has no SQLite of its own: there it is libsql, in the shape of better-sqlite3. */
const sqlite = process.getBuiltinModule('node:sqlite') as
  | { DatabaseSync: new (path: string) => SqliteDatabase }
  | undefined
const connect: (path: string) => SqliteDatabase = sqlite
  ? (path) => new sqlite.DatabaseSync(path)
  : await libsql()

async function libsql(): Promise<typeof connect> {
  const { default: Database } = await import('libsql')
  return (path) => new Database(path) as unknown as SqliteDatabase
}

describe('what to do about a failure of SQLite is said', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0

  /** The message of a write that fails, once the database was spoilt. */
  async function messageOf(spoil: (db: SqliteDatabase, path: string) => void): Promise<string> {
    const path = join(folder, `${++files}.db`)
    const db = connect(path)
    db.exec('PRAGMA busy_timeout = 10')
    const storage = createSqliteSessionStorage(db, { timeout: 0.1, sweepInterval: 0 })
    const session = await storage.read(null)
    session.set('mark', 'x'.repeat(20_000))
    const cookie = await storage.save(session)
    spoil(db, path)
    try {
      const again = await storage.read(cookie)
      again.set('more', 'y'.repeat(30_000))
      await storage.save(again)
      return 'it did not fail'
    } catch (error) {
      assert.equal((error as { code?: unknown }).code, 'ERR_SESSION_STORE')
      return (error as Error).message
    } finally {
      await storage.close()
      db.close()
    }
  }

  it('when its table has gone', async () => {
    const message = await messageOf((db) => db.exec('DROP TABLE sessions'))
    assert.match(
      message,
      /no such table: sessions\. Make its table: .* The sqlite storage makes its/,
    )
  })

  it('when it is full', async () => {
    const message = await messageOf((db) => db.exec('PRAGMA max_page_count = 1'))
    assert.match(message, /disk is full\. The disk is full\.$/)
  })

  it('when it may only be read', async () => {
    const message = await messageOf((db) => db.exec('PRAGMA query_only = ON'))
    assert.match(message, /readonly database\. Give this process the right to write there\.$/)
  })

  it('when somebody else holds it', async () => {
    let other: SqliteDatabase | undefined
    const message = await messageOf((_, path) => {
      other = connect(path)
      other.exec('BEGIN EXCLUSIVE')
    })
    other!.close()
    assert.match(message, /locked\. Something else writes to the database for too long/)
  })

  it('when its file is damaged', async () => {
    const message = await messageOf((db, path) => {
      db.exec('PRAGMA cache_size = 0; PRAGMA shrink_memory')
      writeFileSync(path, readFileSync(path).fill(0xaa))
    })
    assert.match(message, /The file is damaged, or is no database/)
  })
})
