/* What drivers make of replies, errors and addresses that are not as they should be. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { createRedisSessionStorage, type RedisClient } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { missing, startRedis, startSentinel, type UrlService } from '../services/index.ts'
import { calm } from '../services/talk.ts'
import { begin, eventually, failure, type Storage } from './redis-visits.ts'

describe('a redis storage', { skip: missing('redis') }, () => {
  let service: UrlService
  let admin: Redis
  before(async () => {
    service = await startRedis()
    admin = new Redis(service.url)
  })
  after(async () => {
    admin.disconnect()
    await service.stop()
  })

  it('P8 takes a client that answers by callback for a failure, and nobody for a stranger', async () => {
    const client = createClient({ url: service.url })
    await client.connect()
    const storage: Storage = createRedisSessionStorage(client.legacy() as unknown as RedisClient)
    const { message } = await failure('read', storage.read(await begin(own(), { n: 1 })))
    assert.match(message, /gives no replies/)
    await failure('write', begin(storage, { n: 1 }))
    await client.ping()
    client.destroy()
  })

  function own(url = service.url): Storage {
    const storage: Storage = createRedisSessionStorage({ url })
    after(() => storage.close())
    return storage
  }

  it('keeps nothing in another database than the one it was told', async () => {
    await admin.flushall()
    const storage = own(`${service.url}/99`)
    // Long enough for a connection that goes on without it.
    for (const start = performance.now(); performance.now() - start < 300; await sleep(20)) {
      assert.match((await failure('write', begin(storage, { n: 1 }))).message, /DB index/)
    }
    assert.equal(await admin.dbsize(), 0)
  })

  it('tells neither values nor passwords with an error of its driver (ASVS 16.5.1)', async () => {
    await admin.acl('SETUSER', 'ada', 'on', '>hunter2', '~*', '+@all')
    const stranger = own(`redis://ada:hunter3@${new URL(service.url).host}`)
    const refused = await failure('write', begin(stranger, { n: 1 }))
    assert.match(refused.message, /WRONGPASS/)
    assert.doesNotMatch(inspect(refused, { depth: 9, showHidden: true }), /hunter/)

    const cluster = [new URL(service.url).host]
    const server = { cluster, username: 'ada', password: 'hunter3' }
    const elsewhere: Storage = createRedisSessionStorage(server)
    const unknown = await failure('write', begin(elsewhere, { n: 1 }))
    assert.doesNotMatch(inspect(unknown, { depth: 9, showHidden: true }), /hunter/)
    await elsewhere.close()

    const client = new Redis(service.url)
    for (const storage of [own(), createRedisSessionStorage(client) as Storage]) {
      const cookie = await begin(storage, { mark: 'a secret of the visitor' })
      const session = await storage.read(cookie)
      session.set('mark', 'another secret of the visitor')
      await admin.del(`session:${session.handle}`)
      await admin.lpush(`session:${session.handle}`, 'no string')
      const failed = await failure('write', storage.save(session))
      assert.match(failed.message, /WRONGTYPE/)
      assert.doesNotMatch(inspect(failed, { depth: 9, showHidden: true }), /visitor/)
    }
    client.disconnect()
  })

  it('has a clock with fractions, if it must', async () => {
    const storage: Storage = createRedisSessionStorage(
      { url: service.url },
      { now: () => Date.now() + 0.5 },
    )
    await begin(storage, { n: 1 }, 'ada')
    assert.equal(await storage.revokeAll('ada'), 1)
    await storage.close()
  })
})

describe('a redis storage with a Sentinel that says nothing', { skip: missing('redis') }, () => {
  it('asks the next one, and can be closed', async (t) => {
    const service = await calm(startSentinel())
    t.after(() => service.stop())
    service.sentinels[0]!.pause()
    const server = { sentinels: service.hosts, name: service.name }
    const storage: Storage = createRedisSessionStorage(server, { timeout: 0.5 })
    await eventually(() => begin(storage, { n: 1 }))
    await storage.close()

    for (const sentinel of service.sentinels) sentinel.pause()
    const hopeless: Storage = createRedisSessionStorage(server, { timeout: 0.5 })
    await failure('write', begin(hopeless, { n: 1 }))
    await hopeless.close()
    for (const sentinel of service.sentinels) sentinel.resume()
  })
})
