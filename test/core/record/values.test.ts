import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createSessionStorage,
  type SessionCodec,
  type SessionEvent,
  type SessionStorageOptions,
  type StandardSchema,
} from 'coatcheck'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

type Values = Record<string, unknown>
type Issue = { path?: string[] }

/** A schema that is one function: its issues, or the values that it makes. */
function schemaOf(check: (values: Values) => Issue[] | Values): StandardSchema {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(input) {
        const result = check({ ...(input as Values) })
        return Array.isArray(result) ? { issues: result } : { value: result }
      },
    },
  }
}

/** What the schema leaves of these values, and the keys that it reports. */
async function readThrough(schema: StandardSchema, values: Values) {
  const store = createMemoryStore()
  const first = await createSessionStorage(store).read(null)
  for (const [key, value] of Object.entries(values)) first.set(key, value)
  const cookie = await createSessionStorage(store).save(first)
  const events: SessionEvent[] = []
  const options: SessionStorageOptions = { schema, onEvent: (event) => events.push(event) }
  const storage = createSessionStorage(store, options)
  const session = await storage.read(cookie)
  const corrupt = events.find(({ type }) => type === 'corrupt')
  const keys = corrupt?.type === 'corrupt' ? corrupt.keys : []
  return { storage, store, session, cookie, keys }
}

describe('a value', () => {
  it('is nested 32 levels deep at most', async () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)])
    const session = await createMemorySessionStorage().read(null)
    session.set('deep', nest(32))
    assert.throws(() => session.set('deep', nest(33)), { code: 'ERR_SESSION_VALUE' })
  })

  it('may have properties that are undefined, and no prototype', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    session.set('partial', { a: 1, b: undefined })
    session.set('bare', Object.assign(Object.create(null), { c: 2 }))
    const { data } = await storage.read(await storage.save(session))
    assert.deepEqual(data[0], { partial: { a: 1 }, bare: { c: 2 } })
  })

  it('is what the codec makes of it for update() too, whose result may not be undefined', async () => {
    const codec: SessionCodec = {
      encode: (value) =>
        value instanceof Date ? { at: value.getTime() } : { plain: value ?? null },
      decode: (stored) => {
        const { at, plain } = stored as { at?: number; plain?: unknown }
        return at === undefined ? plain : new Date(at)
      },
    }
    const session = await createMemorySessionStorage({ codec }).read(null)
    session.set('when', new Date(1000))
    const later = session.update('when', (when: Date) => new Date(when.getTime() + 1))
    assert.deepEqual(later, new Date(1001))
    assert.throws(() => session.update('when', () => undefined), { code: 'ERR_SESSION_VALUE' })
    const five = 5 as unknown as () => number
    assert.throws(() => session.update('when', five), {
      code: 'ERR_SESSION_VALUE',
      message: /is no function: set\(\)/,
    })
  })
})

describe('a schema', () => {
  it('takes out a key that it does not know, not those that were alone without the others', async () => {
    const schema = schemaOf((values) => {
      if ('x' in values) return [{}]
      const missing = ['a', 'b'].filter((key) => !(key in values))
      return missing.length > 0 ? missing.map((key) => ({ path: [key] })) : values
    })
    const { session, keys } = await readThrough(schema, { a: 1, b: 2, x: 3 })
    assert.deepEqual(session.data[0], { a: 1, b: 2 })
    assert.deepEqual(keys, ['x'])
  })

  it('is asked again until nothing is left to take out', async () => {
    const schema = schemaOf((values) => {
      const bad = Object.keys(values).find((key) => values[key] === 'bad')
      return bad === undefined ? { ...values, seen: true } : [{ path: [bad] }]
    })
    const { session, keys } = await readThrough(schema, { a: 'bad', b: 'bad', c: 'good' })
    assert.deepEqual(session.data[0], { c: 'good', seen: true })
    assert.deepEqual(keys, ['a', 'b'])
  })

  it('sets nothing that it leaves undefined', async () => {
    const schema = schemaOf((values) => ({ ...values, missing: undefined }))
    const { session } = await readThrough(schema, { a: 1 })
    assert.deepEqual([session.has('missing'), session.size], [false, 1])
  })

  it('checks what an old id may see in its grace', async () => {
    const schema = schemaOf((values) => (values['n'] === 'bad' ? [{ path: ['n'] }] : values))
    const { storage, store, cookie } = await readThrough(schema, { n: 'bad', a: 1 })
    const lax = createSessionStorage(store)
    const session = await lax.read(cookie)
    session.regenerateId()
    await lax.save(session)
    assert.deepEqual((await storage.read(cookie)).data[0], { a: 1 })
  })

  it('may make what JSON can hold though the app could not set it, and is blamed by key if not', async () => {
    const dates = schemaOf((values) => ({ ...values, when: new Date(values['when'] as string) }))
    const { storage, session } = await readThrough(dates, { when: '2026-11-21T00:00:00.000Z' })
    assert.ok(session.get('when') instanceof Date)
    session.set('a', 1)
    assert.ok(await storage.save(session))
    const bigSchema = schemaOf((values) => ({ ...values, big: 1n }))
    const big = await readThrough(bigSchema, { a: 1 })
    big.session.set('a', 2)
    // It is a default, and those are not stored.
    assert.ok(await big.storage.save(big.session))
    const imported = await big.storage.read('old', { imported: { values: { a: 1 } } })
    await assert.rejects(big.storage.save(imported), { code: 'ERR_SESSION_VALUE', key: 'big' })
  })
})

describe('the timeouts in a record', () => {
  it('P5 do not get longer with the options, and are 1 and 30 days by default', async () => {
    const store = createMemoryStore({ now: () => 0 })
    const at = (seconds: number, options: SessionStorageOptions) =>
      createSessionStorage(store, { now: () => seconds * 1000, ...options })
    const idle = { idleTimeout: 100, absoluteTimeout: 5000 }
    const absolute = { idleTimeout: 5000, absoluteTimeout: 100 }
    const longer = { idleTimeout: 5000, absoluteTimeout: 5000 }
    for (const options of [idle, absolute]) {
      const session = await at(0, options).read(null)
      session.set('a', 1)
      const cookie = await at(0, options).save(session)
      assert.equal((await at(99, longer).read(cookie)).isNew, false)
      assert.equal((await at(100, longer).read(cookie)).isNew, true)
    }
    assert.equal((await at(0, {}).read(null)).expiresAt, 86_400_000)
    const thirtyDays = (await at(0, { idleTimeout: 34_560_000 }).read(null)).expiresAt
    assert.equal(thirtyDays, 2_592_000_000)
  })
})
