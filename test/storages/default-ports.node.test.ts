/* Where servers are looked for whose address has no port. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
import { createRedisStore } from 'coatcheck/redis-storage'
import { nowhere as host, refuseNowhere } from './sockets.ts'

const stores = {
  'Redis, by its host': [() => createRedisStore({ host }), 6379],
  'Redis, by its URL': [() => createRedisStore({ url: `redis://${host}` }), 6379],
  'a Redis Cluster': [() => createRedisStore({ cluster: [host] }), 6379],
  Sentinels: [() => createRedisStore({ sentinels: [host], name: 'main' }), 26_379],
  memcached: [() => createMemcacheStore(host), 11_211],
} as const

for (const [name, [open, port]] of Object.entries(stores)) {
  it(`${name}: ${port}`, async (t) => {
    const asked = refuseNowhere(t)
    const store = open()
    await assert.rejects(store.read('key'))
    await store.close()
    assert.deepEqual([...new Set(asked)], [port])
  })
}
