/* The times that docs/storages.md and docs/redis.md name, on clocks and timers that the test moves. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRedisStore } from 'coatcheck/redis-storage'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import Libsql from 'libsql'
import { patience } from '../patience.ts'
import { nowhere, refuseNowhere } from './sockets.ts'
import { recordFolders, temporaryFolder } from './temporary-folder.ts'

const openDatabase = () => new Libsql(':memory:') as unknown as SqliteDatabase
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Each with the number of records that it has, expired ones too. */
const stores = {
  fs(now: () => number) {
    const directory = temporaryFolder()
    const store = createFsStore(directory, { now })
    return { store, count: () => recordFolders(directory).length }
  },
  SQLite(now: () => number) {
    const database = openDatabase()
    const store = createSqliteStore(database, { now })
    return { store, count: () => database.prepare('SELECT id FROM sessions').all().length }
  },
}

describe('sweeps that nobody has asked for', () => {
  for (const [name, open] of Object.entries(stores)) {
    it(`come every 600 seconds: ${name}`, async (t) => {
      const timers = t.mock.method(globalThis, 'setInterval', () => undefined)
      let time = 1000
      const { store, count } = open(() => time)
      const [sweep, pause] = timers.mock.calls[0]!.arguments as unknown as [() => void, number]
      assert.equal(pause, 600_000)
      await store.write('key', 'text', { replaces: null, expiresAt: 2000 })
      sweep()
      await turn()
      time = 2000
      assert.equal(count(), 1)
      sweep()
      for (const end = Date.now() + patience; count() > 0 && Date.now() < end;) await turn()
      assert.equal(count(), 0)
      await store.close()
    })
  }

  it('come every minute in memory, where nobody writes any more', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    let time = 1000
    const store = createMemoryStore({ now: () => time })
    await store.write('key', 'text', { replaces: null, expiresAt: 2000, owner: 'ada' })
    time = 2000
    t.mock.timers.tick(59_999)
    assert.deepEqual(await store.keysOf('ada'), ['key'])
    t.mock.timers.tick(1)
    assert.deepEqual(await store.keysOf('ada'), [])
    await store.close()
  })
})

describe('an operation on SQLite', () => {
  it('fails after 2 seconds in which the app has a transaction open', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const database = openDatabase()
    const store = createSqliteStore(database, { sweepInterval: 0 })
    let time = 0
    t.mock.method(performance, 'now', () => time)
    database.exec('BEGIN')
    let outcome = 'waits'
    store.read('key').catch((error) => (outcome = error.code))
    for (const [at, expected] of [
      [1999, 'waits'],
      [2000, 'SQLITE_BUSY'],
    ] as const) {
      time = at
      // Longer than it pauses.
      t.mock.timers.tick(100)
      await turn()
      assert.equal(outcome, expected)
    }
  })
})

describe('a Redis that is away', () => {
  it('is tried again after 50 milliseconds, and after 5 seconds at the latest', async (t) => {
    const tries = refuseNowhere(t)
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const store = createRedisStore({ host: nowhere })
    const triesAfter = async (milliseconds: number) => {
      t.mock.timers.tick(milliseconds)
      for (let n = 0; n < 20; n++) await turn()
      return tries.length
    }
    await assert.rejects(store.read('key'))
    assert.equal(await triesAfter(49), 1)
    for (let n = 2; n < 20; n++) assert.equal(await triesAfter(5000), n)
    await store.close()
  })
})
