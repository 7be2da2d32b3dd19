import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createMemcacheSessionStorage,
  createMemcacheStore,
  type MemcacheClient,
} from 'coatcheck/memcache-storage'
import { missing, startMemcached } from '../../services/index.ts'
import { talk, using } from '../../services/talk.ts'
import { begin, failure } from './visits.ts'

const soon = () => Date.now() + 60_000

describe('versions in memcached', { skip: missing('memcached') }, () => {
  it('are those of one life of the server, which counts from the same number again', async (t) => {
    const service = await using(t, startMemcached({ count: 1 }))
    const store = createMemcacheStore(service.hosts[0]!)
    t.after(() => store.close())
    const expiresAt = soon()
    const uniqueOf = async () => /c(\d+)/.exec((await talk(service.ports[0]!, 'mg session:key c'))!)
    const written = await store.write('key', 'old', { replaces: null, expiresAt })
    const read = await store.read('key')
    const before = await uniqueOf()
    await service.restart()
    // The connection that is noticed to be gone is another thing than the one that is made anew.
    while ((await store.read('key').catch(() => 'away')) === 'away');
    const anew = await store.write('key', 'new', { replaces: null, expiresAt })
    assert.deepEqual((await uniqueOf())![1], before![1])

    for (const replaces of [written!, read!.version]) {
      assert.equal(await store.write('key', 'too late', { replaces, expiresAt }), undefined)
    }
    assert.equal((await store.read('key'))?.value, 'new')
    assert.ok(await store.write('key', 'newer', { replaces: anew!, expiresAt }))
  })

  it('says what to do about a server that compares no versions', async (t) => {
    const service = await using(t, startMemcached({ count: 1, args: ['-C'] }))
    const storage = createMemcacheSessionStorage<{ n?: number; mark?: string }>(service.hosts[0]!)
    const store = createMemcacheStore(service.hosts[0]!)
    t.after(() => Promise.all([storage.close(), store.close()]))
    assert.match((await failure(begin(storage, { n: 1 }), 2)).message, /without the option -C/)
    const value = `${soon()} value`
    await talk(service.ports[0]!, `set session:key 0 0 ${value.length}\r\n${value}`)
    await assert.rejects(store.read('key'), /without the option -C/)
  })
})

describe('the memcache store with a client of the app', () => {
  const steps = ['add', 'get', 'cas'] as const
  for (const slow of ['add', 'get'] as const) {
    it(`asks for nothing more after ${slow} took so long that the write has failed`, async () => {
      let goOn!: () => void
      const gate = new Promise<void>((resolve) => (goOn = resolve))
      const asked: string[] = []
      const step = async <T>(name: string, answer: T): Promise<T> => {
        asked.push(name)
        if (name === slow) await gate
        return answer
      }
      const client: MemcacheClient = {
        add: () => step('add', undefined),
        get: () => step('get', { value: '1 expired', version: '1' }),
        cas: () => step('cas', '2'),
        delete: () => step('delete', undefined),
      }
      const store = createMemcacheStore(client, { timeout: 0.02 })
      const options = { replaces: null, expiresAt: soon() }
      await assert.rejects(store.write('key', 'value', options), { code: 'ETIMEDOUT' })
      goOn()
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepEqual(asked, steps.slice(0, steps.indexOf(slow) + 1))
    })
  }
})
