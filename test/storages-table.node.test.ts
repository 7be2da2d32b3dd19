/*
 * The table in docs/storages.md says of each backend what its store declares and can do.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { SessionStore } from 'coatcheck'
import { createD1Store, createDurableObjectStore } from 'coatcheck/cloudflare-storage'
import { fromExpressStore } from 'coatcheck/compat/express-store'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRedisStore } from 'coatcheck/redis-storage'
import { createSqlStore } from 'coatcheck/sql-storage'
import { createSqliteStore } from 'coatcheck/sqlite-storage'
import { traitsOf } from 'coatcheck/testing'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import session from 'express-session'
import { Kysely, SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import { createStorage } from 'unstorage'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

/** None of these connects before it is used. */
const stores: Record<string, () => SessionStore> = {
  'memory-storage': () => createMemoryStore(),
  'fs-storage': () => createFsStore(directory, { sweepInterval: 0 }),
  'sqlite-storage': () => createSqliteStore(new Libsql(':memory:'), { sweepInterval: 0 }),
  'redis-storage': () => createRedisStore({ url: 'redis://127.0.0.1:1' }),
  'memcache-storage': () => createMemcacheStore('127.0.0.1:1'),
  'sql-storage': () =>
    createSqlStore(
      new Kysely({ dialect: new SqliteDialect({ database: new Libsql(':memory:') as never }) }),
    ),
  'Cloudflare D1': () => createD1Store({ prepare: () => assert.fail() }),
  'Cloudflare Durable Objects': () =>
    createDurableObjectStore({ idFromName: () => assert.fail(), get: () => assert.fail() }),
  'unstorage-storage': () => createUnstorageStore(createStorage()),
  'compat/express-store': () => fromExpressStore(new session.MemoryStore()),
}

const rows = readFileSync(new URL('../../docs/storages.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| .*`[\w/-]+` \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, entry, atomic, , indexed, expiry]) => ({
    // Two backends in one entry go by their names.
    entry: name!.startsWith('Cloudflare ') ? name! : entry!.replaceAll('`', ''),
    atomic: atomic!.startsWith('yes'),
    indexed: indexed!.startsWith('yes'),
    expiry: expiry!,
  }))

describe('the table of storages', () => {
  it('has every backend', () => {
    const entries = rows.map(({ entry }) => entry).filter((entry) => entry !== 'cookie-storage')
    assert.deepEqual(entries.toSorted(), Object.keys(stores).toSorted())
  })

  for (const { entry, atomic, indexed, expiry } of rows) {
    const open = stores[entry]
    if (open === undefined) continue
    it(`says of ${entry} what its store can do`, () => {
      const traits = traitsOf(open())
      assert.equal(traits.has('atomic'), atomic, 'compare-and-swap')
      assert.equal(traits.has('indexed'), indexed, 'lists')
      assert.equal(traits.has('sweepable'), /sweep|deleteExpired|themselves/.test(expiry), 'expiry')
    })
  }
})
