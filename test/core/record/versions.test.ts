import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionStorageOptions } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createDataVersion, type DataVersionOptions } from 'coatcheck/data'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

type Values = Record<string, unknown>

/** Storages of several releases on one store, in which one session begins. */
async function begin(values: Values, options?: SessionStorageOptions) {
  const store = createMemoryStore()
  const storage = createSessionStorage(store, options)
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key, value)
  const cookie = await storage.save(session)
  const text = async () => (await store.read(session.handle))!.value
  const release = (own: DataVersionOptions, more?: SessionStorageOptions) =>
    createSessionStorage(store, { dataVersion: createDataVersion(own), ...more })
  return { cookie, text, release }
}

describe('the version of the data', () => {
  it('takes no byte of a record or a cookie where the app has none', async () => {
    const { text } = await begin({ n: 1 })
    assert.ok(!('y' in JSON.parse(await text())))
    const now = () => 1_700_000_000_000
    const lengths = [{ now }, { now, dataVersion: createDataVersion({ version: 2 }) }].map(
      async (options) => {
        const storage = createCookieSessionStorage(options)
        const session = await storage.read(null)
        session.set('n', 1)
        return (await storage.save(session))!
      },
    )
    const [without, withOne] = await Promise.all(lengths)
    assert.match(without!, /\{"n":1\}$/)
    assert.match(withOne!, /\[\{"n":1\},\{"y":\[2\]\}\]$/)
  })

  it('is asked for what is of an older one only, once for each version, the oldest first', async () => {
    const { cookie, release } = await begin({ zero: 0 })
    const asked: unknown[] = []
    const migrate = (values: Values, from: number, present: Values) => {
      asked.push([from, values, present])
      return values
    }
    for (const version of [1, 2]) {
      const storage = release({ version })
      const session = await storage.read(cookie)
      session.set(`number ${version}`, version)
      await storage.save(session)
    }
    const last = release({ version: 3, migrate })
    const session = await last.read(cookie)
    assert.deepEqual(asked, [
      [0, { zero: 0 }, {}],
      [1, { 'number 1': 1 }, {}],
      [2, { 'number 2': 2 }, {}],
    ])
    session.set('zero', 3)
    await last.save(session)
    asked.length = 0
    await last.read(cookie)
    assert.deepEqual(asked[0], [1, { 'number 1': 1 }, { zero: 3 }])
  })

  it('lets migrate change what it gets, and no session change what it returned', async () => {
    const shared = { items: ['coat'] }
    const migrate = (values: Values) => {
      ;(values['list'] as number[]).push(2)
      return { ...values, basket: shared }
    }
    const { cookie, release, text } = await begin({ list: [1] })
    const storage = release({ version: 1, migrate })
    const session = await storage.read(cookie)
    assert.deepEqual(session.get('list'), [1, 2])
    session.get('basket').items.push('hat')
    await storage.save(session)
    assert.deepEqual(shared, { items: ['coat'] })
    assert.deepEqual(JSON.parse(await text()).d, {
      list: [1, 2],
      basket: { items: ['coat', 'hat'] },
    })
  })

  it('goes with a codec, and with any key', async () => {
    const codec = {
      encode: (value: unknown) => (value instanceof Date ? { date: value.getTime() } : value),
      decode: (stored: unknown) => {
        const { date } = Object(stored) as { date?: number }
        return date === undefined ? stored : new Date(date)
      },
    }
    const { cookie, release } = await begin({ since: new Date(5), ['__proto__']: 1 }, { codec })
    const migrate = ({ since, ...values }: Values) => ({ ...values, from: since })
    const storage = release({ version: 1, migrate }, { codec })
    const session = await storage.read(cookie)
    assert.deepEqual(session.get('from'), new Date(5))
    assert.equal(session.get('__proto__'), 1)
    session.set('from', new Date(6))
    await storage.save(session)
    const again = await storage.read(cookie)
    assert.deepEqual([again.get('from'), again.has('since')], [new Date(6), false])
    assert.equal(again.get('__proto__'), 1)
  })

  it('must be a whole number of 1 or more, and come from createDataVersion()', () => {
    for (const version of [0, -1, 1.5, NaN, 2_000_000, '2' as never, undefined as never]) {
      assert.throws(() => createDataVersion({ version }), { code: 'ERR_SESSION_CONFIG' })
    }
    const wrong = [{ dataVersion: 2 }, { version: 2 }, { dataVersion: { version: 2 } }]
    for (const options of wrong) {
      assert.throws(() => createMemorySessionStorage(options as never), {
        code: 'ERR_SESSION_CONFIG',
        message: /dataVersion/,
      })
    }
  })
})
