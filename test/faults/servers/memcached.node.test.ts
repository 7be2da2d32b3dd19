import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMemcacheSessionStorage, createMemcacheStore } from 'coatcheck/memcache-storage'
import { missing, startMemcached } from '../../services/index.ts'
import { talk } from '../../services/talk.ts'
import { startProxy } from '../proxy.ts'
import type { Storage } from './backends.ts'
import { assertFailure, begin, count, end, eventually, failure, valuesOf } from './visits.ts'

const timeout = 0.5
const day = 86_400
const text = (size: number) => 'x'.repeat(size)

describe('memcache storage, when its servers fail', { skip: missing('memcached') }, () => {
  it('takes sessions for ended that a restart or flush_all took away', async (t) => {
    const service = await startMemcached({ count: 1 })
    const storage: Storage = createMemcacheSessionStorage(service.hosts[0]!, { timeout })
    t.after(async () => {
      await storage.close()
      await service.stop()
    })
    const losses = [
      () => service.restart(),
      async () => assert.match((await talk(service.ports[0]!, 'flush_all'))!, /OK/),
    ]
    for (const lose of losses) {
      const cookie = await eventually(() => begin(storage, { n: 1 }))
      const slow = await storage.read(cookie)
      slow.set('n', 2)
      await lose()
      assert.equal(await eventually(() => storage.save(slow)), null, 'it does not come back')
      assert.equal((await storage.read(cookie)).isNew, true)
      const next = await begin(storage, { n: 1 })
      await count(storage, next)
      assert.equal((await valuesOf(storage, next)).n, 2)
    }
  })

  it('forgets whole sessions and mixes none up when memory runs out', async (t) => {
    const service = await startMemcached({ count: 1, memory: 1, args: ['-I', '512k'] })
    const storage: Storage = createMemcacheSessionStorage(service.hosts[0]!, { timeout: 5 })
    t.after(async () => {
      await storage.close()
      await service.stop()
    })
    const cookies: string[] = []
    for (let n = 0; n < 200; n++) {
      cookies.push(await begin(storage, { mark: `${n} ${text(20_000)}` }))
    }
    const found = await Promise.all(cookies.map((cookie) => valuesOf(storage, cookie)))
    for (const [n, { mark }] of found.entries()) {
      if (mark !== undefined) assert.equal(mark, `${n} ${text(20_000)}`)
    }
    assert.equal(found[0]!.mark, undefined)
    assert.notEqual(found[199]!.mark, undefined)
  })

  it('fails to write where nothing may be evicted, reads on, and ends sessions', async (t) => {
    const service = await startMemcached({ count: 1, memory: 1, args: ['-I', '512k', '-M'] })
    const storage: Storage = createMemcacheSessionStorage(service.hosts[0]!, { timeout: 5 })
    t.after(async () => {
      await storage.close()
      await service.stop()
    })
    const cookies: string[] = []
    const fill = async () => {
      while (cookies.length < 500) cookies.push(await begin(storage, { mark: text(20_000) }))
    }
    assert.match((await failure(fill(), 5)).message, /out of memory/)
    // memcached drops what was there under the key of a write that it refuses: an old value could be wrong.
    const [refused, ...others] = cookies
    const changed = await storage.read(refused!)
    changed.set('mark', 'y'.repeat(20_000))
    assert.match((await failure(storage.save(changed), 5)).message, /out of memory/)
    assert.equal((await storage.read(refused!)).isNew, true, 'the session has ended')
    for (const cookie of others) {
      assert.equal((await valuesOf(storage, cookie)).mark, text(20_000))
    }
    for (const cookie of cookies) assert.equal(await end(storage, cookie), '')
    await begin(storage, { mark: text(20_000) })
  })

  it('does not connect for each operation while nobody lets it', async (t) => {
    const service = await startMemcached({ count: 1 })
    const proxy = await startProxy(service.ports[0]!)
    const storage: Storage = createMemcacheSessionStorage(`127.0.0.1:${proxy.port}`, { timeout })
    t.after(async () => {
      await storage.close()
      await proxy.close()
      await service.stop()
    })
    const cookie = await begin(storage, { n: 1 })
    const before = proxy.connections
    await proxy.use({ kind: 'reset' })
    for (const start = performance.now(); performance.now() - start < 400; await sleep(2)) {
      await failure(storage.read(cookie), timeout)
    }
    await proxy.use({ kind: 'pass' })
    const made = proxy.connections - before
    assert.ok(made >= 1 && made <= 6, `${made} connections were made`)
    assert.equal((await eventually(() => valuesOf(storage, cookie))).n, 1)
  })

  it('stays in step with a server that refuses an item as too large', async (t) => {
    const service = await startMemcached({ count: 1, args: ['-I', '512k'] })
    const proxy = await startProxy(service.ports[0]!)
    const enough = 5
    const options = { timeout: enough, maxBytes: 900_000 }
    const storage: Storage = createMemcacheSessionStorage(`127.0.0.1:${proxy.port}`, options)
    t.after(async () => {
      await storage.close()
      await proxy.close()
      await service.stop()
    })
    const cookie = await begin(storage, { mark: 'small' })
    const attempts = [1, 2, 3].map(() => failure(begin(storage, { mark: text(600_000) }), enough))
    const reads = [1, 2, 3].map(() => valuesOf(storage, cookie))
    for (const { message } of await Promise.all(attempts)) assert.match(message, /too large/)
    for (const { mark } of await Promise.all(reads)) assert.equal(mark, 'small')
    const larger = await storage.read(cookie)
    larger.set('mark', text(600_000))
    assert.match((await failure(storage.save(larger), enough)).message, /too large/)
    assert.equal((await storage.read(cookie)).isNew, true, 'the session has ended')
    assert.equal(proxy.connections, 1)
  })

  it('sends what a server takes as it comes, with the longest key that there is', async (t) => {
    const service = await startMemcached({ count: 1 })
    const store = createMemcacheStore(service.hosts[0]!, { timeout: 5, prefix: text(100) })
    t.after(async () => {
      await store.close()
      await service.stop()
    })
    const expiresAt = Date.now() + 60_000
    const value = text(1_000_000 - `${expiresAt} `.length)
    let replaces: string | null = null
    for (let n = 0; n < 3; n++) {
      replaces = (await store.write(text(150), value, { replaces, expiresAt })) ?? null
      assert.ok(replaces)
      assert.equal((await store.read(text(150)))?.value, value)
    }
    assert.match((await talk(service.ports[0]!, `mg ${text(250)} s`))!, /^HD s1000000/)
  })

  it('does not send what no server would take, counted in bytes', async () => {
    const store = createMemcacheStore('127.0.0.1:1', { timeout })
    for (const value of [text(1_000_000), '€'.repeat(333_334)]) {
      const options = { replaces: null, expiresAt: Date.now() + 60_000 }
      await assert.rejects(store.write('key', value, options), /memcached takes 1000000 bytes/)
    }
    assert.throws(() => createMemcacheSessionStorage('127.0.0.1:1', { maxBytes: 1_000_000 }), {
      code: 'ERR_SESSION_CONFIG',
    })
    await store.close()
  })

  it('keeps records as long as they live, below and above thirty days', async (t) => {
    const service = await startMemcached({ count: 1 })
    const store = createMemcacheStore(service.hosts[0]!, { timeout: 5 })
    t.after(async () => {
      await store.close()
      await service.stop()
    })
    for (const seconds of [
      0.2,
      1,
      60,
      30 * day - 2,
      30 * day - 1,
      30 * day,
      30 * day + 1,
      400 * day,
    ]) {
      const start = Date.now()
      const expiresAt = start + seconds * 1000
      assert.ok(await store.write(`key-${seconds}`, 'value', { replaces: null, expiresAt }))
      const answer = await talk(service.ports[0]!, `mg session:key-${seconds} t`)
      const kept = Number(/^HD t(-?\d+)/.exec(answer!)?.[1])
      // On a busy machine some of the time has gone by, or all of it.
      const passed = Math.floor((Date.now() - start) / 1000)
      const isOver = passed > seconds && answer!.startsWith('EN')
      const isKept = kept >= Math.floor(seconds) - passed && kept <= seconds + 4
      assert.ok(isKept || isOver, `${seconds}: ${answer}`)
      if (seconds > 1) assert.equal((await store.read(`key-${seconds}`))?.value, 'value')
    }
  })

  it('takes no prefix with which a key would be too long or split the command', () => {
    for (const prefix of ['', 'a b', 'a\r\nflush_all\r\n', 'ü', '\u0000', text(101)]) {
      assert.throws(() => createMemcacheStore('127.0.0.1:1', { prefix }), {
        code: 'ERR_SESSION_CONFIG',
      })
    }
  })

  it('loses the sessions of the server that died, for as long, and no others', async (t) => {
    const service = await startMemcached({ count: 2 })
    // Of the other one nothing may fail: who does not listen refuses at once.
    const storage: Storage = createMemcacheSessionStorage({ hosts: service.hosts }, { timeout: 5 })
    t.after(async () => {
      await storage.close()
      await service.stop()
    })
    const cookies = await Promise.all(Array.from({ length: 20 }, (_, n) => begin(storage, { n })))
    await service.servers[0]!.kill()
    const found = await Promise.all(
      cookies.map((cookie) =>
        valuesOf(storage, cookie).catch((error: unknown) => assertFailure(error)),
      ),
    )
    const alive = found.flatMap((values, n) => (values === undefined ? [] : [[n, values.n]]))
    for (const [n, read] of alive) assert.equal(read, n)
    assert.ok(alive.length > 0 && alive.length < 20, `${alive.length} of 20`)
    await service.servers[0]!.start()
    for (const [n, cookie] of cookies.entries()) {
      const values = await eventually(() => valuesOf(storage, cookie))
      assert.equal(values.n, found[n] === undefined ? undefined : n)
    }
  })
})
