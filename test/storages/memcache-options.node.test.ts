import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemcacheSessionStorage, createMemcacheStore } from 'coatcheck/memcache-storage'

const wrong = { code: 'ERR_SESSION_CONFIG' }
const open = createMemcacheStore as (target: unknown, options?: object) => unknown

describe('the memcache storage refuses', () => {
  const badHosts = [
    [
      '',
      ' ',
      'cache 1',
      'cache-1\r\nflush_all',
      ':11211',
      'cache-1:',
      'cache-1:0',
      'cache-1:65536',
    ],
    ['cache-1:1:1', 'cache-1:x', 'cache-1:-1', '::1', '[::1', '[]', '[:::1]:11211', '[cache-1]'],
    ['256.0.0.1', 'cache|1', 'tcp://cache-1', 'user@cache-1', 'cache-1/0', '/run/cache.sock'],
    [undefined, null, 11_211, {}, ['cache-1']],
  ].flat()
  for (const host of badHosts) {
    it(`the host ${JSON.stringify(host)}`, () => {
      assert.throws(() => open({ hosts: ['cache-1', host] }), wrong)
      if (typeof host !== 'object') assert.throws(() => open(host), wrong)
    })
  }

  it('one host in two spellings', () => {
    for (const hosts of [
      ['cache-1', 'CACHE-1:11211'],
      ['cache-1:7', 'cache-2:7', 'cache-1:7'],
      ['[::1]', '[0:0::0:1]:11211'],
    ]) {
      assert.throws(() => open({ hosts }), { ...wrong, message: /twice/ })
    }
    assert.ok(open({ hosts: ['cache-1', 'cache-1:7', 'cache-2', '[::1]', '[fe80::1]:7', 'a_b'] }))
  })

  it('what is neither hosts nor a client', () => {
    const client = { get() {}, add() {}, cas() {}, delete() {} }
    const { cas: _, ...rest } = client
    for (const target of [undefined, null, {}, [], { hosts: [] }, { hosts: 'a' }, { host: 'a' }]) {
      assert.throws(() => open(target), wrong)
    }
    assert.throws(() => open(rest), wrong)
    assert.ok(open({ ...client, hosts: 'its own affair' }))
  })

  it('options out of bounds', () => {
    for (const options of [{ prefix: 5 }, { prefix: null }, { timeout: 0 }, { timeout: '1' }]) {
      assert.throws(() => open('cache-1', options), wrong)
    }
    assert.throws(() => createMemcacheSessionStorage('cache-1', { maxBytes: 999_901 }), wrong)
    assert.ok(createMemcacheSessionStorage('cache-1', { maxBytes: 999_900 }))
  })
})

describe('the memcache storage', () => {
  it('puts session: before keys, unless it is given another prefix', async () => {
    const asked: string[] = []
    const get = async (key: string) => void asked.push(key)
    const client = { get, add: get, cas: get, delete: get } as never
    for (const options of [{}, { prefix: 'shop-' }]) {
      await createMemcacheStore(client, options).read('key')
    }
    assert.deepEqual(asked, ['session:key', 'shop-key'])
  })
})
