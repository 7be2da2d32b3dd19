import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
import { fakeClock, type StoreFixture } from 'coatcheck/testing'
import { startMemcached } from '../services/index.ts'
import { describeStore } from '../conformance/run.ts'

const memcached = await startMemcached()
const { hosts } = memcached
let prefixes = 0

function fixture(): StoreFixture {
  const clock = fakeClock()
  const prefix = `${process.pid}-${++prefixes}:`
  const store = createMemcacheStore({ hosts }, { prefix, now: () => clock.now() })
  return { store, clock, close: () => store.close() }
}

after(() => memcached.stop())

await describeStore(['memcache store', 'memcache storage'], fixture)

describe('memcache hosts', () => {
  it('have the same keys in any order and spelling', async () => {
    const spell = (host: string): string => host.replace('127.0.0.1', 'LocalHost')
    const plain = hosts.map((host) => host.replace('127.0.0.1', 'localhost'))
    const prefix = `${process.pid}-hosts:`
    const one = createMemcacheStore({ hosts: plain }, { prefix })
    const other = createMemcacheStore({ hosts: hosts.map(spell).toReversed() }, { prefix })
    const options = { replaces: null, expiresAt: Date.now() + 60_000 }
    const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)
    for (const key of keys) await one.write(key, key, options)
    const found = await Promise.all(keys.map((key) => other.read(key)))
    await Promise.all([one.close(), other.close()])
    assert.deepEqual(
      found.map((record) => record?.value),
      keys,
    )
  })
})
