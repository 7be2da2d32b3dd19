import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionId, type SessionEvent } from 'coatcheck'
import { MemorySessionStorage, Session } from 'coatcheck/compat/classes'
import { fakeClock } from 'coatcheck/testing'
import { begin, classStorages } from './class-storages.ts'

const onServer = classStorages.filter((storage) => storage.onServer)

for (const { kind, create } of classStorages) {
  describe(`Ids in classes (${kind} storage)`, () => {
    it('that nobody issued are not adopted by read', async () => {
      const storage = create()
      for (const planted of [createSessionId(), 'planted', '', 'a.b', 'x'.repeat(5000)]) {
        const session = await storage.read(planted)
        assert.notEqual(session.id, planted)
        session.set('user', 'ada')
        const value = await storage.update(session.id, session.data)
        assert.notEqual(value, planted)
        assert.equal((await storage.read(planted)).get('user'), undefined)
      }
    })

    it('that nobody issued are not adopted by new Session', async () => {
      const storage = create()
      const planted = createSessionId()
      const session = new Session(planted)
      session.set('user', 'ada')
      assert.notEqual(session.id, planted)
      assert.notEqual(session.handle, planted.split('.')[0])
      const value = await storage.update(session.id, session.data)
      assert.equal((await storage.read(value)).get('user'), 'ada')
      assert.equal((await storage.read(planted)).get('user'), undefined)
      assert.throws(() => new Session('planted'), { code: 'ERR_SESSION_CONFIG' })
    })

    it('that nobody issued are not adopted by update', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { user: 'ada' }))
      for (const planted of [createSessionId(), 'planted', '']) {
        assert.equal(await storage.update(planted, [{ user: 'ada' }, {}]), '')
        assert.equal(await storage.update(planted, session.data), '')
        assert.equal((await storage.read(planted)).get('user'), undefined)
      }
    })

    it('do not live again as those of new sessions', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { user: 'ada' }))
      const { id } = session
      await storage.delete(id)
      const again = new Session(session.id, session.data)
      assert.notEqual(again.id, id)
      assert.notEqual(new Session(id).id, id)
    })

    it('of a login are new, and the data comes along', async () => {
      const storage = create()
      const before = await begin(storage, { cart: ['apple'] })
      const session = await storage.read(before)
      const { id } = session
      session.regenerateId()
      assert.notEqual(session.id, id)
      session.set('user', 'ada')
      const after = await storage.update(session.id, session.data)
      assert.notEqual(after, before)
      assert.deepEqual((await storage.read(after)).data[0], { cart: ['apple'], user: 'ada' })
      assert.equal((await storage.read(before)).get('user'), undefined)
    })
  })

  describe(`A session that has ended in classes (${kind} storage)`, () => {
    it('is not written back by its own object', async () => {
      const storage = create()
      for (const end of ['destroy', 'delete', 'both'] as const) {
        const value = await begin(storage, { user: 'ada' })
        const session = await storage.read(value)
        const { id, data } = session
        if (end !== 'delete') session.destroy()
        if (end !== 'destroy') assert.equal(await storage.delete(id), '')
        assert.equal(await storage.update(id, session.data), '')
        assert.equal(await storage.update(id, data), '')
        assert.equal(await storage.update(id, [{ user: 'ada' }, {}]), '')
        assert.equal(await storage.update(session.id, [{ user: 'eve' }, {}]), '')
        if (kind !== 'cookie') assert.equal((await storage.read(value)).isNew, true)
      }
    })

    it('is not written back though it was destroyed before it was ever stored', async () => {
      const storage = create()
      const session = new Session()
      session.set('user', 'ada')
      const { data } = session
      session.destroy()
      assert.equal(await storage.update(session.id, data), '')
      assert.equal(await storage.update(session.id, [{ user: 'ada' }, {}]), '')
      assert.equal((await storage.read(session.id)).get('user'), undefined)
    })

    it('may be deleted twice, and so may ids that are none', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { user: 'ada' }))
      for (const id of [session.id, session.id, createSessionId(), 'planted', '']) {
        assert.equal(await storage.delete(id), '')
      }
    })
  })
}

