import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'

const open = await openerOfThisRuntime()
// Other files may be run between the loading of this one and its tests.
const expiresAt = Date.now() + 3_600_000

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

/** For what has to wait, and is in time however busy the machine is. */
const patient = { timeout: 60, sweepInterval: 0 }

const failures: Record<string, (store: Store, version: string) => Promise<unknown>> = {
  write: (store, version) => store.write('a', 'late', { replaces: version, expiresAt }),
  creation: (store) => store.write('b', 'new', { replaces: null, expiresAt }),
  deletion: (store) => store.delete('a'),
  sweep: (store) => store.deleteExpired(),
}

/** The same database, which tells of each try to get the lock: `BEGIN` on libsql, a statement elsewhere. */
function countingTries(database: SqliteDatabase, onTry: () => void): SqliteDatabase {
  const bound = <T extends object>(target: T, replaced: Partial<T>): T =>
    new Proxy(target, {
      get(_, name) {
        if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name)
        const found: unknown = Reflect.get(target, name, target)
        return typeof found === 'function' ? found.bind(target) : found
      },
    })
  return bound(database, {
    exec(sql) {
      if (sql.startsWith('BEGIN')) onTry()
      return database.exec(sql)
    },
    prepare(sql) {
      const statement = database.prepare(sql)
      return bound(statement, {
        run(...values) {
          onTry()
          return statement.run(...values)
        },
      })
    },
  })
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

  it('P2 does nothing within a transaction of the app: it waits for its end, and no longer than it may', () =>
    withStores(async ({ store, database }) => {
      await store.write('a', 'first', { replaces: null, expiresAt })
      const waiting = createSqliteStore(database, patient)
      database.exec('BEGIN')
      const deleting = waiting.delete('a')
      setTimeout(() => database.exec('ROLLBACK'), 20)
      await deleting
      assert.equal(await store.read('a'), undefined)
      database.exec('BEGIN')
      for (const fail of [() => store.read('a'), ...Object.values(failures)]) {
        await assert.rejects(fail(store, 'version'), {
          code: 'SQLITE_BUSY',
          message: /transaction/,
        })
      }
      await assert.rejects(store.keysOf('ada'), /transaction/)
      database.exec('ROLLBACK')
      assert.equal(await store.read('a'), undefined)
    }))

  it('P2 writes nothing within a transaction that the driver does not tell of', () =>
    withStores(async ({ store, database }) => {
      const silent: SqliteDatabase = {
        exec: (sql) => database.exec(sql),
        prepare: (sql) => database.prepare(sql),
        close: () => database.close(),
      }
      const unaware = createSqliteStore(silent, { timeout: 0.1, sweepInterval: 0 })
      const version = await unaware.write('a', 'first', { replaces: null, expiresAt })
      database.exec('BEGIN')
      for (const fail of Object.values(failures)) {
        await assert.rejects(fail(unaware, version!), /transaction/)
      }
      database.exec('ROLLBACK')
      await unaware.delete('a')
      assert.equal(await store.read('a'), undefined)
    }))

  it('is not made within a transaction: its table would be undone with it', () =>
    withStores(async ({ database }) => {
      database.exec('BEGIN')
      const make = () => createSqliteStore(database, { table: 'other', sweepInterval: 0 })
      assert.throws(make, { code: 'ERR_SESSION_CONFIG', message: /transaction/ })
      database.exec('ROLLBACK')
      make()
    }))

  it('lets one of many that wait for the lock try, and the event loop go on after each try', () =>
    withStores(async ({ store, database, lock }) => {
      let tries = 0
      const most: number[] = []
      const counted = countingTries(database, () => tries++)
      const busy = createSqliteStore(counted, patient)
      lock.exec('BEGIN IMMEDIATE')
      const keys = Array.from({ length: 50 }, (_, n) => `k${n}`)
      const writing = keys.map((key) => busy.write(key, key, { replaces: null, expiresAt }))
      for (let turn = 0; turn < 5; turn++) {
        tries = 0
        await new Promise((resolve) => setTimeout(resolve, 5))
        most.push(tries)
      }
      lock.exec('COMMIT')
      for (const version of await Promise.all(writing)) assert.ok(version)
      // Without a pause for all it would be 50.
      assert.ok(Math.max(...most) <= 5, `${most}`)
      assert.equal((await store.read('k49'))?.value, 'k49')
    }))
})

it('writes to nothing that expired while it waited for the lock (P5)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  const inner = open(join(folder, 'sessions.db'))
  let time = 1000
  let wait = 0
  const database: SqliteDatabase = {
    exec(sql) {
      // Time goes by while another process writes.
      if (sql.startsWith('BEGIN')) time += wait
      return inner.exec(sql)
    },
    prepare: (sql) => inner.prepare(sql),
    close: () => inner.close(),
  }
  const store = createSqliteStore(database, { sweepInterval: 0, now: () => time })
  const replaces = (await store.write('a', '1', { replaces: null, expiresAt: 2000 }))!
  wait = 1500
  assert.equal(await store.write('a', '2', { replaces, expiresAt: 9000 }), undefined)
  assert.equal(await store.read('a'), undefined)
  inner.close()
  rmSync(folder, { recursive: true, force: true })
})
