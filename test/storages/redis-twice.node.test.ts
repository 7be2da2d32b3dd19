/*
 * Clients that lost their connection send again what was not answered: ioredis by default, whatever it was. What the
 * server did the first time must not be done a second time.
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { type Proxy, startProxy } from './redis-proxy.ts'
import { begin, count, eventually, failure, type Storage, valuesOf } from './redis-visits.ts'

describe('what a client sends twice', { skip: missing('redis') }, () => {
  let service: UrlService
  let proxy: Proxy
  let client: Redis
  let storage: Storage
  let other: Storage
  before(async () => {
    service = await startRedis()
    other = createRedisSessionStorage({ url: service.url })
  })
  beforeEach(async () => {
    proxy = await startProxy(service.ports[0]!)
    client = new Redis(proxy.url, { retryStrategy: () => 10 })
    client.on('error', () => {})
    storage = createRedisSessionStorage(client)
  })
  afterEach(() => {
    client.disconnect()
    proxy.close()
  })
  after(async () => {
    await other.close()
    await service.stop()
  })

  /** Counts, with the answer lost, and does something before the client sends it again. */
  async function countTwice(cookie: string, between: () => Promise<unknown>) {
    const session = await storage.read(cookie)
    session.update('n', (n) => (n ?? 0) + 1)
    const lost = proxy.loseReply()
    const saving = storage.save(session)
    await lost
    proxy.refuse(true)
    await between()
    proxy.refuse(false)
    return saving
  }

  for (const times of [1, 2, 3]) {
    it(`P1 is done once, though others have written on top of it (${times})`, async () => {
      const cookie = await begin(other, { n: 0 })
      await count(storage, cookie)
      const saved = await countTwice(cookie, async () => {
        for (let time = 0; time < times; time++) await count(other, cookie)
      })
      assert.equal(saved, cookie)
      assert.equal((await valuesOf(other, cookie)).n, 2 + times)
      await count(storage, cookie)
      assert.equal((await valuesOf(other, cookie)).n, 3 + times)
    })
  }

  it('P2 does not bring back a session that was ended meanwhile', async () => {
    const cookie = await begin(other, { n: 0 }, 'ada')
    await count(storage, cookie)
    assert.equal(await countTwice(cookie, () => other.revokeAll('ada')), null)
    assert.equal((await other.read(cookie)).isNew, true)
  })
})

describe(
  'the client of its own that a redis storage has for a cluster',
  { skip: missing('redis') },
  () => {
    it('sends nothing twice: who lost the answer is told', async (t) => {
      const proxyTo = { port: 0 }
      const proxy = await startProxy(() => proxyTo.port)
      const { port } = new URL(proxy.url)
      const service = await startRedis({
        settings: {
          'cluster-enabled': 'yes',
          'cluster-announce-ip': '127.0.0.1',
          'cluster-announce-port': port,
        },
      })
      proxyTo.port = service.ports[0]!
      const admin = new Redis(service.url)
      const cluster = { cluster: [`127.0.0.1:${port}`] }
      const storage: Storage = createRedisSessionStorage(cluster)
      t.after(async () => {
        await storage.close()
        admin.disconnect()
        proxy.close()
        await service.stop()
      })
      await admin.cluster('ADDSLOTSRANGE', 0, 16_383)
      await eventually(async () => assert.match(await admin.cluster('INFO'), /cluster_state:ok/))
      const cookie = await eventually(() => begin(storage, { n: 0 }))
      await count(storage, cookie)
      // Whether it would send again depends on what it has noticed by then.
      for (let n = 1; n <= 10; n++) {
        const session = await eventually(() => storage.read(cookie))
        session.update('n', (before) => before! + 1)
        const lost = proxy.loseReply()
        const { message } = await failure('write', storage.save(session))
        await lost
        assert.doesNotMatch(message, /No answer/)
        assert.equal((await eventually(() => valuesOf(storage, cookie))).n, n + 1)
      }
    })
  },
)
