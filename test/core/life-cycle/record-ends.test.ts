/* Whoever ends a session, and whoever puts another one in its place, in each order in which their calls can come to the store. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createSessionStorage,
  type IndexedStore,
  type ServerSessionStorage,
  type Session,
  type SessionEvent,
} from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate, fakeClock } from 'coatcheck/testing'
import { inEachOrder } from './interleavings.ts'

const clock = fakeClock()
const now = () => clock.now()

function open(store: IndexedStore, events: SessionEvent[] = []): ServerSessionStorage {
  return createSessionStorage(store, { now, onEvent: (event) => events.push(event) })
}

async function visit(
  storage: ServerSessionStorage,
  cookie: string | null,
  use: (session: Session) => void,
): Promise<{ cookie: string | null; session: Session }> {
  const session = await storage.read(cookie)
  use(session)
  return { session, cookie: await storage.save(session) }
}

async function living(storage: ServerSessionStorage, cookies: (string | null)[]): Promise<number> {
  let count = 0
  for (const cookie of cookies) if (!(await storage.read(cookie)).isNew) count++
  return count
}

/** A session of ada that has had three ids, of which the second is in its grace. */
async function begun(storage: ServerSessionStorage) {
  const first = await visit(storage, null, (s) => s.set('a', 1))
  const { cookie: old, session } = await visit(storage, first.cookie, (s) => s.login('ada'))
  const { cookie: present } = await visit(storage, old, (s) => s.regenerateId())
  return { retired: first.cookie, old, present, handle: session.handle }
}

type Begun = Awaited<ReturnType<typeof begun>>

async function logOut(storage: ServerSessionStorage, cookie: string | null): Promise<void> {
  await visit(storage, cookie, (s) => s.destroy())
}

/** Who comes when it is over can prove nothing. */
function proves(session: Session): void {
  if (!session.isNew) session.reauthenticate()
}

/** What ends the session. */
const ends: Record<string, (storage: ServerSessionStorage, of: Begun) => Promise<void>> = {
  'a logout': (storage, { present }) => logOut(storage, present),
  'a logout with the id before': (storage, { old }) => logOut(storage, old),
  'a logout with an ended id': (storage, { retired }) => logOut(storage, retired),
  'a revocation': (storage, { handle }) => storage.revoke(handle),
  'a revocation of the user': (storage, { handle }) => storage.revoke(handle, { userId: 'ada' }),
}

/** What puts another session in its place meanwhile, or gives it a new id. */
const rivals: Record<string, (storage: ServerSessionStorage, of: Begun) => Promise<Session[]>> = {
  'a proof': async (storage, { present }) => [(await visit(storage, present, proves)).session],
  'a proof with the id before': async (storage, { old }) => [
    (await visit(storage, old, proves)).session,
  ],
  'two proofs, one after the other': async (storage, { old, present }) => {
    const [one, other] = [await storage.read(old), await storage.read(present)]
    for (const session of [one, other]) proves(session)
    await storage.save(one)
    await storage.save(other)
    return [one, other]
  },
  'a login with the id before': async (storage, { old }) => [
    (await visit(storage, old, (s) => s.login('ada'))).session,
  ],
}

describe('a session ends, and what takes its place meanwhile, in each order', () => {
  for (const [title, end] of Object.entries(ends)) {
    for (const [what, act] of Object.entries(rivals)) {
      it(`P2 with ${title} beside ${what}`, async () => {
        const store = createMemoryStore({ now })
        let outcomes = ''
        const orders = await inEachOrder(
          async (together) => {
            const storage = open(store)
            const of = await begun(storage)
            const events: SessionEvent[] = []
            let made: Session[] = []
            const order = await together(
              store,
              (held) => end(open(held), of),
              async (held) => (made = await act(open(held, events), of)),
            )
            const cookies = [of.retired, of.old, of.present, ...made.map(({ id }) => id)]
            const alive = await living(storage, cookies)
            const listed = await storage.sessionsOf('ada')
            assert.equal(listed.length, alive, order)
            const isReplaced = events.some(
              (event) => event.type === 'destroyed' && event.handle === of.handle,
            )
            // A login would be one a moment later. What has taken the session's place ends with it.
            if (isReplaced || !what.includes('login')) assert.equal(alive, 0, order)
            outcomes += alive
            await storage.revokeAll('ada')
            // Else the next login would be one of before.
            await clock.pass(10_000)
          },
          what.includes('two') ? 2 : 3,
        )
        assert.ok(orders > 10, `${orders} orders`)
        assert.equal(outcomes.includes('1'), what.includes('login'))
      })
    }
  }
})

