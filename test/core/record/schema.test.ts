import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SessionError, SessionSchemaError, type SessionEvent, type StandardSchema } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { z } from 'zod'

const account = z.object({
  name: z.string().optional(),
  age: z.number().int().optional(),
  cart: z.array(z.object({ product: z.string(), quantity: z.number().positive() })).optional(),
})

const factories = {
  'memory-storage': createMemorySessionStorage,
  'cookie-storage': createCookieSessionStorage,
}

for (const [name, create] of Object.entries(factories)) {
  describe(`A schema (${name})`, () => {
    /** Saves values under no schema, and reads them under one. */
    async function readUnder<Data extends Record<string, unknown>>(
      schema: StandardSchema<Data>,
      values: Record<string, unknown>,
      flash: Record<string, unknown> = {},
    ) {
      const events: SessionEvent[] = []
      const store: { schema?: StandardSchema<Data> } = {}
      // The same storage, before and after somebody gave it a schema.
      const changing: StandardSchema<Data> = {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) =>
            store.schema
              ? store.schema['~standard'].validate(value)
              : { value: value as unknown as Data },
        },
      }
      const storage = create<Data>({ schema: changing, onEvent: (event) => events.push(event) })
      const before = await storage.read(null)
      for (const [key, value] of Object.entries(values)) before.set(key as never, value as never)
      for (const [key, value] of Object.entries(flash)) before.flash(key as never, value as never)
      const cookie = await storage.save(before)
      store.schema = schema
      const session = await storage.read(cookie)
      return { storage, session, cookie, corrupt: events.filter(({ type }) => type === 'corrupt') }
    }

    it('lets values that fit through as they are', async () => {
      const values = { name: 'Ada', cart: [{ product: 'scarf', quantity: 2 }] }
      const { session, corrupt } = await readUnder(account, values)
      assert.deepEqual(session.data[0], values)
      assert.deepEqual(corrupt, [])
    })

    it('drops what does not fit key by key, names the keys, and never their values', async () => {
      const { session, corrupt } = await readUnder(account, {
        name: 'Ada',
        age: 'ninety-nine',
        cart: [{ product: 'scarf', quantity: -1 }],
      })
      assert.deepEqual(session.data[0], { name: 'Ada' })
      assert.equal(session.isNew, false)
      assert.equal(corrupt.length, 1)
      const [event] = corrupt
      assert.ok(event?.type === 'corrupt')
      assert.deepEqual([...event.keys].sort(), ['age', 'cart'])
      assert.equal(event.handle, session.handle)
      assert.doesNotMatch(JSON.stringify(event), /ninety-nine|scarf/)
    })

    it('does not throw the session away over data that does not fit', async () => {
      const { storage, session, cookie } = await readUnder(account, { age: 'old', name: 'Ada' })
      session.set('age', 36)
      const next = await storage.read((await storage.save(session)) ?? cookie)
      assert.deepEqual(next.data[0], { name: 'Ada', age: 36 })
    })

    it('drops keys that it does not know when it is strict, and keeps them when it is loose', async () => {
      const values = { name: 'Ada', old: 'left from last year' }
      const strict = await readUnder(account.strict(), values)
      assert.equal(strict.session.get('name'), 'Ada')
      assert.equal(strict.session.has('old' as never), false)
      const loose = await readUnder(account.loose(), values)
      assert.equal(loose.session.has('old' as never), true)
    })

    it('hands out what the schema makes of the values: defaults and conversions', async () => {
      const schema = z.object({
        theme: z.string().default('light'),
        visits: z.coerce.number().optional(),
      })
      const { session } = await readUnder(schema, { visits: '7' })
      assert.deepEqual(session.data[0], { theme: 'light', visits: 7 })
    })

    it('refuses what does not fit when it is set, and says where, and never what', async () => {
      const storage = create({ schema: account })
      const session = await storage.read(null)
      const wrong = [{ product: 'scarf', quantity: -17 }]
      assert.throws(
        () => session.set('cart', wrong),
        (error) => {
          assert.ok(error instanceof SessionSchemaError)
          assert.deepEqual([error.code, error.key], ['ERR_SESSION_SCHEMA', 'cart'])
          assert.match(error.message, /cart\.0\.quantity/)
          assert.doesNotMatch(error.message, /17|scarf/)
          return Array.isArray(error.cause)
        },
      )
      assert.equal(session.get('cart'), undefined)
      session.set('cart', [{ product: 'scarf', quantity: 1 }])
    })

    it('takes what a transformation accepts, and refuses the result of one that does not accept it', async () => {
      const oneWay = z.string().transform((text) => text.length)
      const schema = z.object({ visits: z.coerce.number().optional(), size: oneWay.optional() })
      const session = await create({ schema }).read(null)
      session.set('visits', 7)
      assert.throws(() => session.set('size', 7), { code: 'ERR_SESSION_SCHEMA' })
    })

    it('does not mind keys that were not set yet, and asks rules about several keys when both are', async () => {
      const required = z.object({ name: z.string(), age: z.number() })
      const session = await create({ schema: required }).read(null)
      session.set('age', 36)
      const together = account.refine(({ name, age }) => name === undefined || age === undefined)
      const other = await create({ schema: together }).read(null)
      other.set('age', 36)
      other.set('name', 'Ada')
      other.unset('age')
      assert.deepEqual(other.data[0], { name: 'Ada' })
    })

    it('refuses a schema that is asynchronous', async () => {
      const isAllowed = async (value: string) => (await Promise.resolve(value)) !== 'Eve'
      const schema = z.object({ name: z.string().refine(isAllowed).optional() })
      await assert.rejects(readUnder(schema, { name: 'Eve' }), { code: 'ERR_SESSION_CONFIG' })
      const session = await create({ schema }).read(null)
      assert.throws(() => session.set('name', 'Eve'), { code: 'ERR_SESSION_CONFIG' })
    })

    it('does not mind keys that are missing although it asks for them', async () => {
      const schema = z.object({ name: z.string(), age: z.number() })
      const { session } = await readUnder(schema, { age: 36 })
      assert.equal(session.get('age'), 36)
      assert.equal(session.get('name'), undefined)
    })

    it('drops everything when the whole does not fit and no single key is to blame', async () => {
      const schema = account.refine(({ name, age }) => name === undefined || age === undefined)
      const { session, corrupt } = await readUnder(schema, { name: 'Ada', age: 36 })
      assert.deepEqual(session.data[0], {})
      assert.ok(corrupt[0]?.type === 'corrupt')
      assert.deepEqual([...corrupt[0].keys].sort(), ['age', 'name'])
    })

    it('drops only the key to blame when the schema faults the whole because of it', async () => {
      const schema = account.refine(({ name }) => name !== 'Eve')
      const { session } = await readUnder(schema, { name: 'Eve', age: 36 })
      assert.deepEqual(session.data[0], { age: 36 })
    })

    it('ends with a schema that finds fault with a session whatever is taken out', async () => {
      const { session } = await readUnder(
        z.object({}).refine(() => false),
        { name: 'Ada' },
      )
      assert.equal(session.size, 0)
    })

    it('is about the values, and leaves flash messages alone', async () => {
      const { session } = await readUnder(account, { name: 'Ada' }, { age: 'a message' })
      assert.equal(session.get('age'), 'a message')
    })

    it('takes any Standard Schema, not only zod’s', async () => {
      const schema: StandardSchema<{ name?: string }> = {
        '~standard': {
          version: 1,
          vendor: 'ours',
          validate(value) {
            const { name } = value as { name?: unknown }
            return typeof name === 'string'
              ? { value: { name } }
              : { issues: [{ path: [{ key: 'name' }] }] }
          },
        },
      }
      const { session } = await readUnder(schema, { name: 5 })
      assert.equal(session.get('name'), undefined)
    })

    it('refuses what is no Standard Schema', () => {
      for (const schema of [{}, z, () => true, 'string']) {
        assert.throws(
          () => create({ schema: schema as never }),
          (error) => error instanceof SessionError && error.code === 'ERR_SESSION_CONFIG',
        )
      }
    })
  })
}
