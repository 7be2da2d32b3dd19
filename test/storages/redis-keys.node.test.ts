import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createRedisSessionStorage, createRedisStore } from 'coatcheck/redis-storage'
import { fakeClock } from 'coatcheck/testing'
import { Redis } from 'ioredis'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { eventually as until } from '../services/talk.ts'
import { begin, count, end, type Storage, valuesOf } from './redis-visits.ts'

describe('what a redis storage keeps', { skip: missing('redis') }, () => {
  let service: UrlService
  let admin: Redis
  const opened: { close(): Promise<void> }[] = []
  before(async () => {
    service = await startRedis()
    admin = new Redis(service.url)
  })
  beforeEach(() => admin.flushall())
  after(async () => {
    await Promise.all(opened.map((each) => each.close()))
    admin.disconnect()
    await service.stop()
  })

  function open(options: Parameters<typeof createRedisSessionStorage>[1] = {}): Storage {
    const storage: Storage = createRedisSessionStorage({ url: service.url }, options)
    opened.push(storage)
    return storage
  }

  function openStore(now?: () => number) {
    const store = createRedisStore({ url: service.url }, now && { now })
    opened.push(store)
    return store
  }

  /** The commands that were carried out meanwhile, those in scripts too, with how often. */
  async function commandsOf(action: () => Promise<unknown>): Promise<Record<string, number>> {
    await admin.config('RESETSTAT')
    await action()
    const lines = (await admin.info('commandstats')).matchAll(/cmdstat_(\w+)[^:]*:calls=(\d+)/g)
    const counts = Array.from(lines, ([, name, calls]) => [name, Number(calls)] as const)
    return Object.fromEntries(counts.filter(([name]) => name !== 'config'))
  }

  const lifeOf = (key: string) => admin.pttl(key)

  it('is one string a session, and a list for each user', async () => {
    const storage = open()
    const cookie = await begin(storage, { n: 1 })
    const { handle } = await storage.read(cookie)
    assert.deepEqual(await admin.keys('*'), [`session:${handle}`])
    assert.equal(await admin.type(`session:${handle}`), 'string')
    await begin(storage, {}, 'ada@example.com')
    await begin(storage, {}, 'ada@example.com')
    const lists = await admin.keys('session:owner:*')
    assert.equal(lists.length, 1)
    assert.equal(await admin.zcard(lists[0]!), 2)
    assert.ok(!lists[0]!.includes('ada'), 'a mail address in the name of a key')
  })

  it('P10 is read with one GET, and changed with one script', async () => {
    const storage = open()
    const cookie = await begin(storage, { n: 1 }, 'ada')
    await count(storage, cookie)
    assert.deepEqual(await commandsOf(() => storage.read(cookie)), { get: 1 })
    const change = await commandsOf(() => count(storage, cookie))
    assert.deepEqual(change, { get: 1, evalsha: 1, getrange: 1, set: 1 })
    const quiet = await commandsOf(async () => storage.save(await storage.read(cookie)))
    assert.deepEqual(quiet, { get: 1 })
    assert.deepEqual(await commandsOf(() => begin(storage, { n: 1 })), { set: 1 })
  })

  it('expires on the server as well', async () => {
    const storage = open({ idleTimeout: 600, absoluteTimeout: 60_000 })
    const cookie = await begin(storage, { n: 1 })
    const [key] = await admin.keys('session:*')
    assert.ok((await lifeOf(key!)) > 0 && (await lifeOf(key!)) <= 600_000)
    // As if the rest of the time had passed on the server.
    await admin.pexpire(key!, 300_000)
    await count(storage, cookie)
    assert.ok((await lifeOf(key!)) > 300_000 && (await lifeOf(key!)) <= 600_000)

    await admin.flushall()
    const brief = open({ idleTimeout: 1, absoluteTimeout: 100 })
    const short = await begin(brief, { n: 1 })
    await until(async () => (await admin.keys('*')).length === 0)
    assert.equal((await brief.read(short)).isNew, true)
  })

  it('is listed for longer than it lives, and no longer than it must', async () => {
    const clock = fakeClock()
    const storage = open({ idleTimeout: 3600, now: () => clock.now() })
    const start = performance.now()
    const cookie = await begin(storage, {}, 'ada')
    const [list] = await admin.keys('session:owner:*')
    const first = Number(await admin.zscore(list!, (await storage.read(cookie)).handle))
    assert.equal(first, clock.now() + 7_200_000)
    const left = (await lifeOf(list!)) - 7_200_000
    assert.ok(left < 1000 && left > start - performance.now() - 1000, `${left}`)

    clock.pass(3_200_000)
    const listing = await commandsOf(() => count(storage, cookie))
    assert.equal(listing['zadd'], undefined)
    // From here on the clock of another server, five minutes ahead, would not list it to its end.
    clock.pass(200_000)
    assert.equal((await commandsOf(() => count(storage, cookie)))['zadd'], 1)
    assert.equal((await storage.sessionsOf('ada')).length, 1)

    await end(storage, cookie)
    assert.deepEqual(await admin.keys('session:owner:*'), [])
  })

  it('leaves the list when it is listed no more, if others are added', async () => {
    const clock = fakeClock()
    const storage = open({ idleTimeout: 600, now: () => clock.now() })
    for (let n = 0; n < 10; n++) await begin(storage, {}, 'ada')
    clock.pass(2_000_000)
    await begin(storage, {}, 'ada')
    const [list] = await admin.keys('session:owner:*')
    assert.equal(await admin.zcard(list!), 1)
  })

  it('is not seen under another prefix', async () => {
    const [one, other] = [open({ prefix: 'one:' }), open({ prefix: 'other:' })]
    const cookie = await begin(one, { n: 1 }, 'ada')
    assert.equal((await other.read(cookie)).isNew, true)
    assert.deepEqual(await other.sessionsOf('ada'), [])
    assert.equal(await other.revokeAll('ada'), 0)
    await other.revoke((await one.read(cookie)).handle)
    assert.equal((await valuesOf(one, cookie)).n, 1)
    const keys = await admin.keys('*')
    assert.deepEqual(new Set(keys.map((key) => key.split(':')[0])), new Set(['one', 'other']))
  })

  it('ends by the clock of the one who asks, however the server’s goes', async () => {
    const ahead = 40 * 86_400_000
    for (const skew of [-ahead, ahead]) {
      const clock = fakeClock(Date.now() + skew)
      const storage = open({ idleTimeout: 1000, now: () => clock.now() })
      const cookie = await begin(storage, { n: 0 }, 'ada')
      clock.pass(999_999)
      assert.equal(await count(storage, cookie), cookie)
      clock.pass(999_999)
      assert.equal((await valuesOf(storage, cookie)).n, 1)
      assert.equal((await storage.sessionsOf('ada')).length, 1)
      clock.pass(1)
      assert.equal((await storage.read(cookie)).isNew, true)
    }
  })

  it('is listed under the user who logged in last', async () => {
    const storage = open()
    const session = await storage.read(await begin(storage, { n: 1 }, 'ada'))
    session.login('grace')
    await storage.save(session)
    assert.equal((await storage.sessionsOf('grace')).length, 1)
    assert.deepEqual(await storage.sessionsOf('ada'), [])
  })

  it('stays listed, whoever else tried to list it, and for a shorter time', async () => {
    const clock = fakeClock()
    const store = openStore(() => clock.now())
    const start = clock.now()
    const hour = 3_600_000
    const replaces = await store.write('key', 'a', { replaces: null, expiresAt: start + hour })
    const write = (value: string, expiresAt: number) =>
      store.write('key', value, { replaces: replaces!, expiresAt, owner: 'ada' })
    assert.ok(await write('b', start + hour))
    assert.equal(await write('c', start + 1000), undefined)
    const [list] = await admin.keys('session:owner:*')
    assert.ok((await lifeOf(list!)) > hour)
    clock.pass(hour - 1)
    assert.deepEqual(await store.keysOf('ada'), ['key'])
    clock.pass(hour + 1)
    assert.deepEqual(await store.keysOf('ada'), [])
  })

  it('stays listed when a server whose clock is four minutes ahead adds to the list', async () => {
    const [early, late] = [fakeClock(), fakeClock()]
    late.pass(240_000)
    const [here, there] = [early, late].map((clock) => openStore(() => clock.now()))
    const options = { replaces: null, owner: 'ada' }
    await here!.write('a', 'a', { ...options, expiresAt: early.now() + 1000 })
    await there!.write('b', 'b', { ...options, expiresAt: late.now() + 1000 })
    assert.deepEqual(new Set(await here!.keysOf('ada')), new Set(['a', 'b']))
  })

  it('P2 is not made anew by a version that was empty', async () => {
    const store = openStore()
    await admin.set('session:key', '')
    const { version } = (await store.read('key'))!
    await admin.del('session:key')
    const options = { replaces: version, expiresAt: Date.now() + 60_000 }
    assert.equal(await store.write('key', 'a', options), undefined)
  })

  it('P2 is not brought back by a version from before, also under the same key', async () => {
    const store = openStore()
    const expiresAt = Date.now() + 60_000
    const old = (await store.write('key', 'a', { replaces: null, expiresAt }))!
    await store.delete('key')
    await store.write('key', 'a', { replaces: null, expiresAt })
    assert.equal(await store.write('key', 'b', { replaces: old, expiresAt }), undefined)
    assert.equal((await store.read('key'))?.value, 'a')
  })

  it('is written with an end in fractions of a millisecond, and with one that has passed', async () => {
    const store = openStore()
    const expiresAt = Date.now() + 60_000.5
    const replaces = (await store.write('key', 'a', { replaces: null, expiresAt }))!
    assert.equal((await store.read('key'))?.version, replaces)
    assert.ok(await store.write('key', 'b', { replaces, expiresAt: Date.now() - 1000 }))
    assert.equal(await store.read('key'), undefined)
  })
})
