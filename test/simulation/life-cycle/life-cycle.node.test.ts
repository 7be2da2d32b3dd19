import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import Libsql from 'libsql'
import { search, type Setting } from './search.ts'
import { seedsOf } from './seeds.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

interface Part extends Setting {
  /** How many histories of it are enough from day to day. */
  usual: number
}

const parts: Record<string, Part> = {
  'on one server': { usual: 100, clocks: [0] },
  'on two servers with one clock': { usual: 100, clocks: [0, 0] },
  'on three servers whose clocks differ by seconds': { usual: 100, clocks: [0, 2000, -1500] },
  'on files': {
    usual: 20,
    clocks: [0, 0],
    openStore: (now) => createFsStore(temporaryFolder(), { now, sweepInterval: 0 }),
  },
  'on SQLite': {
    usual: 20,
    clocks: [0, 0],
    openStore(now) {
      const database = new Libsql(':memory:') as unknown as SqliteDatabase
      return createSqliteStore(database, { now, sweepInterval: 0 })
    },
  },
}

describe('random histories keep the promises', () => {
  for (const [title, { usual, ...setting }] of Object.entries(parts)) {
    it(title, async () => {
      const found = await search(seedsOf(usual), setting)
      assert.ok(found === undefined, found)
    })
  }
})
