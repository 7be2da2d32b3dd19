import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, StoreError, type ServerSessionStorage } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate, fakeClock } from 'coatcheck/testing'

type Store = ReturnType<typeof createMemoryStore>

const isRevocation = (key: string) => key.startsWith('revoked-')

function open(changes: (store: Store) => Partial<Store> = () => ({})) {
  const clock = fakeClock()
  const now = () => clock.now()
  const store = createMemoryStore({ now })
  const gate = createGate<Store>({ ...store, ...changes(store) })
  const types: string[] = []
  const storage = createSessionStorage(gate.store, {
    now,
    onEvent: ({ type }) => types.push(type),
  })
  return { clock, gate, storage, types }
}

async function login(storage: ServerSessionStorage, userId: string) {
  const session = await storage.read(null)
  session.login(userId)
  return { session, cookie: await storage.save(session) }
}

/** Writes of revocations that find somebody else first, so often. */
function losing(times: number) {
  let left = times
  return (store: Store): Partial<Store> => ({
    write: async (key, value, options) =>
      isRevocation(key) && left-- > 0 ? undefined : store.write(key, value, options),
  })
}

describe('the sessions of a user', () => {
  it('are theirs alone, whatever the index says', async () => {
    const extra: string[] = []
    const { storage, types } = open((store) => ({
      keysOf: async (owner) => [...(await store.keysOf(owner)), ...extra],
      write: (key, value, options) => {
        if (isRevocation(key)) extra.push(key)
        return store.write(key, value, options)
      },
    }))
    await storage.revokeAll('nobody')
    const ada = await login(storage, 'ada')
    const grace = await login(storage, 'grace')
    extra.push(grace.session.handle, 'not-a-handle', 'h'.repeat(22))
    const handles = (await storage.sessionsOf('ada')).map(({ handle }) => handle)
    assert.deepEqual(handles, [ada.session.handle])
    assert.equal(await storage.revokeAll('ada'), 1)
    assert.equal((await storage.read(grace.cookie)).userId, 'grace')
    assert.ok(!types.includes('corrupt'))
  })

  it('are those that live by the options of today, though the store has more', async () => {
    const clock = fakeClock()
    const now = () => clock.now()
    const store = createMemoryStore({ now })
    const before = createSessionStorage(store, { now, idleTimeout: 100 })
    await login(before, 'ada')
    const storage = createSessionStorage(store, { now, idleTimeout: 50 })
    await clock.pass(49_999)
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    await clock.pass(1)
    assert.deepEqual(await storage.sessionsOf('ada'), [])
    assert.equal((await before.sessionsOf('ada')).length, 1)
  })

  it('P8 are not taken for none when the index fails', async () => {
    const { storage, gate, types } = open()
    const { session } = await login(storage, 'ada')
    for (const list of [() => storage.sessionsOf('ada'), () => storage.revokeAll('ada')]) {
      gate.fail('keysOf', new Error('away'))
      await assert.rejects(list, { code: 'ERR_SESSION_STORE' })
      assert.equal(types.at(-1), 'store-error')
    }
    assert.equal((await storage.sessionsOf('ada'))[0]?.handle, session.handle)
  })

  it('end also when they are begun while the end is announced', async () => {
    const { storage, gate } = open()
    const held = gate.hold('write')
    const revoking = storage.revokeAll('ada')
    await held.reached
    const { cookie } = await login(storage, 'ada')
    held.release()
    await revoking
    assert.equal((await storage.read(cookie)).isNew, true)
  })

  it('end also when the login takes a minute, and the announcement a second try', async () => {
    const { storage, gate, clock } = open(losing(1))
    const held = gate.hold('write')
    const session = await storage.read(null)
    session.login('ada')
    const saving = storage.save(session)
    await held.reached
    await clock.pass(1)
    await storage.revokeAll('ada')
    await clock.pass(60_000)
    held.release()
    assert.equal(await saving, null)
  })

  it('P8 are not said to have ended when that cannot be announced', async () => {
    const { storage } = open(losing(Number.POSITIVE_INFINITY))
    await assert.rejects(storage.revokeAll('ada'), { code: 'ERR_SESSION_STORE' })
  })

  it('end also when all are ended twice while a login is under way, once but for this one', async () => {
    const orders = [
      (except: string) => [{}, { except }],
      (except: string) => [{ except }, {}],
      (except: string) => [{}, { except }, { except }],
      (except: string) => [{ except: 'h'.repeat(22) }, { except }],
    ]
    for (const order of orders) {
      const { storage, clock } = open()
      const anonymous = await storage.read(null)
      anonymous.set('n', 1)
      const session = await storage.read(await storage.save(anonymous))
      session.login('ada')
      for (const options of order(session.handle)) {
        await clock.pass(1)
        await storage.revokeAll('ada', options)
      }
      assert.equal(await storage.save(session), null)
    }
  })

  it('go on when they are spared each time', async () => {
    const { storage, clock } = open()
    const anonymous = await storage.read(null)
    anonymous.set('n', 1)
    const session = await storage.read(await storage.save(anonymous))
    session.login('ada')
    for (let times = 0; times < 3; times++) {
      await clock.pass(1)
      await storage.revokeAll('ada', { except: session.handle })
    }
    const cookie = await storage.save(session)
    assert.equal((await storage.read(cookie)).userId, 'ada')
  })

  it('end also by an announcement that is written after later ones', async () => {
    const orders = [
      (except: string) => ({ slow: {}, later: [{ except }] }),
      (except: string) => ({ slow: { except }, later: [{}, { except }] }),
    ]
    for (const order of orders) {
      const { storage, gate, clock } = open()
      const anonymous = await storage.read(null)
      anonymous.set('n', 1)
      const session = await storage.read(await storage.save(anonymous))
      session.login('ada')
      const { slow, later } = order(session.handle)
      await clock.pass(1)
      const held = gate.hold('write')
      const slowly = storage.revokeAll('ada', slow)
      await held.reached
      await clock.pass(1)
      const other = await storage.read(null)
      other.login('ada')
      for (const options of later) {
        await clock.pass(1)
        await storage.revokeAll('ada', options)
      }
      held.release()
      await slowly
      assert.equal(await storage.save(session), null)
      assert.equal(await storage.save(other), null)
    }
  })

  it('may begin again in the very millisecond in which all were ended', async () => {
    const { storage } = open()
    await storage.revokeAll('ada')
    const { cookie } = await login(storage, 'ada')
    assert.equal((await storage.read(cookie)).userId, 'ada')
  })

  it('P2 end even if somebody writes them whenever their end is tried', async () => {
    let isLosing = false
    const { storage, gate } = open((store) => ({
      write: async (key, value, options) =>
        isLosing && !isRevocation(key) ? undefined : store.write(key, value, options),
    }))
    for (const userId of ['ada', 'grace']) {
      isLosing = false
      const { session, cookie } = await login(storage, userId)
      isLosing = true
      if (userId === 'ada') await storage.revoke(session.handle, { userId })
      else assert.equal(await storage.revokeAll(userId), 1)
      assert.equal((await storage.read(cookie)).isNew, true)
      assert.equal(await gate.store.read(session.handle), undefined)
    }
  })

  it('are only deleted where a store cannot compare, which would be a write for nothing', async () => {
    for (const atomic of [true, false]) {
      const { storage, gate } = open(() => ({ atomic }))
      const { session, cookie } = await login(storage, 'ada')
      const before = { ...gate.calls }
      await storage.revoke(session.handle, { userId: 'ada' })
      assert.equal(gate.calls.write - before.write, atomic ? 1 : 0)
      assert.equal(gate.calls.delete - before.delete, 1)
      assert.equal((await storage.read(cookie)).isNew, true)
    }
  })

  it('are gone before the save says that the login was revoked', async () => {
    const { storage, gate, clock } = open()
    const session = await storage.read(null)
    session.login('ada')
    await clock.pass(1)
    await storage.revokeAll('ada')
    const held = gate.hold('delete')
    let value: string | null = 'under way'
    const saving = storage.save(session).then((saved) => (value = saved))
    await held.reached
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(value, 'under way')
    held.release()
    assert.equal(await saving, null)
  })

  it('P2 cannot begin while the announcement of an end is damaged', async () => {
    const { storage, clock } = open((store) => ({
      write: (key, value, options) =>
        store.write(key, isRevocation(key) ? 'garbage' : value, options),
    }))
    await storage.revokeAll('ada')
    await clock.pass(1)
    const { cookie } = await login(storage, 'ada')
    assert.equal(cookie, null)
    assert.deepEqual(await storage.sessionsOf('ada'), [])
  })

  it('are kept under keys that do not tell whose they are', async () => {
    const keys: string[] = []
    const { storage } = open((store) => ({
      write: (key, value, options) => {
        keys.push(key)
        return store.write(key, value, options)
      },
    }))
    // Three letters are in a random key now and then.
    await login(storage, '../ada-of-this-test')
    await storage.revokeAll('../ada-of-this-test')
    assert.equal(new Set(keys).size, 2)
    for (const key of keys) assert.match(key, /^[\w-]+$/)
    assert.ok(!keys.join().includes('of-this-test'))
  })
})

