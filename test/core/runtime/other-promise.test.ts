import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createSessionStorage, type SessionStorageOptions } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { z } from 'zod'
import { secretA, web } from '../cookie/cookie-paths.ts'

const Native = Promise
/** What zone.js and others put in its place. Async functions go on returning the runtime's own. */
class OtherPromise<T> extends Native<T> {}

/** A promise of no class: with zone.js, what comes of the runtime's `then` is none of the runtime's promises. */
function bare<T>(promise: Promise<T>): PromiseLike<T> {
  // oxlint-disable-next-line unicorn/no-thenable -- it is one
  return { then: (...args) => bare(promise.then(...args)) }
}

const factories = { memory: createMemorySessionStorage, cookie: createCookieSessionStorage }

/** Refuses everybody who is named `root`, but only those who wait for it. */
const schema = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: async (value: unknown) =>
      (value as { role?: string }).role === 'root'
        ? { issues: [{ path: ['role'] }] }
        : { value: value as { role?: string } },
  },
}

function request(setCookie?: string): Request {
  const headers = setCookie ? { cookie: setCookie.split(';', 1)[0]! } : undefined
  return new Request('https://shop.example/', headers && { headers })
}

describe('where another Promise is global', () => {
  before(() => {
    globalThis.Promise = OtherPromise as PromiseConstructor
  })
  after(() => {
    globalThis.Promise = Native
  })

  for (const [name, create] of Object.entries(factories)) {
    it(`an asynchronous schema is refused (${name} storage)`, async () => {
      const options = { schema: undefined as typeof schema | undefined }
      const changing = {
        '~standard': {
          ...schema['~standard'],
          validate: (value: unknown) =>
            options.schema
              ? schema['~standard'].validate(value)
              : { value: value as { role?: string } },
        },
      }
      const storage = create({ schema: changing })
      const first = await storage.read(null)
      first.set('role', 'root')
      const cookie = await storage.save(first)
      options.schema = schema
      await assert.rejects(storage.read(cookie), { code: 'ERR_SESSION_CONFIG' })
      const other = await storage.read(null)
      assert.throws(() => other.set('role', 'root'), { code: 'ERR_SESSION_CONFIG' })
    })
  }

  const store = createMemoryStore()
  for (const [name, create] of Object.entries({
    memory: (options?: SessionStorageOptions) => createSessionStorage(store, options),
    cookie: (options?: SessionStorageOptions) => createCookieSessionStorage(options),
  })) {
    it(`asynchronous checks of zod, which asks for the global Promise, are refused (${name} storage)`, async () => {
      const isAllowed = async (value: string) => value !== 'root'
      for (const check of [isAllowed, (value: string) => bare(isAllowed(value))]) {
        const role = z.string().refine(check)
        const checking = create({ schema: z.object({ role: role.optional() }) })
        const unchecked = create()
        const session = await unchecked.read(null)
        session.set('role', 'guest')
        const cookie = await unchecked.save(session)
        await assert.rejects(checking.read(cookie), { code: 'ERR_SESSION_CONFIG' })
        const other = await checking.read(null)
        assert.throws(() => other.set('role', 'root'), { code: 'ERR_SESSION_CONFIG' })
      }
      assert.deepEqual(Object.getOwnPropertySymbols(OtherPromise), [])
    })
  }

  it('the cookies of another library are waited for', async () => {
    const accept = [{ open: async () => ({ value: 'x', session: { values: { user: 'ada' } } }) }]
    const cookie = createCookie('session', { secrets: [secretA], accept })
    const app = withSession({ cookie, storage: createMemorySessionStorage() }, (_, session) =>
      Response.json(session.get('user') ?? null),
    )
    const response = await app(request('session=theirs'))
    assert.equal(await response.json(), 'ada')
  })

  it('a listener whose promise rejects harms nobody', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const storage = createMemorySessionStorage({
      onEvent: async () => {
        throw new Error('the log is away')
      },
    })
    const session = await storage.read(null)
    session.set('a', 1)
    await storage.save(session)
    await new Native((resolve) => setTimeout(resolve, 0))
    process.off('unhandledRejection', note)
    assert.deepEqual(unhandled, [])
  })

  for (const encrypt of [true, false]) {
    it(`Web Crypto is waited for (encrypt: ${encrypt})`, async () => {
      const cookie = web.createCookie('session', { secrets: [secretA], encrypt })
      const storage = web.createMemorySessionStorage()
      const app = web.withSession({ cookie, storage }, (_, session) =>
        Response.json(session.update('n', (n) => Number(n ?? 0) + 1)),
      )
      const first = await app(request())
      const second = await app(request(first.headers.get('set-cookie')!))
      assert.equal(await second.json(), 2)
    })
  }
})
