import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { toReactRouterStorage } from 'coatcheck/compat/react-router'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

const storages: [name: string, make: () => SessionStorage][] = [
  ['cookie storage', () => createCookieSessionStorage()],
  ['memory storage', () => createMemorySessionStorage()],
  ['a storage on a store', () => createSessionStorage(createMemoryStore())],
]

/** A session that came so often that its record is not parsed any more. */
async function known(storage: SessionStorage): Promise<string> {
  const session = await storage.read(null)
  session.set('cart', { items: ['book'] })
  session.set('count', 1)
  session.set('name', 'Ada')
  const value = (await storage.save(session))!
  for (let i = 0; i < 4; i++) assert.equal((await storage.read(value)).get('count'), 1)
  return value
}

type Cart = { items: string[] }

for (const [name, make] of storages) {
  describe(`a session that is read again and again, in ${name}`, () => {
    it('gives each request an object of its own', async () => {
      const storage = make()
      const value = await known(storage)
      const [one, other] = [await storage.read(value), await storage.read(value)]
      const cart = one.get('cart') as Cart
      assert.equal(one.get('cart'), cart)
      assert.notEqual(other.get('cart'), cart)
      cart.items.push('pen')
      assert.deepEqual(other.get('cart'), { items: ['book'] })
      assert.deepEqual((await storage.read(value)).get('cart'), { items: ['book'] })
      assert.deepEqual((await storage.read(value)).data[0]['cart'], { items: ['book'] })
    })

    it('shows no request what another one sets, removes or clears', async () => {
      const storage = make()
      const value = await known(storage)
      const one = await storage.read(value)
      one.set('count', 2)
      one.set('more', true)
      one.unset('name')
      const ended = await storage.read(value)
      ended.destroy()
      const other = await storage.read(value)
      assert.deepEqual(other.data[0], { cart: { items: ['book'] }, count: 1, name: 'Ada' })
      assert.equal(other.has('more'), false)
      assert.equal(other.size, 3)
    })

    it('keeps an object of a second try for the request that made it', async () => {
      const storage = make()
      let value = await known(storage)
      const late = await storage.read(value)
      const other = await storage.read(value)
      other.set('count', 2)
      value = (await storage.save(other)) ?? value
      const mine: Cart = { items: [] }
      late.update('count', (count) => (count === 1 ? 1 : mine))
      value = (await storage.save(late)) ?? value
      late.set('more', true)
      value = (await storage.save(late)) ?? value
      const stored = (await storage.read(value)).get('count')
      mine.items.push('never saved')
      assert.deepEqual((await storage.read(value)).get('count'), stored)
    })

    it('is what was saved where Object.prototype was given names of ours', async () => {
      const storage = make()
      let value = await known(storage)
      for (const name of ['isShared', 'known']) {
        // oxlint-disable-next-line no-extend-native -- as a polluted program has it
        Object.defineProperty(Object.prototype, name, { value: true, configurable: true })
      }
      try {
        const session = await storage.read(value)
        const cart = session.get('cart') as Cart
        session.set('count', 2)
        value = (await storage.save(session)) ?? value
        for (let i = 0; i < 3; i++) await storage.read(value)
        cart.items.push('never saved')
        const last = await storage.read(value)
        assert.deepEqual(last.get('cart'), { items: ['book'] })
        const rival = await storage.read(value)
        last.set('count', 3)
        rival.set('name', 'Grace')
        value = (await storage.save(last)) ?? value
        await storage.save(rival)
        assert.equal((await storage.read(value)).get('count'), 3)
      } finally {
        delete (Object.prototype as { isShared?: boolean }).isShared
        delete (Object.prototype as { known?: boolean }).known
      }
    })

    it('saves what was changed in place, and what was set beside it', async () => {
      const storage = make()
      let value = await known(storage)
      for (let round = 0; round < 4; round++) {
        const session = await storage.read(value)
        session.set('count', (session.get('count') as number) + 1)
        if (round % 2 === 1) (session.get('cart') as Cart).items.push(`pen ${round}`)
        value = (await storage.save(session)) ?? value
      }
      assert.deepEqual((await storage.read(value)).data[0], {
        cart: { items: ['book', 'pen 1', 'pen 3'] },
        count: 5,
        name: 'Ada',
      })
    })

    it('is not changed by what a request does to its objects after it has saved', async () => {
      const storage = make()
      let value = await known(storage)
      const session = await storage.read(value)
      session.set('count', 2)
      value = (await storage.save(session)) ?? value
      ;(session.get('cart') as Cart).items.push('pen')
      session.set('count', 3)
      const { items } = session.get('cart') as Cart
      assert.deepEqual(items, ['book', 'pen'])
      const later = await storage.read(value)
      assert.deepEqual(later.get('cart'), { items: ['book'] })
      assert.equal(later.get('count'), 2)
    })

    it('hands out no object of a request that saved it', async () => {
      const storage = make()
      let value = await known(storage)
      const session = await storage.read(value)
      const cart = session.get('cart') as Cart
      cart.items.push('pen')
      value = (await storage.save(session)) ?? value
      cart.items.push('never saved')
      for (let i = 0; i < 4; i++) {
        assert.deepEqual((await storage.read(value)).get('cart'), { items: ['book', 'pen'] })
      }
    })
  })
}

describe('a session that others have written meanwhile', () => {
  it('gives the app objects of its own after the conflict', async () => {
    const storage = createMemorySessionStorage()
    const value = await known(storage)
    const late = await storage.read(value)
    const first = await storage.read(value)
    first.set('count', 2)
    await storage.save(first)
    late.set('name', 'Grace')
    await storage.save(late)
    ;(late.get('cart') as Cart).items.push('pen')
    for (let i = 0; i < 4; i++) {
      const { data } = await storage.read(value)
      assert.deepEqual(data[0], { cart: { items: ['book'] }, count: 2, name: 'Grace' })
    }
  })

  it('is read anew when the text in the store is another one', async () => {
    const store = createMemoryStore()
    const [mine, other] = [createSessionStorage(store), createSessionStorage(store)]
    const value = await known(mine)
    const session = await other.read(value)
    session.set('count', 7)
    await other.save(session)
    assert.equal((await mine.read(value)).get('count'), 7)
  })
})

describe('a session whose record has become too long to be kept', () => {
  it('gives React Router objects of its own', async () => {
    const cookie = { secrets: ['only-for-tests-4f8a2b6c1d9e7035'] }
    // Noting a use makes the text some characters longer: one of these is over the limit only then.
    for (let length = 3890; length < 3990; length += 2) {
      let now = Date.UTC(2026, 0, 1)
      const storage = createMemorySessionStorage({ now: () => now })
      const visits = toReactRouterStorage(cookie, storage)
      const first = await visits.getSession()
      first.set('cart', { items: ['book'] })
      first.set('pad', 'x'.repeat(length))
      const header = (await visits.commitSession(first)).split(';')[0]!
      for (let i = 0; i < 3; i++) await visits.getSession(header)
      now += 18_000_000
      const one = visits.getSession(header).then((session) => {
        ;(session.get('cart') as Cart).items.push('never saved')
      })
      const other = visits.getSession(header)
      await one
      assert.deepEqual((await other).get('cart'), { items: ['book'] }, `${length}`)
    }
  })
})
