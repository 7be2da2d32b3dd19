import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createSessionStorage as createCoreStorage } from 'coatcheck'
import {
  createSessionStorage,
  toReactRouterStorage,
  type Session,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { createGate } from 'coatcheck/testing'
import {
  clears,
  secrets,
  seen,
  sentBack,
  serverKinds,
  tableStrategy,
  valueOf,
  visit,
  type Table,
} from './kinds.ts'

/** Two requests that have both read the session before either commits. */
async function twoRequests(
  storage: SessionStorage,
  cookie: string | null,
): Promise<[Session, Session]> {
  return [await storage.getSession(cookie), await storage.getSession(cookie)]
}

/** A strategy that takes its time, so that requests overlap within each call. */
function slowStrategy(table: Table): Table['strategy'] {
  const { createData, readData, updateData, deleteData } = table.strategy
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
  return {
    createData: async (...given) => (await turn(), createData(...given)),
    readData: async (...given) => (await turn(), readData(...given)),
    updateData: async (...given) => (await turn(), updateData(...given)),
    deleteData: async (...given) => (await turn(), deleteData(...given)),
  }
}

for (const { name, create } of serverKinds) {
  describe(`requests at the same time (${name})`, () => {
    it('keep each other’s changes to different keys', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('old', 1)
        session.set('gone', 1)
      })
      const [a, b] = await twoRequests(storage, cookie)
      a.set('a', 1)
      a.unset('gone')
      b.set('b', 2)
      b.flash('note', 'hello')
      await Promise.all([storage.commitSession(a), storage.commitSession(b)])
      const expected = { old: 1, a: 1, b: 2, __flash_note__: 'hello' }
      assert.deepEqual(await seen(storage, cookie), expected)
    })

    it('lose nothing when there are many', async () => {
      const storage = create()
      const cookie = await visit(storage, null)
      const keys = Array.from({ length: 12 }, (_, index) => `key${index}`)
      const sessions = await Promise.all(keys.map(() => storage.getSession(cookie)))
      await Promise.all(
        sessions.map((session, index) => {
          session.set(keys[index]!, index)
          return storage.commitSession(session)
        }),
      )
      assert.deepEqual(Object.keys(await seen(storage, cookie)).sort(), keys.sort())
    })

    it('use a message up when one of them reads it', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.flash('note', 'hello'))
      const [a, b] = await twoRequests(storage, cookie)
      assert.equal(a.get('note'), 'hello')
      b.set('b', 2)
      await Promise.all([storage.commitSession(a), storage.commitSession(b)])
      assert.deepEqual(await seen(storage, cookie), { b: 2 })
      await storage.commitSession(b)
      assert.deepEqual(await seen(storage, cookie), { b: 2 })
    })

    it('keep a message that one left while the other read the one before it', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.flash('note', 'first'))
      const [a, b] = await twoRequests(storage, cookie)
      assert.equal(a.get('note'), 'first')
      b.flash('note', 'second')
      await storage.commitSession(b)
      await storage.commitSession(a)
      assert.deepEqual(await seen(storage, cookie), { __flash_note__: 'second' })
    })

    it('do not keep a value that one removed and the other changed after it', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('theme', 'dark'))
      const [a, b] = await twoRequests(storage, cookie)
      b.set('theme', 'light')
      await storage.commitSession(b)
      a.unset('theme')
      await storage.commitSession(a)
      assert.deepEqual(await seen(storage, cookie), {})
    })

    it('both keep objects that they changed in place', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('cart', ['hat'])
        session.set('seen', { pages: 1 })
      })
      const [a, b] = await twoRequests(storage, cookie)
      a.get('cart').push('coat')
      b.get('seen').pages++
      await Promise.all([storage.commitSession(a), storage.commitSession(b)])
      assert.deepEqual(await seen(storage, cookie), { cart: ['hat', 'coat'], seen: { pages: 2 } })
    })

    it('keep what the other set when one commits again', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('both', 'old')
        session.set('cart', ['hat'])
        session.set('gone', 1)
      })
      const [a, b] = await twoRequests(storage, cookie)
      b.set('b', 2)
      b.set('both', 'new')
      b.get('cart').push('coat')
      b.unset('gone')
      await storage.commitSession(b)
      a.set('a', 1)
      await storage.commitSession(a)
      a.flash('note', 'hello')
      await storage.commitSession(a)
      const expected = { both: 'new', cart: ['hat', 'coat'], b: 2, a: 1, __flash_note__: 'hello' }
      assert.deepEqual(await seen(storage, cookie), expected)
    })

    it('that change an object in place after a commit keep that too', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('cart', ['hat']))
      const [a, b] = await twoRequests(storage, cookie)
      b.set('b', 2)
      await storage.commitSession(b)
      a.set('a', 1)
      await storage.commitSession(a)
      a.get('cart').push('coat')
      await storage.commitSession(a)
      assert.deepEqual(await seen(storage, cookie), { cart: ['hat', 'coat'], b: 2, a: 1 })
    })

    it('commit one session object one after the other', async () => {
      const storage = create()
      for (const cookie of [null, await visit(storage, null)]) {
        const session = await storage.getSession(cookie)
        session.set('first', 1)
        const first = storage.commitSession(session)
        session.set('second', 2)
        const headers = await Promise.all([first, storage.commitSession(session)])
        const all = await Promise.all(headers.map((header) => seen(storage, sentBack(header))))
        assert.deepEqual(all.at(-1), { first: 1, second: 2 })
        assert.deepEqual(all[0], all[1])
      }
    })
  })

  describe(`a logout with requests under way (${name})`, () => {
    it('is final, whatever they commit, and leaves their cookies alone', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      const [a, b] = await twoRequests(storage, cookie)
      await storage.destroySession(await storage.getSession(cookie))
      a.set('late', true)
      for (const late of [a, b, a]) assert.equal(await storage.commitSession(late), '')
      assert.deepEqual(await seen(storage, cookie), {})
      assert.equal((await storage.getSession(cookie)).id, '')
    })

    it('is final when they commit at the very same time', async () => {
      for (let round = 0; round < 10; round++) {
        const storage = create()
        const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
        const sessions = await Promise.all([1, 2, 3, 4].map(() => storage.getSession(cookie)))
        await Promise.all(
          sessions.map((session, index) => {
            session.set('late', index)
            return index === round % 4
              ? storage.destroySession(session)
              : storage.commitSession(session)
          }),
        )
        assert.deepEqual(await seen(storage, cookie), {})
      }
    })

    it('waits for a commit of the same object', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      for (const sent of [cookie, null]) {
        const session = await storage.getSession(sent)
        session.set('late', true)
        const [committed, cleared] = await Promise.all([
          storage.commitSession(session),
          storage.destroySession(session),
        ])
        assert.ok(clears(cleared))
        assert.deepEqual(await seen(storage, sentBack(committed)), {})
      }
    })
  })
}

