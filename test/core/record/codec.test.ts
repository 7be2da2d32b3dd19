import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SessionError, SessionValueError, type SessionCodec, type SessionEvent } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

/** Dates, Maps and BigInts on top of JSON, at any depth. */
const rich: SessionCodec = {
  encode(value) {
    if (typeof value === 'symbol') throw new TypeError('a symbol is not for keeping')
    if (value instanceof Date) return { $date: value.getTime() }
    if (value instanceof Map) return { $map: [...value].map((pair) => rich.encode(pair)) }
    if (typeof value === 'bigint') return { $big: String(value) }
    if (Array.isArray(value)) return value.map((item) => rich.encode(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rich.encode(item)]))
  },
  decode(stored) {
    if (typeof stored !== 'object' || stored === null) return stored
    if (Array.isArray(stored)) return stored.map((item) => rich.decode(item))
    if ('$date' in stored) return new Date(stored.$date as number)
    if ('$map' in stored) return new Map(rich.decode(stored.$map) as [unknown, unknown][])
    if ('$big' in stored) return BigInt(stored.$big as string)
    if ('$broken' in stored) throw new RangeError('cannot be read')
    return Object.fromEntries(Object.entries(stored).map(([key, item]) => [key, rich.decode(item)]))
  },
}

const when = new Date('2026-11-21T12:00:00Z')

for (const [name, create] of Object.entries({
  'memory-storage': createMemorySessionStorage,
  'cookie-storage': createCookieSessionStorage,
})) {
  describe(`A codec (${name})`, () => {
    it('brings Dates, Maps and BigInts back as what they were', async () => {
      const storage = create({ codec: rich })
      const session = await storage.read(null)
      const values = { when, map: new Map([['a', when]]), big: 2n ** 70n, nested: [{ at: when }] }
      for (const [key, value] of Object.entries(values)) session.set(key, value)
      session.flash('due', when)
      const next = await storage.read(await storage.save(session))
      assert.deepEqual(next.data[0], values)
      assert.ok(next.get('when') instanceof Date)
      assert.deepEqual(next.get('due'), when)
    })

    it('notices what was changed in place inside them', async () => {
      const storage = create({ codec: rich })
      const session = await storage.read(null)
      session.set('map', new Map([['a', 1]]))
      const cookie = await storage.save(session)
      const second = await storage.read(cookie)
      second.get('map').set('b', 2)
      assert.equal(second.dirty, true)
      const third = await storage.read((await storage.save(second)) ?? cookie)
      assert.deepEqual(
        third.get('map'),
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      )
    })

    it('is no change when values are only read', async () => {
      const storage = create({ codec: rich })
      const session = await storage.read(null)
      session.set('map', new Map([['a', when]]))
      const next = await storage.read(await storage.save(session))
      next.get('map').get('a')
      assert.equal(next.dirty, false)
    })

    it('works for update() as well', async () => {
      const storage = create({ codec: rich })
      const session = await storage.read(null)
      session.update('big', (value?: bigint) => (value ?? 1n) * 10n)
      const cookie = await storage.save(session)
      const next = await storage.read(cookie)
      assert.equal(
        next.update('big', (value?: bigint) => (value ?? 1n) * 10n),
        100n,
      )
    })

    it('refuses a value at once, naming its key, and keeps the reason', async () => {
      const session = await create({ codec: rich }).read(null)
      for (const put of [
        () => session.set('sign', Symbol('x')),
        () => session.flash('sign', Symbol('x')),
        () => session.update('sign', () => Symbol('x')),
      ]) {
        assert.throws(put, (error) => {
          assert.ok(error instanceof SessionValueError)
          assert.equal(error.code, 'ERR_SESSION_VALUE')
          assert.equal(error.key, 'sign')
          assert.ok(error.cause instanceof TypeError)
          return true
        })
      }
    })

    it('may not make something of a value that JSON cannot hold', async () => {
      const lazy: SessionCodec = { encode: (value) => value, decode: (stored) => stored }
      const session = await create({ codec: lazy }).read(null)
      assert.throws(() => session.set('when', when), SessionValueError)
      session.set('plain', { a: 1 })
    })

    it('that cannot read a value drops it, reports its key, and leaves the others', async () => {
      const events: SessionEvent[] = []
      const storage = create({ codec: rich, onEvent: (event) => events.push(event) })
      const session = await storage.read(null)
      session.set('broken', { $broken: true })
      session.set('name', 'Ada')
      const next = await storage.read(await storage.save(session))
      assert.deepEqual(next.data[0], { name: 'Ada' })
      const event = events.find(({ type }) => type === 'corrupt')
      assert.ok(event?.type === 'corrupt')
      assert.deepEqual(event.keys, ['broken'])
    })

    it('without one, what JSON would lose is refused', async () => {
      const session = await create().read(null)
      const circle: Record<string, unknown> = {}
      circle.self = circle
      for (const value of [
        when,
        new Map(),
        1n,
        Number.NaN,
        () => 1,
        circle,
        [undefined],
        new Error(),
      ]) {
        assert.throws(() => session.set('value', value), SessionValueError)
      }
    })

    it('is refused unless it has both functions', () => {
      for (const codec of [{}, { encode: (value: unknown) => value }, 'json']) {
        assert.throws(
          () => create({ codec: codec as never }),
          (error) => error instanceof SessionError && error.code === 'ERR_SESSION_CONFIG',
        )
      }
    })
  })
}
