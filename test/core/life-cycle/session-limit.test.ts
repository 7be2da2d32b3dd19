/* What a login does to other sessions of the user, or is refused for, where they are limited. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type IndexedStore, type ServerSessionStorage } from 'coatcheck'
import { createSessionLimit, createSessionLock, lockOf } from 'coatcheck/accounts'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate, fakeClock } from 'coatcheck/testing'
import { inEachOrder } from './interleavings.ts'

const clock = fakeClock()
const now = () => clock.now()

/** @param max No limit, if it is left out. */
function open(store: IndexedStore, max?: number, types: string[] = []): ServerSessionStorage {
  return createSessionStorage(store, {
    now,
    idleTimeout: 100,
    absoluteTimeout: 10_000,
    lock: createSessionLock(),
    sessionLimit:
      max === undefined ? undefined : createSessionLimit({ max, whenReached: 'refuse' }),
    onEvent: ({ type }) => types.push(type),
  })
}

async function logIn(storage: ServerSessionStorage): Promise<string | null> {
  const session = await storage.read(null)
  session.login('ada')
  session.set('cart', ['tea'])
  return storage.save(session)
}

/** So many sessions of ada, of before there was a limit, which are locked. */
async function locked(store: IndexedStore, count: number): Promise<(string | null)[]> {
  const storage = open(store)
  const cookies: (string | null)[] = []
  for (let n = 0; n < count; n++) {
    cookies.push(await logIn(storage))
    await clock.pass(1)
  }
  await clock.pass(100_000)
  return cookies
}

async function unlock(
  storage: ServerSessionStorage,
  cookie: string | null,
): Promise<string | null> {
  const session = await storage.read(cookie)
  if (lockOf(session) === undefined) return null
  session.reauthenticate()
  return storage.save(session)
}

async function sightOf(storage: ServerSessionStorage, cookie: string | null): Promise<string> {
  const session = await storage.read(cookie)
  return lockOf(session) === undefined ? (session.userId ?? 'gone') : 'locked'
}

describe('two locked sessions that must both end for one login', () => {
  it('end, or live on both while one of them is unlocked, in each order', async () => {
    const store = createMemoryStore({ now })
    const seen = new Set<string>()
    const orders = await inEachOrder(async (together) => {
      const [first, second] = await locked(store, 2)
      let login: string | null = null
      let unlocked: string | null = null
      const order = await together(
        store,
        async (held) => {
          login = await logIn(open(held, 1)).catch(({ code }) => code as string)
        },
        async (held) => (unlocked = await unlock(open(held, 1), second!)),
      )
      const storage = open(store)
      const sights = [
        await sightOf(storage, first!),
        await sightOf(storage, second!),
        await sightOf(storage, unlocked),
        login === 'ERR_SESSION_LIMIT' ? 'refused' : await sightOf(storage, login),
      ]
      const text = sights.join()
      seen.add(text)
      // Somebody is served, and nothing has ended for nothing.
      assert.match(text, /^(gone,gone,gone,ada|locked,gone,ada,refused)$/, order)
      await storage.revokeAll('ada')
      await clock.pass(20_000)
    }, 2)
    assert.ok(orders > 100, `${orders} orders`)
    assert.equal(seen.size, 2)
  })

  it('live on if the store fails between their ends', async () => {
    const gate = createGate(createMemoryStore({ now }))
    const types: string[] = []
    const [first, second] = await locked(gate.store, 2)
    const storage = open(gate.store, 1, types)
    // The session of the login is written, and the first one is emptied.
    gate.holdAnswer('write').release()
    const held = gate.holdAnswer('write')
    const saving = logIn(storage)
    await held.reached
    gate.fail('read', new Error('away'))
    held.release()
    await assert.rejects(saving, { code: 'ERR_SESSION_STORE' })
    assert.equal(await sightOf(storage, first!), 'locked')
    assert.equal(await sightOf(storage, second!), 'locked')
    assert.ok(!types.includes('revoked'))
  })

  it('are not brought back where somebody has ended one of them in earnest meanwhile', async () => {
    const gate = createGate(createMemoryStore({ now }))
    const [first, second] = await locked(gate.store, 2)
    const storage = open(gate.store, 1)
    for (let n = 0; n < 2; n++) gate.hold('write').release()
    const held = gate.hold('write')
    const saving = logIn(storage).catch(({ code }) => code as string)
    await held.reached
    const unlocked = await unlock(open(gate.store), second!)
    await open(gate.store).revoke(first!)
    held.release()
    assert.equal(await saving, 'ERR_SESSION_LIMIT')
    assert.equal(await sightOf(storage, first!), 'gone')
    assert.equal(await sightOf(storage, unlocked), 'ada')
  })
})

