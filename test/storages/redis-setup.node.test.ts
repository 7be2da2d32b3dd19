/* Servers that are older, or set up otherwise, than one would wish. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { missing, startRedis } from '../services/index.ts'
import { using } from '../services/talk.ts'
import { begin, count, end, type Storage, valuesOf } from './redis-visits.ts'

describe('A Redis', { skip: missing('redis') }, () => {
  it('that is older than 6.2, and has no GETDEL and no ZADD … GT, serves all the same', async (t) => {
    const settings = { 'rename-command': 'GETDEL ""' }
    const { url } = await using(t, startRedis({ settings }))
    const admin = new Redis(url)
    const storage: Storage = createRedisSessionStorage({ url })
    t.after(() => Promise.all([admin.disconnect(), storage.close()]))
    const sent: string[][] = []
    const monitor = await admin.monitor()
    monitor.on('monitor', (_time: string, command: string[]) => void sent.push(command))
    const cookie = await begin(storage, { n: 1 }, 'ada')
    await count(storage, cookie)
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    await end(storage, cookie)
    assert.equal((await storage.read(cookie)).isNew, true)
    assert.deepEqual(await storage.sessionsOf('ada'), [])
    const other = await begin(storage, {}, 'ada')
    assert.equal(await storage.revokeAll('ada'), 1)
    assert.equal((await storage.read(other)).isNew, true)
    monitor.disconnect()
    const words = sent.flat().map((word) => word.toUpperCase())
    assert.ok(words.includes('ZADD'))
    assert.ok(!words.includes('GT'))
  })

  it('that drops keys when it is full is told of, and a use lists its session again', async (t) => {
    const settings = { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' }
    const { url } = await using(t, startRedis({ settings }))
    const warnings: string[] = []
    t.mock.method(console, 'warn', (text: string) => void warnings.push(text))
    const admin = new Redis(url)
    const storage: Storage = createRedisSessionStorage({ url })
    t.after(() => Promise.all([admin.disconnect(), storage.close()]))
    const cookie = await begin(storage, {}, 'ada')
    assert.equal(warnings.filter((text) => /allkeys-lru.*noeviction/s.test(text)).length, 1)
    await admin.del(await admin.keys('session:owner:*'))
    await count(storage, cookie)
    assert.equal(await storage.revokeAll('ada'), 1)
    assert.equal((await storage.read(cookie)).isNew, true)
    assert.equal(warnings.length, 1)
  })

  it('is found through a URL that says which kind of address to look for', async (t) => {
    const { ports } = await using(t, startRedis())
    const url = `redis://localhost:${ports[0]}?family=0`
    const storage: Storage = createRedisSessionStorage({ url })
    t.after(() => storage.close())
    assert.deepEqual(await valuesOf(storage, await begin(storage, { n: 1 })), { n: 1 })
  })
})
