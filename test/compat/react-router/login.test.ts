import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import {
  createSession,
  createSessionStorage,
  toReactRouterStorage,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { fakeClock } from 'coatcheck/testing'
import { kinds, secrets, seen, sentBack, serverKinds, tableStrategy, visit } from './kinds.ts'

const renewals = [
  ['a login', { login: 'ada' }],
  ['a new id', { regenerateId: true }],
] as const

for (const { name, create } of serverKinds) {
  for (const [what, options] of renewals) {
    describe(`${what} with a commit (${name})`, () => {
      it('keeps the data under another id, and ends the old id at once', async () => {
        const storage = create()
        const planted = await visit(storage, null, (session) => session.set('cart', ['hat']))
        const session = await storage.getSession(planted)
        session.set('user', 'ada')
        const cookie = sentBack(await storage.commitSession(session, options))
        assert.notEqual(cookie, planted)
        const next = await storage.getSession(cookie)
        assert.deepEqual(next.data, { cart: ['hat'], user: 'ada' })
        assert.notEqual(next.id, session.id)
        const old = await storage.getSession(planted)
        assert.deepEqual([old.id, old.data], ['', {}])
      })

      it('does the same to a session that begins with it', async () => {
        const storage = create()
        const session = await storage.getSession()
        session.set('user', 'ada')
        const cookie = sentBack(await storage.commitSession(session, options))
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      })

      it('can be followed by another commit of the same object', async () => {
        const storage = create()
        const planted = await visit(storage, null)
        const session = await storage.getSession(planted)
        session.set('user', 'ada')
        const first = sentBack(await storage.commitSession(session, options))
        session.flash('note', 'welcome')
        const second = sentBack(await storage.commitSession(session))
        const expected = { user: 'ada', __flash_note__: 'welcome' }
        assert.deepEqual(await seen(storage, second), expected)
        assert.deepEqual(await seen(storage, first), expected)
        assert.deepEqual(await seen(storage, planted), {})
        await storage.destroySession(session)
        assert.deepEqual(await seen(storage, second), {})
      })

      it('keeps what requests under way had saved before it', async () => {
        const storage = create()
        const planted = await visit(storage, null)
        const session = await storage.getSession(planted)
        await visit(storage, planted, (other) => other.set('cart', ['hat']))
        session.set('user', 'ada')
        const cookie = sentBack(await storage.commitSession(session, options))
        assert.deepEqual(await seen(storage, cookie), { cart: ['hat'], user: 'ada' })
      })

      it('leaves the browser its new id when a request with the old one comes in late', async () => {
        const storage = create()
        const planted = await visit(storage, null)
        const late = await storage.getSession(planted)
        const session = await storage.getSession(planted)
        const cookie = sentBack(await storage.commitSession(session, options))
        late.set('late', true)
        assert.equal(await storage.commitSession(late), '')
        assert.deepEqual(await seen(storage, cookie), {})
        assert.deepEqual(await seen(storage, planted), {})
        await storage.destroySession(await storage.getSession(cookie))
        assert.deepEqual(await seen(storage, cookie), {})
      })
    })
  }
}

for (const { name, create } of kinds) {
  describe(`a commit that says nothing of a login (${name})`, () => {
    it('leaves the id as it is', async () => {
      const storage = create()
      const cookie = await visit(storage, null)
      const session = await storage.getSession(cookie)
      const options = { login: undefined, regenerateId: false } as unknown as {
        regenerateId: false
      }
      await storage.commitSession(session, options)
      assert.equal((await storage.getSession(cookie)).id, session.id)
    })
  })
}

describe('a login with a commit', () => {
  function given() {
    const clock = fakeClock()
    const core = createCoreStorage({ now: clock.now, idleTimeout: 1000, absoluteTimeout: 1000 })
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    return { clock, core, storage }
  }

  async function logIn(storage: SessionStorage, cookie: string | null, userId: string) {
    const session = await storage.getSession(cookie)
    return sentBack(await storage.commitSession(session, { login: userId }))
  }

  it('puts the session into the user’s list', async () => {
    const { core, storage } = given()
    const cookie = await logIn(storage, null, 'ada')
    const [device, ...others] = await core.sessionsOf('ada')
    assert.equal(others.length, 0)
    const { id } = await storage.getSession(cookie)
    assert.equal(device!.handle, id.split('.')[0])
    await core.revokeAll('ada')
    assert.deepEqual(await seen(storage, cookie), {})
    assert.equal((await storage.getSession(cookie)).id, '')
  })

  it('starts the absolute timeout again', async () => {
    const { clock, storage } = given()
    const planted = await visit(storage, null)
    clock.pass(900_000)
    const cookie = await logIn(storage, planted, 'ada')
    clock.pass(900_000)
    assert.notEqual((await storage.getSession(cookie)).id, '')
  })

  it('leaves another user’s data behind, in the object too, and keeps what this request set', async () => {
    const { core, storage } = given()
    const begun = await storage.getSession()
    begun.set('userId', 'ada')
    begun.set('address', { town: 'London' })
    begun.set('theme', 'dark')
    begun.set('visits', [1])
    begun.flash('note', 'Hello Ada')
    const hers = sentBack(await storage.commitSession(begun, { login: 'ada' }))

    const session = await storage.getSession(hers)
    session.set('userId', 'eve')
    session.get('visits').push(2)
    session.flash('greeting', 'Hello Eve')
    const his = sentBack(await storage.commitSession(session, { login: 'eve' }))
    const expected = { userId: 'eve', visits: [1, 2], __flash_greeting__: 'Hello Eve' }
    assert.deepEqual(session.data, expected)
    assert.deepEqual(await seen(storage, his), expected)
    await storage.commitSession(session)
    assert.deepEqual(await seen(storage, his), expected)
    assert.deepEqual(await seen(storage, hers), {})
    assert.deepEqual(await core.sessionsOf('ada'), [])
  })

  it('leaves it behind for a commit that waited, too', async () => {
    const { storage } = given()
    const begun = await storage.getSession()
    begun.set('address', { town: 'London' })
    const hers = sentBack(await storage.commitSession(begun, { login: 'ada' }))
    const session = await storage.getSession(hers)
    const headers = await Promise.all([
      storage.commitSession(session, { login: 'eve' }),
      storage.commitSession(session),
    ])
    for (const header of headers) assert.deepEqual(await seen(storage, sentBack(header)), {})
  })

  it('keeps the data when the same user logs in again', async () => {
    const { storage } = given()
    const first = await logIn(
      storage,
      await visit(storage, null, (session) => session.set('cart', ['hat'])),
      'ada',
    )
    assert.deepEqual(await seen(storage, await logIn(storage, first, 'ada')), { cart: ['hat'] })
  })

  it('needs a user id', async () => {
    const { storage } = given()
    const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
    const session = await storage.getSession(cookie)
    await assert.rejects(storage.commitSession(session, { login: '' }), {
      code: 'ERR_SESSION_CONFIG',
    })
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
  })

  it('leaves alone the messages of the core, which are not this API’s', async () => {
    const { core, storage } = given()
    const begun = await core.read(null)
    begun.flash('core', 'for a page of ours')
    const id = (await core.save(begun))!
    const session = await storage.getSession(
      sentBack(await storage.commitSession(createSession({ user: 'ada' }, id))),
    )
    assert.deepEqual(session.data, { user: 'ada' })
    assert.equal((await core.read(id)).get('core'), 'for a page of ours')
  })
})

describe('a late request of a strategy', () => {
  it('is known by its id for a thousand logins', async () => {
    const { strategy } = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy })
    const rotateAnother = async () => {
      const session = await storage.getSession()
      await storage.commitSession(session)
      await storage.commitSession(session, { regenerateId: true })
    }
    const planted = await visit(storage, null)
    const commitLate = async () => storage.commitSession(await storage.getSession(planted))
    const session = await storage.getSession(planted)
    await storage.commitSession(session, { login: 'ada' })
    for (let logins = 1; logins < 1000; logins++) await rotateAnother()
    assert.equal(await commitLate(), '')
    await rotateAnother()
    assert.notEqual(await commitLate(), '')
  })

  it('ends the session, also when it has been given new ids meanwhile', async () => {
    const { strategy, rows } = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy })
    let cookie = await visit(storage, null)
    const late = await storage.getSession(cookie)
    for (let logins = 0; logins < 3; logins++) {
      const session = await storage.getSession(cookie)
      cookie = sentBack(await storage.commitSession(session, { login: 'ada' }))
    }
    assert.equal(rows.size, 1)
    await storage.destroySession(late)
    assert.equal(rows.size, 0)
    assert.deepEqual((await storage.getSession(cookie)).id, '')
  })

  it('that only now comes in with an id that was replaced keeps nothing, unless it logs in', async () => {
    const { strategy, rows } = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy })
    const planted = await visit(storage, null)
    await storage.commitSession(await storage.getSession(planted), { regenerateId: true })
    const late = await storage.getSession(planted)
    assert.equal(late.id, '')
    late.set('late', true)
    assert.equal(await storage.commitSession(late), '')
    assert.equal(rows.size, 1)
    const cookie = sentBack(await storage.commitSession(late, { login: 'ada' }))
    assert.deepEqual(await seen(storage, cookie), { late: true })
  })

  it('finds that its session was ended when it was, after a new id too', async () => {
    const { strategy, rows } = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy })
    const planted = await visit(storage, null)
    const session = await storage.getSession(planted)
    const cookie = sentBack(await storage.commitSession(session, { regenerateId: true }))
    const late = await storage.getSession(cookie)
    await storage.destroySession(session)
    assert.equal(rows.size, 0)
    assert.equal(await storage.commitSession(late), '')
    assert.equal(rows.size, 0)
  })
})
