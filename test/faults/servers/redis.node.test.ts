import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { missing, startRedis, type UrlService } from '../../services/index.ts'
import { talk } from '../../services/talk.ts'
import { type FaultProxy, startProxy } from '../proxy.ts'
import type { Storage } from './backends.ts'
import { begin, count, end, eventually, failure, valuesOf } from './visits.ts'

/** What fails here fails at once: all else has the time that it has by default. */
const timeout = 2

/** What a server of a cluster says about several keys of a slot that is moving, as its source has it. Ours are alone. */
const refusal = 'TRYAGAIN Multiple keys request during rehashing of slot'

describe('redis storage, when the server refuses', { skip: missing('redis') }, () => {
  let service: UrlService
  let proxy: FaultProxy
  let storage: Storage
  before(async () => {
    service = await startRedis()
    proxy = await startProxy(service.ports[0]!)
    storage = createRedisSessionStorage({ url: `redis://127.0.0.1:${proxy.port}` }, { timeout })
  })
  after(async () => {
    await storage.close()
    await proxy.close()
    await service.stop()
  })
  const tell = async (command: string) => {
    assert.match((await talk(service.ports[0]!, command)) ?? '', /^\+OK/, command)
  }

  it('TRYAGAIN is a failure of the store, and over when it is over', async () => {
    const cookie = await eventually(() => begin(storage, { n: 1 }))
    const [session, gone] = [await storage.read(cookie), await storage.read(cookie)]
    session.set('n', 2)
    gone.destroy()
    // One for each command: they begin with the number of their parts.
    const reply = (request: string) =>
      `-${refusal}\r\n`.repeat(request.match(/(^|\r\n)\*\d+\r\n/g)?.length ?? 0)
    await proxy.use({ kind: 'answer', reply })
    try {
      const reading = await failure(storage.read(cookie), timeout)
      assert.match(reading.message, /^TRYAGAIN/)
      await failure(storage.save(session), timeout)
      await failure(storage.save(gone), timeout)
    } finally {
      await proxy.use({ kind: 'pass' })
    }
    assert.equal((await eventually(() => valuesOf(storage, cookie))).n, 1)
    await eventually(() => count(storage, cookie))
  })

  it('fails writes while its server is a replica, and goes on when it is not', async () => {
    const cookie = await eventually(() => begin(storage, { n: 1 }))
    await tell('REPLICAOF 127.0.0.1 1')
    await failure(begin(storage, { n: 1 }), timeout)
    await eventually(() => storage.read(cookie))
    await tell('REPLICAOF NO ONE')
    await eventually(() => count(storage, cookie))
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('fails writes while too few replicas are there, reads on, and goes on when they may be', async () => {
    const cookie = await eventually(() => begin(storage, { n: 1 }))
    await tell('CONFIG SET min-replicas-to-write 1')
    assert.match((await failure(begin(storage, { n: 1 }), timeout)).message, /NOREPLICAS/)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    await tell('CONFIG SET min-replicas-to-write 0')
    await count(storage, cookie)
  })

  it('takes what was evicted for ended, and mixes nothing up', async (t) => {
    const settings = { maxmemory: '3mb', 'maxmemory-policy': 'allkeys-random' }
    const small = await startRedis({ settings })
    const crowded: Storage = createRedisSessionStorage({ url: small.url }, { timeout: 5 })
    t.after(async () => {
      await crowded.close()
      await small.stop()
    })
    const marks = Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(10_000)}`)
    const cookies: string[] = []
    for (const mark of marks) cookies.push(await begin(crowded, { mark }))
    const found = await Promise.all(cookies.map((cookie) => valuesOf(crowded, cookie)))
    const alive = found.filter(({ mark }, n) => {
      if (mark !== undefined) assert.equal(mark, marks[n])
      return mark !== undefined
    })
    assert.ok(alive.length > 0 && alive.length < marks.length, `${alive.length} are left`)
    const gone = cookies[found.findIndex(({ mark }) => mark === undefined)]!
    assert.equal((await crowded.read(gone)).isNew, true)
    await end(crowded, gone)
  })
})
