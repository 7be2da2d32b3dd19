import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createRedisSessionStorage, type RedisServer } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { eventually as until } from '../services/talk.ts'
import { toOne, variantsToOne } from './redis-clients.ts'
import { begin, failure, type Storage, valuesOf } from './redis-visits.ts'

describe('sessions that are read from Redis at the same time', { skip: missing('redis') }, () => {
  let service: UrlService
  let admin: Redis
  const opened: Storage[] = []
  before(async () => {
    service = await startRedis()
    admin = new Redis(service.url)
  })
  beforeEach(() => admin.flushall())
  after(async () => {
    await Promise.all(opened.map((storage) => storage.close()))
    admin.disconnect()
    await service.stop()
  })

  function open(server: RedisServer = { url: service.url }): Storage {
    const storage: Storage = createRedisSessionStorage(server)
    opened.push(storage)
    return storage
  }

  const beginSome = (storage: Storage, count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => begin(storage, { n })))

  async function numbersIn(storage: Storage, cookies: readonly string[]): Promise<unknown[]> {
    const found = await Promise.all(cookies.map((cookie) => valuesOf(storage, cookie)))
    return found.map(({ n }) => n)
  }

  /** How often the server read records by each command, and how often it refused to. */
  async function readings(): Promise<Record<string, string>> {
    const lines = (await admin.info('commandstats')).matchAll(
      /cmdstat_(m?get):calls=(\d+).*rejected_calls=(\d+)/g,
    )
    return Object.fromEntries(
      Array.from(lines, ([, name, calls, rejected]) => [name!, `${calls} and ${rejected}`]),
    )
  }

  for (const [name, make] of Object.entries({ ...toOne, ...variantsToOne })) {
    it(`are each what it is, with ${name}`, async () => {
      const { client, close } = await make(service)
      const storage: Storage = createRedisSessionStorage(client)
      const cookies = await beginSome(storage, 130)
      const numbers = cookies.map((_, n) => n)
      assert.deepEqual(await numbersIn(storage, cookies), numbers)
      await close()
    })
  }

  it('are read by one command for sixteen, and those that are not there once more', async () => {
    const storage = open()
    const cookies = await beginSome(storage, 130)
    const [gone] = cookies.splice(40, 1)
    await admin.del(`session:${gone!.slice(0, 22)}`)
    await admin.config('RESETSTAT')
    const [numbers, { isNew }] = await Promise.all([
      numbersIn(storage, cookies),
      storage.read(gone!),
    ])
    assert.deepEqual(numbers, Array.from({ length: 130 }, (_, n) => n).toSpliced(40, 1))
    assert.equal(isNew, true)
    assert.deepEqual(await readings(), { mget: '9 and 0', get: '1 and 0' })
  })

  it('P8 fail alone: one that is no record is no stranger', async () => {
    const storage = open()
    const cookies = await beginSome(storage, 10)
    const key = `session:${cookies[3]!.slice(0, 22)}`
    await admin.del(key)
    await admin.lpush(key, 'no string')
    const others = cookies.toSpliced(3, 1)
    const [failed, numbers] = await Promise.all([
      failure('read', storage.read(cookies[3]!)),
      numbersIn(storage, others),
    ])
    assert.match(failed.message, /WRONGTYPE/)
    assert.deepEqual(numbers, [0, 1, 2, 4, 5, 6, 7, 8, 9])
  })

  it('are read one by one for a user who may not read them together, who is asked that once', async () => {
    const cookies = await beginSome(open(), 10)
    await admin.acl('SETUSER', 'old', 'on', '>password', '~*', '+@all', '-mget')
    const url = service.url.replace('://', '://old:password@')
    const storage = open({ url })
    await storage.read(cookies[0]!)
    await admin.config('RESETSTAT')
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await numbersIn(storage, cookies), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    assert.deepEqual(await readings(), { mget: '0 and 1', get: '20 and 0' })
  })

  for (const [name, settings, command] of [
    ['that does not know the command', { 'rename-command': 'MGET ""' }, ['PING']],
    [
      'that is a cluster behind one address',
      { 'cluster-enabled': 'yes' },
      ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'],
    ],
  ] as const) {
    it(`are read one by one from a server ${name}`, async () => {
      const other = await startRedis({ settings })
      const client = new Redis(other.url)
      try {
        const [first, ...rest] = command
        await client.call(first, ...rest)
        // A cluster takes a moment to find that it is whole.
        await until(async () => (await client.set('probe', 1).catch(() => '')) === 'OK')
        const storage = open({ url: other.url })
        const cookies = await beginSome(storage, 10)
        assert.deepEqual(await numbersIn(storage, cookies), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        await storage.close()
      } finally {
        client.disconnect()
        await other.stop()
      }
    })
  }
})
