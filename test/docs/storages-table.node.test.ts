/*
 * The table in docs/storages.md says of each backend what its store declares and can do.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
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
import { storageCases, traitsOf, type Trait } from 'coatcheck/testing'
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

const root = new URL('../../../', import.meta.url)
const packageFile = new URL('package.json', root)
const guide = readFileSync(new URL('docs/storages.md', root), 'utf8')

// The first table. There are others below.
const rows = guide
  .split('\n## ', 1)[0]!
  .split('\n')
  .filter((line) => /^\| .*`[\w/-]+` \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, entry, atomic, promises, , indexed, expiry, runsOn, driver]) => ({
    // Two backends in one entry go by their names.
    entry: name!.startsWith('Cloudflare ') ? name! : entry!.replaceAll('`', ''),
    atomic: atomic!.startsWith('yes'),
    indexed: indexed!.startsWith('yes'),
    expiry: expiry!,
    promises: promises!,
    runsOn: runsOn!,
    drivers: [...driver!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  }))

/** Promises of which some case holds only where there is this. */
function promisesThatNeed(trait: Trait): string[] {
  const names = storageCases.filter(({ needs }) => needs?.includes(trait)).map(({ name }) => name)
  return [...new Set(names.flatMap((name) => name.match(/\bP\d+\b/g) ?? []))]
}

describe('the table of storages', () => {
  it('has every backend', () => {
    const entries = rows.map(({ entry }) => entry).filter((entry) => entry !== 'cookie-storage')
    assert.deepEqual(entries.toSorted(), Object.keys(stores).toSorted())
  })

  for (const { entry, atomic, indexed, expiry, promises } of rows) {
    const open = stores[entry]
    if (open === undefined) continue
    it(`says of ${entry} which promises it keeps`, () => {
      const lost = [...promises.matchAll(/\bP\d+\b/g)].map(([name]) => name)
      assert.ok(promises.startsWith('all'))
      assert.deepEqual(lost.toSorted(), atomic ? [] : promisesThatNeed('atomic').toSorted())
    })
    it(`says of ${entry} what its store can do`, () => {
      const traits = traitsOf(open())
      assert.equal(traits.has('atomic'), atomic, 'compare-and-swap')
      assert.equal(traits.has('indexed'), indexed, 'lists')
      assert.equal(traits.has('sweepable'), /sweep|deleteExpired|themselves/.test(expiry), 'expiry')
    })
  }

  it('names drivers that the tests have', () => {
    const { devDependencies } = JSON.parse(readFileSync(packageFile, 'utf8'))
    const drivers = rows.flatMap((row) => row.drivers)
    assert.ok(drivers.includes('ioredis') && drivers.includes('kysely'))
    assert.deepEqual(
      drivers.filter((name) => !(name in devDependencies)),
      [],
    )
  })

  it('says of those that run in Workers that they do, and of no others', () => {
    const folder = new URL('test/workerd/', root)
    const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
    for (const { entry, runsOn } of rows) {
      if (runsOn.startsWith('wherever')) continue
      const path = entry.startsWith('Cloudflare ') ? 'cloudflare-storage' : entry
      const isTested = sources.some((source) => source.includes(`'coatcheck/${path}'`))
      assert.equal(isTested, /everywhere|Workers/.test(runsOn), entry)
    }
  })

  it('names tests that there are', () => {
    const proofs = readFileSync(new URL('docs/behaviours.md', root), 'utf8')
    const files = [...proofs.matchAll(/`((?:test|src)\/[^`*]+\.ts)`/g)].map(([, file]) => file!)
    assert.ok(files.length > 10)
    assert.deepEqual(
      files.filter((file) => !existsSync(new URL(file, root))),
      [],
    )
  })
})
