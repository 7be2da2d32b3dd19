import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { Session, type SessionData } from 'coatcheck/compat/classes'
import { fakeClock } from 'coatcheck/testing'
import { begin, classStorages, cookie } from './class-storages.ts'

describe('The Session class', () => {
  it('makes ids of its own, each another one', () => {
    const ids = new Set(Array.from({ length: 100 }, () => Session.createId()))
    assert.equal(ids.size, 100)
    for (const id of ids) assert.match(id, /^[\w-]{22}\.[\w-]{43}$/)
  })

  it('takes such an id, with values and with the messages of the request before', () => {
    const id = Session.createId()
    const session = new Session(id, [{ user: 'ada' }, { message: 'Hi' }])
    assert.equal(session.id, id)
    assert.equal(session.get('user'), 'ada')
    assert.equal(session.get('message'), 'Hi')
    assert.deepEqual(session.data, [{ user: 'ada' }, {}])
  })

  it('reads as empty once it is destroyed, refuses changes, and may be destroyed again', () => {
    const session = new Session()
    session.set('user', 'ada')
    session.destroy()
    session.destroy()
    assert.equal(session.destroyed, true)
    assert.equal(session.get('user'), undefined)
    assert.equal(session.has('user'), false)
    assert.deepEqual(session.data, [{}, {}])
    const refusal = { code: 'ERR_SESSION_DESTROYED', message: /^Session has been destroyed/ }
    assert.throws(() => session.set('user', 'ada'), refusal)
    assert.throws(() => session.unset('user'), refusal)
    assert.throws(() => session.flash('message', 'Hi'), refusal)
    assert.throws(() => session.regenerateId(), refusal)
  })

  it('removes a value that is set to null or undefined', () => {
    const session = new Session()
    for (const nothing of [null, undefined]) {
      session.set('user', 'ada')
      session.set('user', nothing)
      assert.equal(session.has('user'), false)
    }
  })
})