describe('a login under an id in its grace, where sessions are limited', () => {
  /** A session of ada with a new id, and with the one before it. */
  async function rotated(storage: ServerSessionStorage) {
    const old = await logIn(storage)
    const session = await storage.read(old)
    session.regenerateId()
    return { old, present: await storage.save(session) }
  }

  async function logInWith(storage: ServerSessionStorage, cookie: string | null) {
    const session = await storage.read(cookie)
    session.login('ada')
    return storage.save(session)
  }

  it('ends nothing if it is refused, because the limit was lowered meanwhile', async () => {
    const store = createMemoryStore({ now })
    const before = open(store)
    const others = [await logIn(before), await logIn(before)]
    const { old, present } = await rotated(before)
    const storage = open(store, 2)
    await assert.rejects(logInWith(storage, old), { code: 'ERR_SESSION_LIMIT' })
    for (const cookie of [old, present, ...others]) {
      assert.equal(await sightOf(storage, cookie), 'ada')
    }
  })

  for (const when of ['before the request', 'while its handler runs']) {
    it(`leaves that id as it was if it is refused and the handler goes on; replaced ${when}`, async () => {
      const store = createMemoryStore({ now })
      const before = open(store)
      await logIn(before)
      const old = (await logIn(before))!
      const replaceId = async () => {
        const session = await before.read(old)
        session.regenerateId()
        return before.save(session)
      }
      const storage = open(store, 1)
      const early = when === 'before the request' ? await replaceId() : undefined
      const session = await storage.read(old)
      const present = early ?? (await replaceId())
      session.login('ada')
      await assert.rejects(storage.save(session), { code: 'ERR_SESSION_LIMIT' })
      session.set('refused', true)
      assert.equal(await storage.save(session), null)
      assert.equal((await storage.read(old)).get('refused'), true)
      assert.equal(await sightOf(storage, present), 'ada')
    })
  }

  it('takes the place of its own session, which does not count', async () => {
    const store = createMemoryStore({ now })
    const storage = open(store, 2)
    const other = await logIn(storage)
    const { old, present } = await rotated(storage)
    const cookie = await logInWith(storage, old)
    assert.equal(await sightOf(storage, cookie), 'ada')
    assert.equal(await sightOf(storage, other), 'ada')
    assert.equal(await sightOf(storage, present), 'gone')
  })

  it('is refused to none of two at the same time, and one stands, in each order', async () => {
    const store = createMemoryStore({ now })
    const orders = await inEachOrder(async (together) => {
      const { old, present } = await rotated(open(store, 1))
      const cookies: (string | null)[] = []
      const login = async (held: IndexedStore) => {
        cookies.push(await logInWith(open(held, 1), old))
      }
      const order = await together(store, login, login)
      const storage = open(store)
      const sights = await Promise.all(cookies.map((cookie) => sightOf(storage, cookie)))
      assert.deepEqual(sights.toSorted(), ['ada', 'gone'], order)
      assert.equal(await sightOf(storage, present), 'gone', order)
      await storage.revokeAll('ada')
    }, 2)
    assert.ok(orders > 100, `${orders} orders`)
  })
})

describe('a session of another library that says whose it is, where sessions are limited', () => {
  const imported = { values: { cart: ['coat'] }, userId: 'ada' }

  it('counts as a login does, and is refused as one', async () => {
    const storage = open(createMemoryStore({ now }), 2)
    const late = await storage.read('theirs', { imported })
    const first = await storage.save(await storage.read('theirs', { imported }))
    assert.equal(await sightOf(storage, first), 'ada')
    await logIn(storage)
    await assert.rejects(logIn(storage), { code: 'ERR_SESSION_LIMIT' })
    await assert.rejects(storage.save(late), { code: 'ERR_SESSION_LIMIT' })
    assert.equal((await storage.sessionsOf('ada')).length, 2)
  })

  it('is nobody’s where it would be one too many, and stores nothing, until another one has ended', async () => {
    const events: string[] = []
    const storage = open(createMemoryStore({ now }), 1, events)
    const elsewhere = await logIn(storage)
    events.length = 0
    const session = await storage.read('theirs', { imported })
    assert.deepEqual([session.userId, session.get('cart')], [undefined, undefined])
    assert.ok(events.includes('interrupted'))
    // A browser that got this cookie in the place of the old one, or of that of its own import, would have lost the login.
    session.set('visits', 1)
    assert.equal(await storage.save(session), null)
    const leaving = await storage.read('theirs', { imported })
    leaving.destroy()
    assert.equal(await storage.save(leaving), '')

    const trying = await storage.read('theirs', { imported })
    trying.login('ada')
    await assert.rejects(storage.save(trying), { code: 'ERR_SESSION_LIMIT' })
    const ben = await storage.read('theirs', { imported })
    ben.login('ben')
    assert.equal(await sightOf(storage, await storage.save(ben)), 'ben')
    assert.equal(await sightOf(storage, elsewhere), 'ada')

    const ended = await storage.read(elsewhere)
    ended.destroy()
    await storage.save(ended)
    const again = await storage.save(await storage.read('theirs', { imported }))
    assert.equal(await sightOf(storage, again), 'ada')
  })

  it('takes the place of a locked one, or of the oldest where that ends, and nobody’s needs none', async () => {
    const store = createMemoryStore({ now })
    const [waiting] = await locked(store, 1)
    const storage = open(store, 1)
    const taken = await storage.save(await storage.read('theirs', { imported }))
    assert.equal(await sightOf(storage, taken), 'ada')
    assert.equal(await sightOf(storage, waiting!), 'gone')
    const guest = await storage.read('theirs', { imported: { values: { cart: ['coat'] } } })
    assert.deepEqual(guest.get('cart'), ['coat'])
    const sessionLimit = createSessionLimit({ max: 1, whenReached: 'end-oldest' })
    const other = createSessionStorage(store, { now, sessionLimit })
    const oldest = await other.save(await other.read('theirs', { imported }))
    assert.equal(await sightOf(other, oldest), 'ada')
    assert.equal(await sightOf(other, taken), 'gone')
  })
})
