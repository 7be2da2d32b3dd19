import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, it } from 'node:test'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import type { ServerSessionStorage } from 'coatcheck'
import { begin, count, end, failure, valuesOf } from './visits.ts'

const timeout = 0.3
type Storage = ServerSessionStorage<{ mark?: string; n?: number }>

type Connect = (path: string, readOnly?: boolean) => SqliteDatabase

/** Node 20 has no SQLite of its own: there it is libsql, in the shape of better-sqlite3. */
const sqlite = process.getBuiltinModule('node:sqlite') as
  | { DatabaseSync: new (path: string, options: { readOnly: boolean }) => SqliteDatabase }
  | undefined
const connect: Connect = sqlite
  ? (path, readOnly = false) => new sqlite.DatabaseSync(path, { readOnly })
  : await libsql()

async function libsql(): Promise<Connect> {
  const { default: Database } = await import('libsql')
  // It takes no notice of an option for that.
  const nameOf = (path: string, readOnly: boolean) => (readOnly ? `file:${path}?mode=ro` : path)
  return (path, readOnly = false) =>
    new Database(nameOf(path, readOnly)) as unknown as SqliteDatabase
}

/** Drivers say it as a number or as a word, and Deno's `exec` in words alone. */
function isReadOnly(cause: Error & { code?: string; errcode?: number }): void {
  assert.match(cause.message, /readonly database/)
  const isInWords = 'Deno' in globalThis && cause.errcode === undefined
  assert.ok(
    isInWords || cause.errcode === 8 || cause.code === 'SQLITE_READONLY',
    `${cause.errcode} ${cause.code}`,
  )
}

describe('sqlite storage, when its file cannot be used', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })

  function temporaryFile(): string {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
    closers.push(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'sessions.db')
  }

  function open(path: string, most = timeout): { storage: Storage; db: SqliteDatabase } {
    const db = connect(path)
    closers.push(() => db.close())
    db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10')
    const storage: Storage = createSqliteSessionStorage(db, { timeout: most, sweepInterval: 0 })
    closers.push(() => storage.close())
    return { storage, db }
  }

  it('fails writes in time while somebody else holds it, reads on, and then goes on', async () => {
    const path = temporaryFile()
    const { storage } = open(path)
    const cookie = await begin(storage, { n: 1 })
    const other = connect(path)
    closers.push(() => other.close())
    other.exec('BEGIN EXCLUSIVE')
    const cause = await failure(count(storage, cookie), timeout)
    assert.match(cause.message, /locked/)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    other.exec('COMMIT')
    await count(storage, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('waits for somebody else who writes, and for no longer than that', async () => {
    const path = temporaryFile()
    const { storage } = open(path, 60)
    const cookie = await begin(storage, { n: 1 })
    const other = connect(path)
    closers.push(() => other.close())
    other.exec('BEGIN EXCLUSIVE')
    const counting = count(storage, cookie)
    setTimeout(() => other.exec('COMMIT'), 50)
    await counting
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('fails writes when it is full, and reads on', async () => {
    const { storage, db } = open(temporaryFile())
    const cookie = await begin(storage, { n: 1 })
    db.exec('PRAGMA max_page_count = 12')
    const cause = await failure(begin(storage, { mark: 'x'.repeat(60_000) }), timeout)
    assert.match(cause.message, /full/)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    assert.equal(await end(storage, cookie), '')
    db.exec('PRAGMA max_page_count = 1000')
    await begin(storage, { mark: 'x'.repeat(60_000) })
  })

  it('reads on while it may only be read, fails to write, and goes on when it may be written', async () => {
    const { storage, db } = open(temporaryFile())
    const cookie = await begin(storage, { n: 1 })
    db.exec('PRAGMA query_only = ON')
    isReadOnly(await failure(begin(storage, { n: 1 }), timeout))
    isReadOnly(await failure(count(storage, cookie), timeout))
    isReadOnly(await failure(end(storage, cookie), timeout))
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    db.exec('PRAGMA query_only = OFF')
    await count(storage, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('reads a file that was opened only to be read, and fails to write', async () => {
    const path = temporaryFile()
    const writing = open(path)
    const cookie = await begin(writing.storage, { n: 1 })
    const db = connect(path, true)
    closers.push(() => db.close())
    const reading: Storage = createSqliteSessionStorage(db, { timeout, sweepInterval: 0 })
    closers.push(() => reading.close())
    assert.equal((await valuesOf(reading, cookie)).n, 1)
    isReadOnly(await failure(count(reading, cookie), timeout))
    isReadOnly(await failure(end(reading, cookie), timeout))
    await count(writing.storage, cookie)
    assert.equal((await valuesOf(reading, cookie)).n, 2)
  })

  it('fails when it is damaged: that is no session that is missing', async () => {
    const path = temporaryFile()
    const first = open(path)
    const cookie = await begin(first.storage, { mark: 'x'.repeat(20_000) })
    first.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const damaged = temporaryFile()
    const bytes = readFileSync(path)
    writeFileSync(damaged, bytes.fill(0xaa, 4096 * 2))
    const second = open(damaged)
    const cause = await failure(second.storage.read(cookie), timeout)
    assert.match(cause.message, /malformed|corrupt/)
    const { handle } = await first.storage.read(cookie)
    assert.match(
      (await failure(second.storage.revoke(handle), timeout)).message,
      /malformed|corrupt/,
    )
    truncateSync(damaged, 0)
    assert.equal((await valuesOf(first.storage, cookie)).mark!.length, 20_000)
  })

  it('cannot be opened when it is something else', () => {
    const path = temporaryFile()
    writeFileSync(path, 'This is no database. '.repeat(1000))
    const isRefused = { code: 'ERR_SESSION_CONFIG' }
    if (sqlite) assert.throws(() => createSqliteSessionStorage(path), isRefused)
    assert.equal(readFileSync(path, 'utf8').slice(0, 7), 'This is')
  })

  // Without node:sqlite the app opens the database, and closes it.
  const itCloses = sqlite ? it : () => {}
  itCloses('is closed after what was under way, and closed twice if need be', async () => {
    const path = temporaryFile()
    const storage: Storage = createSqliteSessionStorage(path, { timeout: 60 })
    const other = connect(path)
    closers.push(() => other.close())
    other.exec('BEGIN EXCLUSIVE')
    const beginning = begin(storage, { n: 1 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    const closed = Promise.all([storage.close(), storage.close()])
    setTimeout(() => other.exec('COMMIT'), 50)
    const cookie = await beginning
    await closed
    await storage.close()
    await failure(storage.read(cookie), timeout)
    assert.equal((await valuesOf(open(path).storage, cookie)).n, 1)
  })
})
