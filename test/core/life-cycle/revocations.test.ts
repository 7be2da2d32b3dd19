import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createSessionStorage,
  type SessionEvent,
  type SessionStorage,
  type SessionStore,
} from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemcacheStore } from 'coatcheck/memcache-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations, type RevocationOptions } from 'coatcheck/revocations'
import { createGate, fakeClock } from 'coatcheck/testing'

const second = 1000

/** Servers of one app, with cookie storage, and a gate before the store of their notes. */
function open() {
  const clock = fakeClock()
  const now = () => clock.now()
  const gate = createGate(createMemoryStore({ now }))
  const server = (options?: RevocationOptions) =>
    createCookieSessionStorage({
      now,
      revocations: createRevocations({ store: gate.store, ...options }),
    })
  return { clock, gate, server }
}

async function login(storage: SessionStorage, userId = 'ada'): Promise<string> {
  const session = await storage.read(null)
  session.login(userId)
  return (await storage.save(session))!
}

async function userOf(storage: SessionStorage, cookie: string): Promise<string | undefined> {
  return (await storage.read(cookie)).userId
}

describe('what is remembered of the notes', () => {
  it('is true no longer ago than the option cache says: 5 seconds by default', async () => {
    for (const [options, age] of [
      [{}, 5 * second],
      [{ cache: 60 }, 60 * second],
    ] as const) {
      const { clock, server } = open()
      const [one, other] = [server(options), server(options)]
      const [cookie, everybodys] = [await login(one), await login(one, 'grace')]
      for (const value of [cookie, everybodys]) assert.ok(await userOf(other, value))
      await one.revokeAll('ada')
      await one.revokeEverybody()
      // Who has ended them knows it at once.
      assert.equal(await userOf(one, cookie), undefined)
      clock.pass(age - 1)
      assert.equal(await userOf(other, cookie), 'ada')
      assert.equal(await userOf(other, everybodys), 'grace')
      clock.pass(1)
      assert.equal(await userOf(other, cookie), undefined)
      assert.equal(await userOf(other, everybodys), undefined)
    }
  })

  it('is not what a save goes by: that asks the store', async () => {
    const { server } = open()
    const [one, other] = [server(), server()]
    const cookie = await login(one)
    const session = await other.read(cookie)
    await one.revokeAll('ada')
    session.set('a', 1)
    assert.equal(await other.save(session), null)
    // And then it knows.
    assert.equal(await userOf(other, cookie), undefined)
  })

  it('saves reads of the store, and nothing is remembered with 0', async () => {
    for (const [cache, reads] of [
      [5, [3, 0, 0, 3]],
      [0, [3, 3, 3, 3]],
    ] as const) {
      const { clock, gate, server } = open()
      const cookie = await login(server())
      const storage = server({ cache })
      const found = []
      for (const pass of [0, 1000, 3999, 1]) {
        clock.pass(pass)
        const before = gate.calls.read
        assert.equal(await userOf(storage, cookie), 'ada')
        found.push(gate.calls.read - before)
      }
      assert.deepEqual(found, reads)
    }
  })

  it('asks once for requests that come at the same time, and again after a failure', async () => {
    const { gate, server } = open()
    const cookie = await login(server())
    const storage = server()
    const held = gate.hold('read')
    const before = gate.calls.read
    const both = [storage.read(cookie), storage.read(cookie)]
    await held.reached
    held.release()
    await Promise.all(both)
    assert.equal(gate.calls.read - before, 3)
    const fresh = server()
    gate.fail('read', new Error('away'))
    await assert.rejects(fresh.read(cookie), { code: 'ERR_SESSION_STORE' })
    assert.equal(await userOf(fresh, cookie), 'ada')
  })

  it('forgets what was being read while this process ended a session', async () => {
    const { gate, server } = open()
    const storage = server()
    const cookie = await login(storage)
    const [first, second] = [server(), server()]
    // The notes of the session, its user and everybody are asked for at once.
    const held = [gate.hold('read'), gate.hold('read'), gate.hold('read')]
    const slow = first.read(cookie)
    await Promise.all(held.map(({ reached }) => reached))
    await first.revokeAll('ada')
    for (const { release } of held) release()
    await slow
    assert.equal(await userOf(first, cookie), undefined)
    assert.equal(await userOf(second, cookie), undefined)
  })

  it('is too old when the clock was set back', async () => {
    const { clock, server } = open()
    const [one, other] = [server(), server()]
    const cookie = await login(one)
    assert.equal(await userOf(other, cookie), 'ada')
    await one.revokeAll('ada')
    clock.pass(-60 * second)
    assert.equal(await userOf(other, cookie), undefined)
  })

  it('takes no request for one of an ended session that comes after a login elsewhere', async () => {
    // Where a note must be there, one from before the login says nothing against it.
    const clock = fakeClock()
    const now = () => clock.now()
    const { keysOf: _, ...store } = createMemoryStore({ now })
    const server = () => createSessionStorage(store, { now, revocations: createRevocations() })
    const [one, other] = [server(), server()]
    const before = await login(one)
    assert.equal(await userOf(other, before), 'ada')
    await one.revokeAll('ada')
    const after = await login(one)
    assert.equal(await userOf(other, after), 'ada')
    assert.equal(await userOf(other, before), undefined)
  })
})

