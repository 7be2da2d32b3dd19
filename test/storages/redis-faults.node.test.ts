import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { inTime } from '../in-time.ts'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { type Made, toOne } from './redis-clients.ts'
import { begin, count, end, eventually, failure, type Storage, valuesOf } from './redis-visits.ts'

const timeout = 0.5
const skip = missing('redis')

/** Its own clients, and each kind of client that an app may give it. */
const makers: Record<
  string,
  (service: UrlService) => Promise<Pick<Made, 'close'> & { storage: Storage }>
> = {
  'clients of its own': async ({ url }) => {
    const storage: Storage = createRedisSessionStorage({ url }, { timeout })
    return { storage, close: () => storage.close() }
  },
}
for (const [name, make] of Object.entries(toOne)) {
  makers[name] = async (service) => {
    const { client, close } = await make(service)
    return { storage: createRedisSessionStorage(client, { timeout }), close }
  }
}

/** Milliseconds after which an operation has surely failed. */
const most = 2000

for (const [name, make] of Object.entries(makers)) {
  describe(`redis storage with ${name}`, { skip }, () => {
    let service: UrlService
    let admin: Redis
    let made: Awaited<ReturnType<typeof make>>
    let storage: Storage
    before(async () => {
      service = await startRedis({ durable: true })
      admin = new Redis(service.url)
      admin.on('error', () => {})
      made = await make(service)
      storage = made.storage
    })
    after(async () => {
      await made.close()
      admin.disconnect()
      await service.stop()
    })

    it('goes on when the server has forgotten its scripts', async () => {
      const cookie = await begin(storage, { n: 0 }, 'ada')
      for (let n = 0; n < 3; n++) {
        await admin.script('FLUSH')
        await Promise.all([1, 2, 3].map(() => count(storage, cookie)))
      }
      assert.equal((await valuesOf(storage, cookie)).n, 9)
      await admin.script('FLUSH')
      await begin(storage, {}, 'ada')
      assert.equal((await storage.sessionsOf('ada')).length, 2)
    })

    it('gives up in time on a server that says nothing, and hands nobody a late answer', async () => {
      const marks = Array.from({ length: 10 }, (_, n) => `visitor ${n}`)
      const cookies = await Promise.all(marks.map((mark) => begin(storage, { mark, n: 0 })))
      const [slow, gone] = [await storage.read(cookies[0]!), await storage.read(cookies[1]!)]
      slow.set('mark', 'visitor 0, late')
      gone.destroy()
      const keysBefore = await admin.keys('session:??????????????????????')
      service.pause()
      try {
        await Promise.all([
          inTime(failure('write', begin(storage, {}, 'eve')), most),
          ...cookies.map((cookie) => inTime(failure('read', storage.read(cookie)), most)),
          inTime(failure('write', storage.save(slow)), most),
          inTime(failure('delete', storage.save(gone)), most),
          inTime(failure('list', storage.sessionsOf('ada')), most),
        ])
      } finally {
        service.resume()
      }
      await eventually(() => storage.read(cookies[2]!))
      // The list that she was to be on came first, and that was late already.
      const keysAfter = await admin.keys('session:??????????????????????')
      assert.deepEqual(
        keysAfter.filter((key) => !keysBefore.includes(key)),
        [],
      )
      for (let round = 0; round < 5; round++) {
        const found = await Promise.all(cookies.map((cookie) => valuesOf(storage, cookie)))
        for (const [n, { mark }] of found.entries()) {
          const possible =
            n === 0 ? [marks[0], 'visitor 0, late'] : n === 1 ? [marks[1], undefined] : [marks[n]]
          assert.ok(possible.includes(mark), `visitor ${n} sees ${mark}`)
        }
      }
      await Promise.all(cookies.slice(2).map((cookie) => count(storage, cookie)))
      for (const cookie of cookies.slice(2)) assert.equal((await valuesOf(storage, cookie)).n, 1)
    })

    it('fails in time while the server is away, and goes on when it is back', async () => {
      const cookie = await begin(storage, { n: 1 })
      const session = await storage.read(cookie)
      session.set('n', 2)
      await service.kill()
      await inTime(failure('read', storage.read(cookie)), most)
      await inTime(failure('write', storage.save(session)), most)
      await inTime(failure('write', begin(storage, { n: 1 })), most)
      await service.start()
      await eventually(() => count(storage, cookie))
      const { n } = await valuesOf(storage, cookie)
      // Clients that queue may have sent the failed write after all, before.
      assert.ok(n === 2 || n === 3, `n is ${n}`)
    })

    it('survives a server that is restarted again and again', async () => {
      const cookie = await begin(storage, { n: 0 })
      let counted = 0
      let failed = 0
      const done = new AbortController()
      const restarts = (async () => {
        for (let n = 0; n < 3; n++) {
          await service.restart()
          const before = counted
          // However long a client takes to come back.
          await eventually(async () => assert.ok(counted > before))
        }
      })().finally(() => done.abort())
      while (!done.signal.aborted) {
        await count(storage, cookie).then(
          () => counted++,
          () => failed++,
        )
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await restarts
      await eventually(() => storage.read(cookie))
      const { n } = await valuesOf(storage, cookie)
      // A count that failed may have been made all the same.
      assert.ok(n! >= counted && n! <= counted + failed, `${n} of ${counted} and ${failed}`)
    })
  })
}

describe('redis storage on a full server', { skip }, () => {
  it('fails to write, reads on, and ends sessions', async (t) => {
    const service = await startRedis({ settings: { 'maxmemory-policy': 'noeviction' } })
    const admin = new Redis(service.url)
    const storage: Storage = createRedisSessionStorage({ url: service.url })
    t.after(async () => {
      await storage.close()
      admin.disconnect()
      await service.stop()
    })
    const [kept, ended] = [await begin(storage, { n: 1 }, 'ada'), await begin(storage, {}, 'ada')]
    await admin.config('SET', 'maxmemory', '1')

    assert.match((await failure('write', count(storage, kept))).message, /OOM/)
    assert.match((await failure('write', begin(storage, { n: 1 }))).message, /OOM/)
    assert.match((await failure('write', begin(storage, { n: 1 }, 'grace'))).message, /OOM/)
    assert.equal((await valuesOf(storage, kept)).n, 1)
    assert.equal(await end(storage, ended), '')
    assert.equal((await storage.sessionsOf('ada')).length, 1)

    await admin.config('SET', 'maxmemory', '0')
    await count(storage, kept)
    assert.equal((await valuesOf(storage, kept)).n, 2)
  })
})

describe('redis storage, when others write where its keys are', { skip }, () => {
  let service: UrlService
  let admin: Redis
  let storage: Storage
  const events: string[] = []
  before(async () => {
    service = await startRedis()
    admin = new Redis(service.url)
    const onEvent = ({ type }: { type: string }) => events.push(type)
    storage = createRedisSessionStorage({ url: service.url }, { onEvent })
  })
  beforeEach(() => void events.splice(0))
  after(async () => {
    await storage.close()
    admin.disconnect()
    await service.stop()
  })

  it('takes something of another type for a failing store, and leaves it alone', async () => {
    const cookie = await begin(storage, { n: 1 }, 'ada')
    const [session, other] = [await storage.read(cookie), await storage.read(cookie)]
    const key = `session:${session.handle}`
    session.set('n', 2)
    other.destroy()
    await admin.del(key)
    await admin.rpush(key, 'not ours')
    for (const [operation, action] of [
      ['read', () => storage.read(cookie)],
      ['write', () => storage.save(session)],
      ['delete', () => storage.save(other)],
    ] as const) {
      assert.match((await failure(operation, action())).message, /WRONGTYPE/)
    }
    assert.equal(await admin.llen(key), 1)

    const [list] = await admin.keys('session:owner:*')
    await admin.set(list!, 'not ours')
    assert.match((await failure('list', storage.sessionsOf('ada'))).message, /WRONGTYPE/)
    assert.match((await failure('write', begin(storage, {}, 'ada'))).message, /WRONGTYPE/)
  })

  it('reads as empty what is damaged, and says so', async () => {
    const cookie = await begin(storage, { n: 1 })
    const key = `session:${(await storage.read(cookie)).handle}`
    const text = (await admin.get(key))!
    const otherKey = `session:${(await storage.read(await begin(storage, { n: 2 }))).handle}`
    const damages = [
      'not ours',
      '',
      text.slice(0, 10),
      text.slice(0, 60),
      text.slice(0, -1),
      text.slice(1),
      text.replace('\n', ' '),
      text.replace('"v":1', '"v":2'),
      (await admin.get(otherKey))!,
    ]
    for (const damaged of damages) {
      await admin.set(key, damaged)
      events.splice(0)
      assert.equal((await storage.read(cookie)).isNew, true, damaged)
      assert.deepEqual(events, ['corrupt'], damaged)
    }
    await admin.set(key, text)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
  })

  it('replaces a revocation that is damaged', async () => {
    await storage.revokeAll('grace')
    const [key] = await admin.keys('session:revoked-*')
    for (const damaged of ['{', 'damaged beyond recognition, and long']) {
      await admin.set(key!, damaged)
      assert.equal(await begin(storage, {}, 'grace'), null)
      await storage.revokeAll('grace')
      await new Promise((resolve) => setTimeout(resolve, 2))
      assert.notEqual(await begin(storage, {}, 'grace'), null)
    }
  })
})