describe('a store without an index', () => {
  it('P10 is not asked about revocations, and is closed with its storage', async () => {
    const { read, write, delete: remove } = createMemoryStore()
    const calls: string[] = []
    const storage = createSessionStorage({
      read: (key) => (calls.push('read'), read(key)),
      write,
      delete: remove,
      close: async () => void calls.push('close'),
    } as Parameters<typeof createSessionStorage>[0])
    await login(storage, 'ada')
    assert.deepEqual(calls, [])
    await storage.close()
    assert.deepEqual(calls, ['close'])
  })
})

describe('deleteExpired of a storage', () => {
  it('P8 fails when the store does, in the words of the store if it has them', async () => {
    const own = new StoreError('delete', new Error('its own words'))
    for (const failure of [new Error('on fire'), own]) {
      const { storage, types } = open(() => ({ deleteExpired: () => Promise.reject(failure) }))
      const told = storage.deleteExpired()
      await assert.rejects(told, { code: 'ERR_SESSION_STORE' })
      assert.equal(types.at(-1), 'store-error')
      if (failure === own) assert.equal(await told.catch((error: unknown) => error), own)
    }
  })

  it('has nothing to do where the store drops them by itself', async () => {
    const { read, write, delete: remove } = createMemoryStore()
    const storage = createSessionStorage({ read, write, delete: remove })
    assert.equal(await storage.deleteExpired(), 0)
    await storage.close()
  })
})
