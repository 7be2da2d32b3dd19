import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import {
  missing,
  type RedisCluster,
  type Sentinel,
  startRedisCluster,
  startSentinel,
} from '../services/index.ts'
import { calm } from '../services/talk.ts'
import { toCluster, toSentinel, variantsToOne } from './redis-clients.ts'
import { type Opened, openAll } from './redis-opened.ts'
import { begin, count, end, eventually, failure, type Storage, valuesOf } from './redis-visits.ts'

const skip = missing('redis')

/** Begins a session, also when its client has not got over the last test yet. */
function calmly(storage: Storage, userId?: string): Promise<string> {
  return eventually(() => begin(storage, { n: 0 }, userId))
}

/** Counts without a pause until it is stopped. Fails unless each count that was reported is there. */
function counting({ name, storage }: Opened, cookie: string): () => Promise<void> {
  const stopping = new AbortController()
  let counted = 0
  let failed = 0
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await count(storage, cookie).then(
        () => void counted++,
        // What fails at once must leave the driver a turn of the event loop to find its server.
        () => sleep(1, void failed++),
      )
    }
  })()
  return async () => {
    stopping.abort()
    await loop
    const { n } = await eventually(() => valuesOf(storage, cookie))
    // One that failed may have been made all the same.
    assert.ok(n! >= counted && n! <= counted + failed, `${name}: ${n} of ${counted} and ${failed}`)
    assert.ok(counted > 0, name)
  }
}

async function withReplicasAway(
  opened: Opened[],
  replicas: readonly { pause(): void; resume(): void }[],
): Promise<void> {
  const cookies = await Promise.all(opened.map(({ storage }) => calmly(storage, 'ada')))
  const others = await Promise.all(opened.map(({ storage }) => calmly(storage)))
  for (const replica of replicas) replica.pause()
  try {
    await Promise.all(
      opened.map(async ({ name, storage }, n) => {
        // Half a second is not long on a busy machine: one of three has to be quick enough.
        let hasMeanwhile = false
        for (let attempt = 0; attempt < 3 && !hasMeanwhile; attempt++) {
          const session = await storage.read(
            attempt === 0 ? cookies[n]! : await begin(storage, { n: 0 }),
          )
          session.destroy()
          let isWaiting = true
          const ending = failure('delete', storage.save(session)).finally(() => (isWaiting = false))
          await sleep(50)
          await count(storage, others[n]!)
          hasMeanwhile = isWaiting
          isNotReplicated(await ending, name)
        }
        assert.ok(hasMeanwhile, `${name}: others had to wait for it`)
        isNotReplicated(await failure('write', storage.revokeAll(`nobody-${n}`)), name)
      }),
    )
  } finally {
    for (const replica of replicas) replica.resume()
  }
  for (const [n, { name, storage }] of opened.entries()) {
    assert.equal((await storage.read(cookies[n]!)).isNew, true, name)
    assert.equal(await eventually(() => end(storage, others[n]!)), '', name)
    await eventually(() => storage.revokeAll(`nobody-${n}`))
  }
}

function isNotReplicated(cause: Error & { code?: string }, name: string): void {
  assert.equal(cause.code, 'NOREPLICAS', `${name}: ${cause.message}`)
}

describe('redis storage on what Sentinels watch', { skip }, () => {
  let service: Sentinel
  let opened: Opened[] = []
  before(async () => {
    service = await calm(startSentinel())
    const server = { sentinels: service.hosts, name: service.name }
    opened = await openAll(service, toSentinel, (options) =>
      createRedisSessionStorage(server, options),
    )
  })
  after(async () => {
    await Promise.all(opened.map(({ close }) => close()))
    await service?.stop()
  })

  it('says that a session has not ended on replicas, if they are to have it (waitReplicas)', () =>
    withReplicasAway(opened, service.replicas))

  it('says so with a pool of connections to the primary as well', async () => {
    const url = `redis://${service.primary.address}`
    const { client, close } = await variantsToOne['a pool of redis']!({ ...service, url })
    const storage: Storage = createRedisSessionStorage(client, { waitReplicas: 1, timeout: 1 })
    const cookies = await Promise.all(Array.from({ length: 6 }, () => begin(storage, { n: 0 })))
    for (const replica of service.replicas) replica.pause()
    try {
      const causes = cookies.map((cookie) => failure('delete', end(storage, cookie)))
      for (const cause of await Promise.all(causes)) isNotReplicated(cause, 'a pool')
    } finally {
      for (const replica of service.replicas) replica.resume()
      await close()
    }
  })
})