describe('requests that overlap inside the storage', () => {
  it('keep what an object becomes while a commit waits, in the next commit', async () => {
    const gate = createGate(createMemoryStore())
    const { strategy } = tableStrategy()
    const release: (() => void)[] = []
    const updateData: Table['strategy']['updateData'] = async (...given) => {
      await strategy.updateData(...given)
      await new Promise<void>((resolve) => release.push(resolve))
    }
    const ours: SessionStorage = toReactRouterStorage({ secrets }, createCoreStorage(gate.store))
    const theirs = createSessionStorage({ cookie: { secrets }, ...strategy, updateData })
    for (const storage of [ours, theirs]) {
      const cookie = await visit(storage, null, (session) => session.set('cart', ['hat']))
      const session = await storage.getSession(cookie)
      const commit = async (item: string) => {
        const held = gate.hold('write')
        const committing = storage.commitSession(session)
        if (storage === ours) await held.reached
        else while (release.length === 0) await Promise.resolve()
        session.get('cart').push(item)
        held.release()
        release.pop()?.()
        await committing
      }
      await commit('coat')
      await commit('scarf')
      assert.deepEqual(await seen(storage, cookie), { cart: ['hat', 'coat'] })
    }
  })

  it('keep each other’s changes when one writes while the other is about to', async () => {
    const gate = createGate(createMemoryStore())
    const storage: SessionStorage = toReactRouterStorage({ secrets }, createCoreStorage(gate.store))
    const cookie = await visit(storage, null)
    const [a, b] = await twoRequests(storage, cookie)
    a.set('a', 1)
    b.set('b', 2)
    const held = gate.hold('write')
    const slow = storage.commitSession(a)
    await held.reached
    await storage.commitSession(b)
    held.release()
    await slow
    assert.deepEqual(await seen(storage, cookie), { a: 1, b: 2 })
  })

  it('cannot bring a session back when it ends while they are about to write', async () => {
    const gate = createGate(createMemoryStore())
    const storage: SessionStorage = toReactRouterStorage({ secrets }, createCoreStorage(gate.store))
    const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
    const [a, b] = await twoRequests(storage, cookie)
    a.set('late', true)
    const held = gate.hold('write')
    const slow = storage.commitSession(a)
    await held.reached
    await storage.destroySession(b)
    held.release()
    assert.equal(await slow, '')
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('do neither to a strategy that takes its time, within a process', async () => {
    const table = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...slowStrategy(table) })
    const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
    const sessions = await Promise.all([0, 1, 2, 3].map(() => storage.getSession(cookie)))
    await Promise.all(
      sessions.map((session, index) => {
        session.set(`key${index}`, index)
        return storage.commitSession(session)
      }),
    )
    assert.equal(Object.keys(await seen(storage, cookie)).length, 5)
    const last = await storage.getSession(cookie)
    const headers = await Promise.all([
      ...sessions.slice(0, 2).map((session) => storage.commitSession(session)),
      storage.destroySession(last),
      ...sessions.slice(2).map((session) => storage.commitSession(session)),
    ])
    assert.equal(table.rows.size, 0)
    assert.deepEqual(
      headers.map((header) => valueOf(header) === ''),
      [false, false, true, true, true],
    )
  })
})