for (const { kind, onServer, create } of classStorages) {
  describe(`update(id, data) in classes (${kind} storage)`, () => {
    it('stores a session that is new, also when it is empty', async () => {
      const storage = create()
      const session = new Session()
      const value = await storage.update(session.id, session.data)
      const again = await storage.read(value)
      assert.equal(again.id, session.id)
      assert.equal(again.isNew, false)
      if (onServer) assert.equal(value, session.id)
    })

    it('writes nothing without a change, and returns the value that the visitor has', async () => {
      const events: SessionEvent[] = []
      const storage = create({ onEvent: (event) => events.push(event) })
      const value = await begin(storage, { user: 'ada' })
      const saved = () => events.filter(({ type }) => type === 'saved').length
      assert.equal(saved(), 1)
      const session = await storage.read(value)
      assert.equal(await storage.update(session.id, session.data), value)
      assert.equal(saved(), 1)
    })

    it('notes a use once a tenth of the idle timeout has gone', async () => {
      const clock = fakeClock()
      const storage = create({ now: clock.now, idleTimeout: 1000 })
      let value = await begin(storage, { user: 'ada' })
      for (let i = 0; i < 4; i++) {
        await clock.pass(600_000)
        const session = await storage.read(value)
        assert.equal(session.get('user'), 'ada')
        value = await storage.update(session.id, session.data)
      }
      await clock.pass(1_000_000)
      assert.equal((await storage.read(value)).get('user'), undefined)
    })

    it('gives the same object its value each time, also at the same time', async () => {
      const storage = create()
      const session = new Session()
      session.set('user', 'ada')
      const values = await Promise.all(
        [1, 2, 3].map(() => storage.update(session.id, session.data)),
      )
      session.set('more', 1)
      values.push(await storage.update(session.id, session.data))
      for (const value of values) assert.equal((await storage.read(value)).get('user'), 'ada')
      assert.equal((await storage.read(values.at(-1)!)).get('more'), 1)
    })

    it('finds objects that were changed in place', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { cart: ['apple'] }))
      session.get('cart').push('pear')
      const next = await storage.read(await storage.update(session.id, session.data))
      assert.deepEqual(next.get('cart'), ['apple', 'pear'])
    })

    it('stores data that the application changed', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { a: 1, b: 2, c: { deep: [1] } }))
      const { data } = session
      data[0]['a'] = 'one'
      delete data[0]['b']
      data[0]['d'] = 4
      data[1]['message'] = 'Hi'
      const next = await storage.read(await storage.update(session.id, data))
      assert.deepEqual(next.data[0], { a: 'one', c: { deep: [1] }, d: 4 })
      assert.equal(next.get('message'), 'Hi')
    })

    it('takes a message back that is not in the data any more', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { a: 1 }))
      session.flash('message', 'Hi')
      session.flash('other', 'Ho')
      const next = await storage.read(await storage.update(session.id, [{ a: 1 }, { other: 'Ho' }]))
      assert.deepEqual([next.get('message'), next.get('other')], [undefined, 'Ho'])
    })

    it('begins a session with data of one’s own', async () => {
      const storage = create()
      const id = Session.createId()
      const value = await storage.update(id, [
        { user: 'ada', nothing: null, nowhere: undefined },
        { message: 'Hi', silence: null, nowhere: undefined },
      ])
      const session = await storage.read(value)
      assert.equal(session.id, id)
      assert.equal(session.get('message'), 'Hi')
      assert.equal(session.has('silence'), false)
      assert.deepEqual(session.data, [{ user: 'ada' }, {}])
    })

    it('returns the value of the session for data that says what is stored', async () => {
      const storage = create()
      const { id } = await storage.read(await begin(storage, { user: 'ada' }))
      const value = await storage.update(id, [{ user: 'ada' }, {}])
      assert.equal((await storage.read(value)).get('user'), 'ada')
    })

    it('goes on with an id, though nobody asks the session for it again', async () => {
      const storage = create()
      const id = Session.createId()
      await storage.update(id, [{ user: 'ada' }, {}])
      const value = await storage.update(id, [{ user: 'eve' }, {}])
      const session = await storage.read(value)
      assert.equal(session.get('user'), 'eve')
      assert.equal(session.id, id)
    })

    it('stores both when two different pieces of data come at once', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { user: 'ada' }))
      const [one, two] = [session.data, session.data]
      one[0]['one'] = 1
      two[0]['two'] = 2
      const values = await Promise.all([one, two].map((data) => storage.update(session.id, data)))
      const next = await storage.read(values.at(-1)!)
      assert.deepEqual(next.data[0], { user: 'ada', one: 1, two: 2 })
    })

    it('replaces what a session holds by data of one’s own', async () => {
      const storage = create()
      const session = await storage.read(await begin(storage, { a: 1, b: { c: [2] }, d: 3, e: 4 }))
      const { createdAt } = session
      const copy = structuredClone(session.data[0])
      const value = await storage.update(session.id, [
        { ...copy, a: 'one', d: null, e: undefined },
        { message: 'Hi' },
      ])
      const next = await storage.read(value)
      assert.deepEqual(next.data[0], { a: 'one', b: { c: [2] } })
      assert.equal(next.get('message'), 'Hi')
      assert.equal(next.id, session.id)
      assert.equal(next.createdAt, createdAt)
    })

    it('keeps keys of any name apart from what objects inherit', async () => {
      const storage = create()
      const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
      const session = new Session()
      for (const name of names) session.set(name, name)
      let next = await storage.read(await storage.update(session.id, session.data))
      for (const name of names) assert.equal(next.get(name), name)
      const value = await storage.update(next.id, [JSON.parse('{"__proto__":1}'), {}])
      next = await storage.read(value)
      assert.equal(next.get('__proto__'), 1)
      for (const name of names.slice(1)) assert.equal(next.has(name), false)
    })

    it('refuses what cannot be stored, and arguments of later versions', async () => {
      const storage = create()
      const session = new Session()
      await assert.rejects(storage.update(session.id, [{ when: new Date() }, {}]), {
        code: 'ERR_SESSION_VALUE',
        key: 'when',
      })
      await assert.rejects(storage.update(session.id, [{ big: { n: 1n } }, {}]), {
        code: 'ERR_SESSION_VALUE',
        key: 'big',
      })
      const update = storage.update.bind(storage) as (...args: unknown[]) => Promise<string>
      await assert.rejects(update(session), { code: 'ERR_SESSION_CONFIG' })
      await assert.rejects(update(session.id, {}), { code: 'ERR_SESSION_CONFIG' })
    })

    it('is quiet about visitors without a cookie', async () => {
      const events: SessionEvent[] = []
      const storage = create({ onEvent: (event) => events.push(event) })
      for (const nothing of [null, '']) assert.equal((await storage.read(nothing)).isNew, true)
      assert.deepEqual(events, [])
    })

    it('has the timeouts of the core', async () => {
      const clock = fakeClock()
      const storage = create({ now: clock.now })
      const value = await begin(storage, { user: 'ada' })
      await clock.pass(86_399_000)
      assert.equal((await storage.read(value)).get('user'), 'ada')
      await clock.pass(1000)
      assert.equal((await storage.read(value)).get('user'), undefined)
    })

    it('returns values that a cookie can carry, there and back', async () => {
      const storage = create()
      const header = await cookie.serialize(await begin(storage, { user: 'ada' }))
      const value = await cookie.parse(header.split(';')[0])
      assert.equal((await storage.read(value)).get('user'), 'ada')
    })
  })
}

for (const { kind, create } of classStorages.filter((storage) => storage.onServer)) {
  describe(`update(id, data) in classes, by the id alone (${kind} storage)`, () => {
    it('finds the session, whoever read it', async () => {
      const storage = create()
      const id = await begin(storage, { user: 'ada', old: true })
      assert.equal(await storage.update(id, [{ user: 'eve' }, {}]), id)
      assert.deepEqual((await storage.read(id)).data[0], { user: 'eve' })
    })
  })
}

describe('Ids that the application was told, in classes', () => {
  it('are remembered while a thousand others come, and those told again longer', async () => {
    const [storage] = classStorages.map(({ create }) => create())
    const [first, again, last] = [new Session(), new Session(), new Session()]
    const ids = [first.id, again.id, last.id]
    const data: SessionData = [{ user: 'ada' }, {}]
    for (let i = 0; i < 997; i++) Session.createId()
    assert.equal(again.id, ids[1])
    Session.createId()
    assert.equal(await storage!.update(ids[0]!, data), '')
    assert.equal(await storage!.update(ids[2]!, data), ids[2])
    for (let i = 0; i < 2; i++) Session.createId()
    assert.equal(await storage!.update(ids[1]!, data), ids[1])
  })

  it('make room once a store knows them', async () => {
    const [storage] = classStorages.map(({ create }) => create())
    const id = Session.createId()
    for (let i = 0; i < 1001; i++) await begin(storage!, { i })
    assert.equal(await storage!.update(id, [{ user: 'ada' }, {}]), id)
  })

  it('of sessions that were deleted before they were stored are not used', async () => {
    for (const { create } of classStorages) {
      const { id } = new Session()
      await create().delete(id)
      assert.notEqual(new Session(id).id, id)
    }
  })
})