describe('redis storage on a cluster', { skip }, () => {
  let service: RedisCluster
  let opened: Opened[] = []
  const nodes = new Map<number, Redis>()
  before(async () => {
    service = await calm(startRedisCluster())
    for (const port of service.ports) {
      const node = new Redis(port)
      node.on('error', () => {})
      nodes.set(port, node)
    }
    const server = { cluster: service.hosts }
    opened = await openAll(service, toCluster, (options) =>
      createRedisSessionStorage(server, options),
    )
  })
  after(async () => {
    for (const node of nodes.values()) node.disconnect()
    await Promise.all(opened.map(({ close }) => close()))
    await service?.stop()
  })

  it('says that a session has not ended on replicas, if they are to have it (waitReplicas)', () =>
    withReplicasAway(opened, service.replicas))

  it('asks no other replicas than those of the server that has the session', async () => {
    for (const { name, storage } of opened) {
      const cookie = await calmly(storage)
      const [owner] = await ownerAndAnother(`session:${(await storage.read(cookie)).handle}`)
      const others = service.replicas.filter((_, n) => service.primaries[n]!.port !== owner)
      for (const replica of others) replica.pause()
      try {
        await Promise.all(Array.from({ length: 20 }, () => calmly(storage)))
        assert.equal(await end(storage, cookie), '', name)
      } finally {
        for (const replica of others) replica.resume()
      }
    }
  })

  it('loses no count while a session moves from server to server (P1)', async () => {
    for (const one of opened) {
      const cookie = await calmly(one.storage)
      const key = `session:${(await one.storage.read(cookie)).handle}`
      const [from, to, slot] = await ownerAndAnother(key)
      const [source, target] = [nodes.get(from)!, nodes.get(to)!]
      const [sourceId, targetId] = [await idOf(source), await idOf(target)]
      const stop = counting(one, cookie)
      await sleep(30)
      await target.cluster('SETSLOT', slot, 'IMPORTING', sourceId)
      await source.cluster('SETSLOT', slot, 'MIGRATING', targetId)
      await sleep(30)
      const keys = await source.cluster('GETKEYSINSLOT', slot, 1000)
      await source.migrate('127.0.0.1', to, '', 0, 5000, 'KEYS', ...keys)
      await sleep(30)
      await target.cluster('SETSLOT', slot, 'NODE', targetId)
      await source.cluster('SETSLOT', slot, 'NODE', targetId)
      await sleep(30)
      await stop()
      assert.equal(await end(one.storage, cookie), '', one.name)
    }
  })

  it('loses no count when a replica takes over as it is told to (P1)', async () => {
    const cookies = await Promise.all(opened.map(({ storage }) => calmly(storage)))
    const stops = opened.map((one, n) => counting(one, cookies[n]!))
    for (const { port } of service.replicas) {
      await nodes.get(port)!.cluster('FAILOVER')
      await eventually(async () => assert.match(await nodes.get(port)!.info(), /role:master/))
      await sleep(100)
    }
    for (const stop of stops) await stop()
  })

  async function ownerAndAnother(key: string): Promise<[from: number, to: number, slot: number]> {
    const [first] = nodes.values()
    const slot = Number(await first!.cluster('KEYSLOT', key))
    const ranges = await first!.cluster('SLOTS')
    const portOf = (range: (typeof ranges)[number]) => Number(range[2]![1])
    const from = portOf(ranges.find(([start, stop]) => slot >= start && slot <= stop)!)
    const to = ranges.map(portOf).find((port) => port !== from)!
    return [from, to, slot]
  }

  async function idOf(node: Redis): Promise<string> {
    return (await node.cluster('MYID')) as string
  }
})
