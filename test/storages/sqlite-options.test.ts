import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'

const isRefused = (message: RegExp) => ({ code: 'ERR_SESSION_CONFIG', message })
const open = await openerOfThisRuntime()

interface NodeSqlite {
  DatabaseSync: new (path: string) => SqliteDatabase
}

/** Node 20 has no SQLite of its own: there it is libsql. */
async function openerOfThisRuntime(): Promise<() => SqliteDatabase> {
  const builtin = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (builtin !== undefined) return () => new builtin.DatabaseSync(':memory:')
  const { default: Libsql } = await import('libsql')
  return () => new Libsql(':memory:') as unknown as SqliteDatabase
}

describe('an SQLite store', () => {
  it('is not durable in a database of the app: that has settings of its own', () => {
    const make = (durable: boolean) => createSqliteStore(open(), { durable, sweepInterval: 0 })
    assert.throws(() => make(true), isRefused(/synchronous/))
    make(false)
  })

  it('wants a path and no URL, and makes no file of that name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
    for (const url of ['file:url.db', `file://${folder}/url.db`, 'FILE:url.db?mode=rwc']) {
      assert.throws(() => createSqliteStore(url), isRefused(/path/))
      assert.ok(!existsSync(url) && !existsSync('url.db'))
    }
    rmSync(folder, { recursive: true })
  })

  it('wants a file with a name, or a database: a variable that is not set is neither', () => {
    for (const wrong of [undefined, null, '', Promise.resolve()] as never[]) {
      assert.throws(() => createSqliteStore(wrong), isRefused(/needs a file, such as/))
    }
  })

  it('has tables that are called like words of SQL, and none with other letters', async () => {
    const database = open()
    database.exec('CREATE TABLE order_owner (a)')
    for (const table of ['order', 'Select', 'index', 'a'.repeat(63)]) {
      const store = createSqliteStore(database, { table, sweepInterval: 0 })
      const options = { replaces: null, expiresAt: Date.now() + 60_000, owner: 'ada' }
      assert.ok(await store.write(table, 'text', options))
      assert.equal((await store.read(table))?.value, 'text')
      assert.deepEqual(await store.keysOf('ada'), [table])
      const find = `SELECT name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL AND tbl_name = ?`
      assert.equal(database.prepare(find).all(table).length, 2)
    }
    for (const table of [
      '',
      'a b',
      'a"b',
      'main.a',
      'a-b',
      'sqlite_a',
      'Excluded',
      'a'.repeat(64),
    ]) {
      assert.throws(() => createSqliteStore(database, { table }), isRefused(/table/))
    }
  })

  it('takes times in their bounds, and no others', async () => {
    const isConfig = { code: 'ERR_SESSION_CONFIG' }
    for (const timeout of [0, 0.09, 60.1, NaN]) {
      assert.throws(() => createSqliteStore(open(), { timeout }), isConfig)
    }
    for (const sweepInterval of [-1, 0.5, 86_401, NaN]) {
      assert.throws(() => createSqliteStore(open(), { sweepInterval }), isConfig)
    }
    for (const [timeout, sweepInterval] of [
      [0.1, 0],
      [60, 86_400],
    ] as const) {
      await createSqliteStore(open(), { timeout, sweepInterval }).close()
    }
  })

  it('takes clocks with fractions, and lone surrogates', async () => {
    let time = 1000.5
    const store = createSqliteStore(open(), { sweepInterval: 0, now: () => time })
    const texts = ['\ud800', '\ud801', '\udc00\ud800']
    for (const [n, owner] of texts.entries()) {
      await store.write(`k${n}`, owner, { replaces: null, expiresAt: 2000.5, owner })
    }
    time = 2000.2
    assert.equal((await store.read('k1'))?.value, '\ud801')
    assert.deepEqual(await store.keysOf('\ud801'), ['k1'])
    assert.equal(await store.deleteExpired(), 0)
    time = 2001.9
    assert.equal(await store.deleteExpired(), 3)
  })

  it('lets everything else go on while it sweeps', async () => {
    let time = 1000
    const store = createSqliteStore(open(), { sweepInterval: 0, now: () => time })
    for (let n = 0; n < 350; n++) {
      await store.write(`k${n}`, 'text', { replaces: null, expiresAt: 2000 + n })
    }
    time = 3000
    let ticks = 0
    const timer = setInterval(() => ticks++, 0)
    assert.equal(await store.deleteExpired(), 350)
    clearInterval(timer)
    assert.ok(ticks >= 2, `${ticks} ticks`)
  })
})