for (const { kind, create } of onServer) {
  describe(`Login and logout in classes (${kind} storage)`, () => {
    it('end the old id at once, whoever planted it', async () => {
      const storage = create()
      const planted = await begin(storage, { planted: true })
      const victim = await storage.read(planted)
      victim.regenerateId()
      victim.set('user', 'ada')
      await storage.update(victim.id, victim.data)
      const attacker = await storage.read(planted)
      assert.deepEqual(attacker.data, [{}, {}])
      assert.notEqual(attacker.id, victim.id)
    })

    it('leave the old id readable for a while if they are asked to', async () => {
      const clock = fakeClock()
      const storage = create({ now: clock.now })
      const before = await begin(storage, { cart: 1 })
      const session = await storage.read(before)
      session.regenerateId(false)
      session.set('user', 'ada')
      const after = await storage.update(session.id, session.data)
      assert.deepEqual((await storage.read(before)).data[0], { cart: 1 })
      await clock.pass(30_000)
      assert.equal((await storage.read(before)).isNew, true)
      assert.equal((await storage.read(after)).get('user'), 'ada')
    })

    it('keep out a request that was under way: it changes nothing and keeps its cookie', async () => {
      const storage = create()
      const before = await begin(storage, { cart: 1 })
      const slow = await storage.read(before)
      const login = await storage.read(before)
      login.regenerateId()
      login.set('user', 'ada')
      const after = await storage.update(login.id, login.data)

      slow.set('cart', 2)
      assert.equal(await storage.update(slow.id, slow.data), before)
      assert.deepEqual((await storage.read(after)).data[0], { cart: 1, user: 'ada' })

      const late = await storage.read(before)
      late.set('cart', 3)
      assert.equal(await storage.update(late.id, late.data), before)
      assert.deepEqual((await storage.read(after)).data[0], { cart: 1, user: 'ada' })
      assert.equal((await storage.read(before)).get('cart'), undefined)
    })

    it('are not undone by requests under way, however they write', async () => {
      const storage = create()
      const value = await begin(storage, { user: 'ada' })
      const changing = await storage.read(value)
      const copying = await storage.read(value)
      const rotating = await storage.read(value)
      const reading = await storage.read(value)
      const logout = await storage.read(value)
      const { id } = logout
      logout.destroy()
      assert.equal(await storage.delete(logout.id), '')

      changing.set('visits', 1)
      changing.flash('message', 'Hi')
      assert.equal(await storage.update(changing.id, changing.data), '')
      assert.equal(await storage.update(id, [{ ...copying.data[0], visits: 1 }, {}]), '')
      rotating.regenerateId()
      assert.equal(await storage.update(rotating.id, rotating.data), '')
      await storage.update(reading.id, reading.data)
      for (const dead of [value, id, rotating.id]) {
        assert.equal((await storage.read(dead)).get('user'), undefined)
      }
    })

    it('work with an id that is not stored yet, and with one that is not the session’s any more', async () => {
      const storage = create()
      const value = await begin(storage, { user: 'ada' })
      const session = await storage.read(value)
      session.regenerateId()
      await storage.delete(session.id)
      assert.equal((await storage.read(value)).get('user'), undefined)
      assert.equal(await storage.update(session.id, session.data), '')

      const before = await begin(storage, { user: 'ada' })
      const slowLogout = await storage.read(before)
      const login = await storage.read(before)
      login.regenerateId()
      const after = await storage.update(login.id, login.data)
      slowLogout.destroy()
      await storage.delete(slowLogout.id)
      assert.equal((await storage.read(after)).get('user'), undefined)
    })

    it('are reported', async () => {
      const events: SessionEvent['type'][] = []
      const storage = create({ onEvent: ({ type }) => events.push(type) })
      const session = await storage.read(await begin(storage, { user: 'ada' }))
      session.regenerateId()
      await storage.update(session.id, session.data)
      session.destroy()
      await storage.delete(session.id)
      assert.deepEqual(events, ['created', 'saved', 'loaded', 'rotated', 'saved', 'revoked'])
    })
  })
}

describe('An id that was given up', () => {
  it('can be deleted, before the update and after it, and the new one lives', async () => {
    for (const isDeletedFirst of [true, false]) {
      const storage = new MemorySessionStorage()
      const value = await begin(storage, { cart: 1 })
      const session = await storage.read(value)
      const old = session.id
      session.regenerateId()
      if (isDeletedFirst) await storage.delete(old)
      const next = await storage.update(session.id, session.data)
      if (!isDeletedFirst) await storage.delete(old)
      assert.equal((await storage.read(next)).get('cart'), 1)
      assert.equal((await storage.read(value)).get('cart'), undefined)
    }
  })
})
