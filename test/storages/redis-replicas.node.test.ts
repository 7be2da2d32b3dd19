/* `waitReplicas` on a primary and its replicas, which fall behind or take over at the worst of times. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { fakeClock } from 'coatcheck/testing'
import { Redis } from 'ioredis'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { type Proxy, startProxy } from './redis-proxy.ts'
import { begin, end, eventually, failure, type Storage, valuesOf } from './redis-visits.ts'

describe('a redis storage that waits for replicas', { skip: missing('redis') }, () => {
  let primary: UrlService
  let replica: UrlService
  let admin: Redis
  let onReplica: Redis
  const opened: Storage[] = []
  before(async () => {
    ;[primary, replica] = await Promise.all([startRedis(), startRedis()])
    admin = new Redis(primary.url)
    onReplica = new Redis(replica.url)
    await follow()
  })
  after(async () => {
    await Promise.all(opened.map((storage) => storage.close()))
    admin.disconnect()
    onReplica.disconnect()
    await Promise.all([primary.stop(), replica.stop()])
  })

  async function follow(): Promise<void> {
    await onReplica.replicaof('127.0.0.1', primary.ports[0]!)
    const isInStep = async () =>
      assert.match(await onReplica.info('replication'), /master_link_status:up/)
    await eventually(isInStep)
  }

  function open(source: Parameters<typeof createRedisSessionStorage>[0], timeout = 1): Storage {
    const storage: Storage = createRedisSessionStorage(source, { waitReplicas: 1, timeout })
    opened.push(storage)
    return storage
  }

  async function withReplicaAway(work: () => Promise<unknown>): Promise<void> {
    replica.pause()
    try {
      await work()
    } finally {
      replica.resume()
    }
  }

  async function callsOf(command: string): Promise<number> {
    const [, calls] =
      new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await admin.info('commandstats')) ?? []
    return Number(calls ?? 0)
  }

  it('P2 lets nobody log in whom revokeAll might not find after a failover', async () => {
    const storage = open({ url: primary.url })
    const cookie = await begin(storage, { n: 1 })
    await withReplicaAway(async () => {
      const session = await storage.read(cookie)
      session.login('ada')
      assert.equal((await failure('write', storage.save(session))).code, 'NOREPLICAS')
      assert.equal((await storage.read(cookie)).userId, undefined)
      await begin(storage, { n: 2 })
    })
    // As soon as the replica has caught up.
    await eventually(async () => {
      const session = await storage.read(cookie)
      session.login('ada')
      assert.ok(await storage.save(session))
    })
  })

  it('P2 waits again for an end that is asked for again', async () => {
    // With a connection of its own for each.
    const [storage, other] = [open({ url: primary.url }), open({ url: primary.url })]
    const cookie = await begin(storage, { n: 1 })
    const { handle } = await storage.read(cookie)
    await withReplicaAway(async () => {
      for (const each of [storage, other]) {
        assert.equal((await failure('delete', each.revoke(handle))).code, 'NOREPLICAS')
      }
    })
    await other.revoke(handle)
  })

  it('ends sessions though the memory is full', async () => {
    const storage = open({ url: primary.url })
    const cookie = await begin(storage, { n: 1 }, 'ada')
    await admin.config('SET', 'maxmemory', '1mb')
    try {
      assert.match((await failure('write', begin(storage, { n: 2 }))).message, /OOM/)
      assert.equal(await end(storage, cookie), '')
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
  })

  it('P2 takes a session that ends while it is listed again for one that has ended', async () => {
    const clock = fakeClock()
    const options = { waitReplicas: 1, idleTimeout: 600, now: () => clock.now() }
    const storage: Storage = createRedisSessionStorage({ url: primary.url }, options)
    opened.push(storage)
    for (let n = 0; n < 40; n++) {
      const cookie = await begin(storage, { n }, 'ada')
      clock.pass(400_000)
      const [session, other] = [await storage.read(cookie), await storage.read(cookie)]
      session.set('n', -1)
      other.destroy()
      const [saved] = await Promise.all([storage.save(session), storage.save(other)])
      assert.ok(saved === null || saved === cookie, saved ?? 'null')
      assert.equal((await storage.read(cookie)).isNew, true)
    }
  })

  it('ends all sessions of a user, also when ten servers are asked to at once', async () => {
    const storages = Array.from({ length: 10 }, () => open({ url: primary.url }, 5))
    const cookie = await begin(storages[0]!, { n: 1 }, 'ada')
    await Promise.all(storages.map((storage) => storage.revokeAll('ada')))
    assert.equal((await storages[0]!.read(cookie)).isNew, true)
  })

  it('asks a replica that does not answer once for all, and others read meanwhile', async () => {
    const storage = open({ url: primary.url }, 2)
    const reader = await begin(storage, { n: 1 })
    const cookies = await Promise.all(Array.from({ length: 50 }, () => begin(storage, { n: 0 })))
    const sessions = await Promise.all(cookies.map((cookie) => storage.read(cookie)))
    for (const session of sessions) session.destroy()
    await withReplicaAway(async () => {
      const before = await callsOf('wait')
      const over = new AbortController()
      const ending = Promise.all(
        sessions.map((session) => failure('delete', storage.save(session))),
      ).finally(() => over.abort())
      let reads = 0
      for (; !over.signal.aborted; reads++) {
        assert.equal((await valuesOf(storage, reader)).n, 1)
      }
      for (const { code } of await ending) assert.equal(code, 'NOREPLICAS')
      assert.ok(reads > 3, `${reads} reads`)
      const waits = (await callsOf('wait')) - before
      assert.ok(waits < 50, `${waits} times WAIT for ${sessions.length} ends`)
    })
  })

  it('believes no server that took over and never heard of the end (P2)', async () => {
    // What the app's client has at an address: first the primary, and then its replica.
    let port = primary.ports[0]!
    const proxy: Proxy = await startProxy(() => port)
    const client = new Redis(proxy.url, { retryStrategy: () => 10 })
    client.on('error', () => {})
    const storage = open(client, 20)
    const cookie = await begin(storage, { n: 1 })
    assert.equal(Number(await admin.call('WAIT', '1', '1000')), 1)
    // The replica falls behind, takes over, and has a replica of its own: the former primary.
    await onReplica.replicaof('NO', 'ONE')
    const waiting = await callsOf('wait')
    const ending = failure('delete', end(storage, cookie))
    await eventually(async () => assert.ok((await callsOf('wait')) > waiting))
    port = replica.ports[0]!
    proxy.refuse(true)
    await admin.replicaof('127.0.0.1', port)
    await eventually(async () => assert.match(await onReplica.info('replication'), /state=online/))
    proxy.refuse(false)
    const { code, message } = await ending
    assert.deepEqual([code, message.includes('taken over')], ['NOREPLICAS', true], message)
    assert.equal((await storage.read(cookie)).isNew, false)
    assert.equal(await end(storage, cookie), '')
    client.disconnect()
    proxy.close()
    await admin.replicaof('NO', 'ONE')
    await follow()
  })
})