describe('a storage with revocations', () => {
  it('asks nothing for a visitor who comes without a cookie, and no user for a stranger', async () => {
    const { gate, server } = open()
    const storage = server({ cache: 0 })
    const session = await storage.read(null)
    session.set('a', 1)
    const cookie = await storage.save(session)
    assert.equal(gate.calls.read, 0)
    assert.equal((await storage.read(cookie)).get('a'), 1)
    assert.equal(gate.calls.read, 1)
  })

  it('puts nothing into the cookie until something was ended', async () => {
    const { server, clock } = open()
    const storage = server()
    // The text of a session gets longer with its age, by a millisecond already.
    const plain = createCookieSessionStorage({ now: () => clock.now() })
    const before = (await login(storage)).length
    assert.equal((await login(plain)).length, before)
    await storage.revokeAll('ada')
    assert.ok((await login(storage)).length > before)
  })

  it('tells its own isRevoked as well', async () => {
    const store = createMemoryStore()
    const events: SessionEvent[] = []
    let isRevoked = false
    const storage = createCookieSessionStorage({
      isRevoked: () => isRevoked,
      revocations: createRevocations({ store }),
      onEvent: (event) => events.push(event),
    })
    const cookie = await login(storage)
    assert.equal(await userOf(storage, cookie), 'ada')
    isRevoked = true
    assert.equal(await userOf(storage, cookie), undefined)
    assert.equal(events.at(-1)?.type, 'revoked')
    isRevoked = false
    await storage.revokeAll('ada')
    assert.equal(await userOf(storage, cookie), undefined)
    assert.equal(events.at(-1)?.type, 'revoked')
  })

  it('on an indexed store ends by the list, and lists nobody whom revokeEverybody() has ended', async () => {
    const storage = createSessionStorage(createMemoryStore(), { revocations: createRevocations() })
    await login(storage)
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    await storage.revokeEverybody()
    assert.deepEqual(await storage.sessionsOf('ada'), [])
    await login(storage)
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    assert.equal(await storage.block('ada'), 2)
  })

  it('tells of each session that ends with another one, by the handle that it has now', async () => {
    const told: string[][] = []
    const storage = createCookieSessionStorage({
      revocations: createRevocations({ store: createMemoryStore() }),
      onEvent: ({ type, handle }) => told.push([type, handle!]),
    })
    for (const end of ['revoke', 'destroy'] as const) {
      const cookie = await login(storage)
      const session = await storage.read(cookie)
      const before = session.handle
      session.regenerateId(true)
      await storage.save(session)
      told.length = 0
      const late = await storage.read(cookie)
      if (end === 'destroy') late.destroy()
      await (end === 'revoke' ? storage.revoke(before) : storage.save(late))
      const type = end === 'revoke' ? 'revoked' : 'destroyed'
      assert.deepEqual(
        told,
        [session.handle, before].map((handle) => [type, handle]),
      )
    }
  })

  it('notes an end for no longer than the session could live, however late an end its login has named', async () => {
    const now = () => 0
    const memory = createMemoryStore({ now })
    let keptUntil = 0
    const store: SessionStore = {
      ...memory,
      write(key, value, options) {
        keptUntil = options.expiresAt
        return memory.write(key, value, options)
      },
    }
    const absoluteTimeout = 3600
    const revocations = createRevocations({ store })
    const storage = createCookieSessionStorage({ now, absoluteTimeout, revocations })
    const session = await storage.read(null)
    session.login('ada', { until: Number.MAX_SAFE_INTEGER })
    const next = await storage.read(await storage.save(session))
    next.destroy()
    await storage.save(next)
    assert.equal(keptUntil, (absoluteTimeout + 600) * second)
  })

  it('keeps notes in another store, if it is given one', async () => {
    const notes = createGate(createMemoryStore())
    const { keysOf: _, ...store } = createMemoryStore()
    const revocations = createRevocations({ store: notes.store })
    const storage = createSessionStorage(store, { revocations })
    const cookie = await login(storage)
    await storage.revokeAll('ada')
    assert.equal(await userOf(storage, cookie), undefined)
    assert.ok(notes.calls.write > 0)
  })
})

describe('what cannot be done', () => {
  it('is said at once', async () => {
    const code = 'ERR_SESSION_CONFIG'
    const memcached = createMemcacheStore('127.0.0.1:1')
    const store = createMemoryStore()
    assert.throws(() => createCookieSessionStorage({ revocations: createRevocations() }), {
      code,
      message: /createRevocations\(\{ store/,
    })
    assert.throws(
      () => createCookieSessionStorage({ revocations: createRevocations({ store: memcached }) }),
      { code, message: /may drop/ },
    )
    for (const revocations of [store, true, {}, null]) {
      assert.throws(() => createCookieSessionStorage({ revocations: revocations as never }), {
        code,
        message: /createRevocations/,
      })
    }
    for (const options of [
      { cache: -1 },
      { cache: 301 },
      { cache: '5' },
      { store: 5 },
      { cahce: 1 },
    ]) {
      assert.throws(() => createRevocations(options as never), { code })
    }
    const plain = createSessionStorage(store)
    await assert.rejects(plain.revokeEverybody(), { code, message: /createRevocations/ })
    const { keysOf: _, ...unlisted } = createMemoryStore()
    const storage = createSessionStorage(unlisted)
    for (const act of ['revokeAll', 'block', 'unblock', 'isBlocked'] as const) {
      await assert.rejects(storage[act]('ada'), { code, message: /createRevocations/ }, act)
    }
    const forgetful = createSessionStorage(
      { ...unlisted, evicts: true },
      { revocations: createRevocations() },
    )
    await assert.rejects(forgetful.block('ada'), { code, message: /may drop/ })
    assert.equal(await forgetful.revokeAll('ada'), 0)
    await memcached.close()
  })
})
