import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionStore } from 'coatcheck'
import { MemorySessionStorage, toClassesStorage } from 'coatcheck/compat/classes'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { begin, classStorages } from './class-storages.ts'

for (const { kind, create } of classStorages.filter((storage) => storage.onServer)) {
  describe(`Requests at the same time in classes (${kind} storage)`, () => {
    it('keep what they set under different keys', async () => {
      const storage = create()
      const value = await begin(storage, { zero: 0 })
      const names = Array.from({ length: 12 }, (_, i) => `key${i}`)
      const sessions = await Promise.all(names.map(() => storage.read(value)))
      const values = await Promise.all(
        sessions.map((session, i) => {
          session.set(names[i]!, i)
          const [data, flash] = session.data
          return storage.update(session.id, i % 2 ? session.data : [data, flash])
        }),
      )
      assert.deepEqual(new Set(values), new Set([value]))
      const expected = Object.fromEntries(names.map((name, i) => [name, i]))
      assert.deepEqual((await storage.read(value)).data[0], { zero: 0, ...expected })
    })

    it('keep what others set, though they copy and change the data that they read', async () => {
      const storage = create()
      const value = await begin(storage, { cart: ['apple'], name: 'Ada' })
      const slow = await storage.read(value)
      const quick = await storage.read(value)
      const { data } = slow
      const copy: typeof data = [{ ...structuredClone(data[0]), visits: 1 }, data[1]]
      quick.get('cart').push('pear')
      quick.set('more', true)
      await storage.update(quick.id, quick.data)
      await storage.update(slow.id, copy)
      assert.deepEqual((await storage.read(value)).data[0], {
        cart: ['apple', 'pear'],
        name: 'Ada',
        more: true,
        visits: 1,
      })
    })

    it('keep what others set, though the same data is handed in again', async () => {
      const storage = create()
      const value = await begin(storage, { name: 'Ada' })
      const session = await storage.read(value)
      session.set('visits', 1)
      const { data } = session
      const other = await storage.read(value)
      other.set('more', true)
      await storage.update(other.id, other.data)
      await storage.update(session.id, data)
      await storage.update(session.id, data)
      assert.deepEqual((await storage.read(value)).data[0], { name: 'Ada', more: true, visits: 1 })
    })

    it('count exactly with session.update', async () => {
      const storage = create()
      const value = await begin(storage, { count: 0 })
      const sessions = await Promise.all(Array.from({ length: 10 }, () => storage.read(value)))
      await Promise.all(
        sessions.map((session) => {
          session.update('count', (count) => Number(count) + 1)
          return storage.update(session.id, session.data)
        }),
      )
      assert.equal((await storage.read(value)).get('count'), 10)
    })

    it('keep a message that one of them leaves, though another removes the value of its name', async () => {
      const storage = create()
      const value = await begin(storage, { note: 'value' })
      const removing = await storage.read(value)
      const leaving = await storage.read(value)
      leaving.flash('note', 'message')
      await storage.update(leaving.id, leaving.data)
      removing.unset('note')
      await storage.update(removing.id, removing.data)
      assert.equal((await storage.read(value)).get('note'), 'message')
    })
  })

  describe(`A session of another storage in classes (${kind} storage)`, () => {
    it('is not stored: this storage never issued its id', async () => {
      const storage = create()
      const other = new MemorySessionStorage()
      const session = await other.read(await begin(other, { user: 'ada' }))
      session.set('visits', 1)
      assert.equal(await storage.update(session.id, session.data), '')
      assert.equal(await storage.update(session.id, [{ user: 'ada' }, {}]), '')
      assert.equal((await storage.read(session.id)).get('user'), undefined)
    })
  })
}

describe('An id that is replaced while data is stored under it, in classes', () => {
  it('is returned as it was, and changes nothing', async () => {
    const store = createMemoryStore()
    let beforeWrite = async (): Promise<void> => {}
    const slow: SessionStore = {
      ...store,
      async write(...args) {
        const first = beforeWrite
        beforeWrite = async () => {}
        await first()
        return store.write(...args)
      },
    }
    const storage = toClassesStorage(createSessionStorage(slow))
    const before = await begin(storage, { user: 'ada' })
    let after = ''
    beforeWrite = async () => {
      const login = await storage.read(before)
      login.regenerateId()
      after = await storage.update(login.id, login.data)
    }
    assert.equal(await storage.update(before, [{ user: 'eve' }, {}]), before)
    assert.equal((await storage.read(after)).get('user'), 'ada')
    assert.equal((await storage.read(before)).get('user'), undefined)
  })
})