describe('sessions that took each other’s place', () => {
  /** Each login with the first id begins another session. */
  async function chain(storage: ServerSessionStorage) {
    const first = await visit(storage, null, (s) => s.set('a', 1))
    const handles: string[] = []
    let last: string | null = null
    for (let n = 0; n < 4; n++) {
      const { session, cookie } = await visit(storage, first.cookie, (s) => s.login('ada'))
      handles.push(session.handle)
      last = cookie
    }
    return { first: first.cookie, handles, last }
  }

  it('end with a revocation of any of them, which is told of it and of the one that lived', async () => {
    for (const options of [{}, { userId: 'ada' }]) {
      for (let nth = 0; nth < 4; nth++) {
        const store = createMemoryStore({ now })
        const events: SessionEvent[] = []
        const storage = open(store, events)
        const { handles, last } = await chain(storage)
        await storage.revoke(handles[nth]!, options)
        assert.equal((await storage.read(last)).isNew, true)
        const told = events.flatMap((event) => (event.type === 'revoked' ? event.handle : []))
        assert.deepEqual(told, [...new Set([handles[3], handles[nth]])])
        for (const handle of handles.slice(nth)) {
          assert.equal(await store.read(handle), undefined)
        }
      }
    }
  })

  it('are left alone, and what leads to the last one, for a user whose they are not', async () => {
    const storage = open(createMemoryStore({ now }))
    const { first, handles, last } = await chain(storage)
    for (const handle of handles) await storage.revoke(handle, { userId: 'grace' })
    assert.equal((await storage.read(last)).userId, 'ada')
    // The id of the first one leads there still.
    await logOut(storage, first)
    assert.equal((await storage.read(last)).isNew, true)
  })

  it('are left to another user who has taken the last one over, by a revocation of the user', async () => {
    const storage = open(createMemoryStore({ now }))
    const { handles, last } = await chain(storage)
    const { cookie } = await visit(storage, last, (s) => s.login('grace'))
    await storage.revoke(handles[0]!, { userId: 'ada' })
    assert.equal((await storage.read(cookie)).userId, 'grace')
    await storage.revoke(handles[0]!)
    assert.equal((await storage.read(cookie)).isNew, true)
  })

  it('P8 are not said to have ended while the store cannot read what leads to the user’s last one', async () => {
    const gate = createGate(createMemoryStore({ now }))
    const storage = open(gate.store)
    const { handles, last } = await chain(storage)
    gate.fail('read', new Error('away'))
    const ending = storage.revoke(handles[0]!, { userId: 'ada' })
    await assert.rejects(ending, { code: 'ERR_SESSION_STORE' })
    await storage.revoke(handles[0]!, { userId: 'ada' })
    assert.equal((await storage.read(last)).isNew, true)
  })
})

describe('a logout', () => {
  it('asks the store twice, and reads again only if somebody was faster', async () => {
    const gate = createGate(createMemoryStore({ now }))
    const storage = open(gate.store)
    for (const isOvertaken of [false, true]) {
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      const leaving = await storage.read(cookie)
      leaving.destroy()
      if (isOvertaken) await visit(storage, cookie, (s) => s.set('a', 1))
      const { read, write, delete: deleted } = gate.calls
      await storage.save(leaving)
      const { calls } = gate
      assert.deepEqual(
        [calls.read - read, calls.write - write, calls.delete - deleted],
        isOvertaken ? [1, 2, 1] : [0, 1, 1],
      )
    }
  })

  it('P2 follows to what has taken the place of its session also while the store is full', async () => {
    const gate = createGate(createMemoryStore({ now }))
    const storage = open(gate.store)
    const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
    const former = await visit(storage, cookie, (s) => s.login('ada'))
    const leaving = await storage.read(former.cookie)
    leaving.destroy()
    const next = await visit(storage, cookie, (s) => s.login('ada'))
    for (let n = 0; n < 2; n++) gate.fail('write', new Error('the disk is full'))
    await storage.save(leaving)
    assert.equal((await storage.read(next.cookie)).isNew, true)
  })
})

describe('what has been ended and is not deleted yet', () => {
  it('has not expired: nothing is told to who comes with its id, now or later', async () => {
    for (const end of Object.values(ends)) {
      const events: SessionEvent[] = []
      const gate = createGate(createMemoryStore({ now }))
      const storage = open(gate.store, events)
      const of = await begun(storage)
      gate.fail('delete', new Error('away'))
      await assert.rejects(end(storage, of), { code: 'ERR_SESSION_STORE' })
      assert.notEqual(await gate.store.read(of.handle), undefined)
      events.length = 0
      for (const cookie of [of.old, of.present]) {
        assert.equal((await storage.read(cookie)).isNew, true)
      }
      assert.deepEqual(events, [])
    }
  })
})
