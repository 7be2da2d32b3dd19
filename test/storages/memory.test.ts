import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionLimit } from 'coatcheck/accounts'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

const start = 1_790_000_000_000
const minute = 60_000

function storeWithClock(maxSessions?: number) {
  const clock = { time: start }
  const store = createMemoryStore({ now: () => clock.time, ...(maxSessions && { maxSessions }) })
  const add = (key: string, minutes: number, owner?: string) =>
    store.write(key, key, { replaces: null, expiresAt: start + minutes * minute, owner })
  return { clock, store, add }
}

describe('the bound on sessions', () => {
  it('drops one that has expired, if there is one', async () => {
    const { clock, store, add } = storeWithClock(3)
    await add('long', 60)
    await add('longer', 90)
    await add('short', 1)
    clock.time = start + 2 * minute
    await add('new', 60)
    for (const key of ['long', 'longer', 'new']) assert.equal((await store.read(key))?.value, key)
    assert.equal(await store.read('short'), undefined)
  })

  it('drops the one that was written longest ago, if none has', async () => {
    const { store, add } = storeWithClock(3)
    const version = await add('first', 60)
    await add('second', 60)
    await add('third', 60)
    // Reading is no use that counts, writing is.
    await store.read('second')
    await store.write('first', 'again', { replaces: version!, expiresAt: start + 60 * minute })
    await add('fourth', 60)
    assert.equal(await store.read('second'), undefined)
    assert.equal((await store.read('first'))?.value, 'again')
    assert.equal((await store.read('third'))?.value, 'third')
    assert.equal((await store.read('fourth'))?.value, 'fourth')
  })

  it('does not count a session twice, and drops none to change one', async () => {
    const { store, add } = storeWithClock(2)
    let version = await add('first', 60)
    await add('second', 60)
    for (let n = 0; n < 10; n++) {
      version = await store.write('first', String(n), {
        replaces: version!,
        expiresAt: start + minute,
      })
    }
    assert.equal((await store.read('first'))?.value, '9')
    assert.equal((await store.read('second'))?.value, 'second')
  })

  it('takes the dropped sessions out of their users’ lists', async () => {
    const { store, add } = storeWithClock(1)
    await add('first', 60, 'ada')
    await add('second', 60, 'bob')
    assert.deepEqual(await store.keysOf('ada'), [])
    assert.deepEqual(await store.keysOf('bob'), ['second'])
  })

  it('is 100,000 by default', async () => {
    const { store, add } = storeWithClock()
    for (let n = 0; n < 100_000; n++) await add(`${n}`, 60)
    assert.equal((await store.read('0'))?.value, '0')
    await add('one more', 60)
    assert.equal(await store.read('0'), undefined)
  })

  it('holds for ten thousand visitors', async () => {
    const storage = createMemorySessionStorage<{ n: number }>({ maxSessions: 100 })
    const cookies: string[] = []
    for (let n = 0; n < 10_000; n++) {
      const session = await storage.read(null)
      session.set('n', n)
      cookies.push((await storage.save(session))!)
    }
    const alive = await Promise.all(cookies.slice(-200).map((cookie) => storage.read(cookie)))
    assert.deepEqual(
      alive.map(({ isNew }) => isNew),
      alive.map((_, n) => n < 100),
    )
    await storage.close()
  })

  for (const maxSessions of [0, -1, 1.5, NaN, Infinity, '10' as any]) {
    it(`cannot be ${String(maxSessions)}`, () => {
      assert.throws(() => createMemoryStore({ maxSessions }), { code: 'ERR_SESSION_CONFIG' })
    })
  }
})

describe('expiry', () => {
  it('is exact, and needs no sweep', async () => {
    const { clock, store, add } = storeWithClock()
    const version = await add('key', 1)
    clock.time = start + minute - 1
    assert.equal((await store.read('key'))?.value, 'key')
    clock.time = start + minute
    const options = { replaces: version!, expiresAt: start + 9 * minute }
    assert.equal(await store.write('key', 'late', options), undefined)
    assert.equal(await store.read('key'), undefined)
    assert.ok(await add('key', 9))
  })

  it('frees the list of the user, too', async () => {
    const { clock, store, add } = storeWithClock()
    await add('a', 1, 'ada')
    await add('b', 3, 'ada')
    clock.time = start + 2 * minute
    assert.equal(await store.deleteExpired(), 1)
    assert.deepEqual(await store.keysOf('ada'), ['b'])
    assert.equal(await store.deleteExpired(), 0)
  })

  it('is noticed bit by bit with each write', async () => {
    const { clock, store, add } = storeWithClock()
    for (let n = 0; n < 20; n++) await add(`old-${n}`, 1)
    clock.time = start + 2 * minute
    for (let n = 0; n < 10; n++) await add(`new-${n}`, 60)
    assert.equal(await store.deleteExpired(), 0)
  })
})

describe('what the app has in hand', () => {
  it('is not what is stored: changing it after the save changes nothing', async () => {
    const storage = createMemorySessionStorage<{ cart: { items: string[] } }>()
    const cart = { items: ['tea'] }
    const session = await storage.read(null)
    session.set('cart', cart)
    const cookie = await storage.save(session)
    cart.items.push('jam')
    session.get('cart')?.items.push('salt')
    assert.deepEqual((await storage.read(cookie)).get('cart'), { items: ['tea'] })
  })

  it('is not what another request has', async () => {
    const storage = createMemorySessionStorage<{ cart: { items: string[] } }>()
    const session = await storage.read(null)
    session.set('cart', { items: ['tea'] })
    const cookie = await storage.save(session)
    const [a, b] = await Promise.all([storage.read(cookie), storage.read(cookie)])
    a.get('cart')!.items.push('jam')
    assert.deepEqual(b.get('cart'), { items: ['tea'] })
    assert.deepEqual((await storage.read(cookie)).get('cart'), { items: ['tea'] })
    await storage.save(a)
    assert.deepEqual((await storage.read(cookie)).get('cart'), { items: ['tea', 'jam'] })
  })
})

describe('storages', () => {
  it('know nothing of each other', async () => {
    const [one, other] = [createMemorySessionStorage(), createMemorySessionStorage()]
    const session = await one.read(null)
    session.set('a', 1)
    const cookie = await one.save(session)
    assert.equal((await other.read(cookie)).isNew, true)
    assert.equal((await one.read(cookie)).isNew, false)
  })

  it('close twice, and have let go of everything then', async () => {
    const { store, add } = storeWithClock()
    await add('key', 60, 'ada')
    await store.close()
    await store.close()
    assert.equal(await store.read('key'), undefined)
    assert.deepEqual(await store.keysOf('ada'), [])
  })
})

describe('who goes when there is no room', () => {
  async function loggedIn(storage: ReturnType<typeof createMemorySessionStorage>, userId: string) {
    const session = await storage.read(null)
    session.login(userId)
    return storage.save(session)
  }

  it('is a stranger, however many come, and neither a user nor a note that one was logged out', async () => {
    const sessionLimit = createSessionLimit({ max: 1, whenReached: 'refuse' })
    const storage = createMemorySessionStorage({ maxSessions: 100, sessionLimit })
    const users: (string | null)[] = []
    for (let n = 0; n < 50; n++) users.push(await loggedIn(storage, `user-${n}`))
    await storage.revokeAll('victim')
    for (let n = 0; n < 200; n++) {
      const stranger = await storage.read(null)
      stranger.flash('error', 'Wrong name or password')
      await storage.save(stranger)
    }
    for (const [n, cookie] of users.entries()) {
      assert.equal((await storage.read(cookie)).userId, `user-${n}`)
    }
    await assert.rejects(loggedIn(storage, 'user-0'), { code: 'ERR_SESSION_LIMIT' })
    const imported = { values: {}, userId: 'victim' }
    assert.equal((await storage.read('old', { imported })).userId, undefined)
  })

  it('is the user who was away longest, if there is no stranger', async () => {
    const storage = createMemorySessionStorage({ maxSessions: 2 })
    const first = await loggedIn(storage, 'first')
    const second = await loggedIn(storage, 'second')
    const third = await loggedIn(storage, 'third')
    assert.equal((await storage.read(first)).userId, undefined)
    assert.equal((await storage.read(second)).userId, 'second')
    assert.equal((await storage.read(third)).userId, 'third')
  })
})

describe('a session in memory that is being ended', () => {
  it('is never taken for a damaged one, by whoever reads it in between', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const events: string[] = []
      const storage = createMemorySessionStorage({ onEvent: ({ type }) => events.push(type) })
      const session = await storage.read(null)
      session.login('ada')
      const id = await storage.save(session)
      const ended = storage.revokeAll('ada')
      for (let turn = 0; turn < turns; turn++) await undefined
      await storage.read(id)
      assert.equal(await ended, 1)
      assert.ok(!events.includes('corrupt'), `after ${turns} turns: ${events.join()}`)
      await storage.close()
    }
  })
})
