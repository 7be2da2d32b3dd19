import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import { createSessionId } from '#dist/core/record/id.js'
import { createCookie as createOurCookie } from 'coatcheck/cookie'
import {
  createSession,
  createSessionStorage,
  isSession,
  type SessionData,
  toReactRouterStorage,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import * as reactRouter from 'react-router'
import {
  clears,
  kinds,
  secrets,
  seen,
  sentBack,
  serverKinds,
  tableStrategy,
  visit,
} from './kinds.ts'

/** The cookie with any value, as only who knows the secrets can make it. */
async function authentic(value: string): Promise<string> {
  const header = await createOurCookie('__session', { secrets }).serialize(value)
  return header.split(';')[0]!
}

for (const { name, keepsOnServer, create } of kinds) {
  describe(`the id of a session (${name})`, () => {
    it('is empty until a request comes with it', async () => {
      const storage = create()
      const session = await storage.getSession()
      assert.equal(session.id, '')
      const cookie = sentBack(await storage.commitSession(session))
      assert.equal(session.id, '')
      const next = await storage.getSession(cookie)
      assert.equal(next.id !== '', keepsOnServer)
      assert.equal((await storage.getSession(cookie)).id, next.id)
    })

    it('is empty for cookies that are missing or were not sealed by us', async () => {
      const storage = create()
      const { data: _, ...withoutData } = createSession()
      assert.equal(isSession(withoutData), false)
      for (const header of [null, undefined, '', 'invalid', '__session=', '__session=x.y', 'a=b']) {
        const session = await storage.getSession(header)
        assert.deepEqual([session.id, session.data], ['', {}])
        assert.ok(isSession(session))
        assert.ok(reactRouter.isSession(session))
      }
    })

    it('is never one that we did not give, even in a cookie that we sealed', async () => {
      const storage = create()
      const known = await storage.getSession(await visit(storage, null))
      const forged = [
        createSessionId(),
        'ada',
        '../../etc',
        '__proto__',
        '{}',
        '{"user":"eve"}',
        'null',
      ]
      const nearly = known.id.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
      if (nearly !== '') forged.push(nearly)
      for (const id of forged) {
        const header = await authentic(id)
        const session = await storage.getSession(header)
        assert.deepEqual([session.id, session.data], ['', {}], id)
        session.set('user', 'ada')
        const cookie = sentBack(await storage.commitSession(session))
        const next = await storage.getSession(cookie)
        assert.deepEqual(next.data, { user: 'ada' })
        assert.notEqual(next.id, id)
        assert.deepEqual(await seen(storage, header), {})
      }
    })

    it('stays the same through commits', async () => {
      const storage = create()
      const first = await visit(storage, null)
      const { id } = await storage.getSession(first)
      const second = await visit(storage, first, (session) => session.set('a', 1))
      assert.equal((await storage.getSession(second)).id, id)
    })
  })

  describe(`a commit (${name})`, () => {
    it('of an empty session makes a cookie as well', async () => {
      const storage = create()
      const header = await storage.commitSession(await storage.getSession())
      const session = await storage.getSession(sentBack(header))
      assert.deepEqual(session.data, {})
      assert.equal(session.id !== '', keepsOnServer)
    })

    it('is of what the session held when it was called', async () => {
      const storage = create()
      const session = await storage.getSession()
      session.set('a', 1)
      const committing = storage.commitSession(session)
      session.set('b', 2)
      const cookie = sentBack(await committing)
      assert.deepEqual(await seen(storage, cookie), { a: 1 })
      assert.deepEqual(session.data, { a: 1, b: 2 })
      const next = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, next), { a: 1, b: 2 })
    })

    it('of the same object, again, is of the same session', async () => {
      const storage = create()
      const session = await storage.getSession()
      session.set('a', 1)
      const first = sentBack(await storage.commitSession(session))
      session.set('b', 2)
      session.unset('a')
      const second = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, second), { b: 2 })
      if (!keepsOnServer) return
      assert.deepEqual(await seen(storage, first), { b: 2 })
      await storage.destroySession(session)
      assert.deepEqual(await seen(storage, first), {})
      assert.deepEqual(await seen(storage, second), {})
    })
  })
}

for (const { name, create } of serverKinds) {
  describe(`a session object from elsewhere (${name})`, () => {
    const makers = [
      ['ours', createSession],
      ['React Router’s', reactRouter.createSession],
    ] as const
    for (const [whose, make] of makers) {
      it(`without an id begins a session (${whose})`, async () => {
        const storage = create()
        const cookie = sentBack(await storage.commitSession(make<SessionData>({ user: 'ada' })))
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      })

      it(`is of one session, however often it is committed (${whose})`, async () => {
        const storage = create()
        const session = make<SessionData>({ user: 'ada' })
        const first = sentBack(await storage.commitSession(session))
        session.set('theme', 'dark')
        const second = sentBack(await storage.commitSession(session))
        const expected = { user: 'ada', theme: 'dark' }
        assert.deepEqual(await seen(storage, first), expected)
        assert.deepEqual(await seen(storage, second), expected)
        await storage.destroySession(session)
        assert.deepEqual(await seen(storage, first), {})
        assert.equal(sentBack(await storage.commitSession(session)), null)
        session.set('theme', 'light')
        await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_DESTROYED' })
      })

      it(`with the id of a session replaces its data (${whose})`, async () => {
        const storage = create()
        const cookie = await visit(storage, null, (session) => {
          session.set('old', 1)
          session.set('same', { a: 1 })
          session.flash('note', 'hello')
        })
        const { id } = await storage.getSession(cookie)
        const session = make<SessionData>({ same: { a: 1 }, user: 'ada' }, id)
        const replaced = sentBack(await storage.commitSession(session))
        const expected = { same: { a: 1 }, user: 'ada' }
        assert.deepEqual(await seen(storage, replaced), expected)
        assert.deepEqual(await seen(storage, cookie), expected)
        session.set('later', true)
        await storage.commitSession(session)
        assert.deepEqual(await seen(storage, cookie), { ...expected, later: true })
        await storage.destroySession(make<SessionData>({}, id))
        assert.deepEqual(await seen(storage, cookie), {})
      })

      it(`with an id that nobody knows is not adopted (${whose})`, async () => {
        const storage = create()
        for (const id of [createSessionId(), 'ada', crypto.randomUUID()]) {
          const session = make<SessionData>({ user: 'eve' }, id)
          assert.ok(clears(await storage.commitSession(session)))
          assert.ok(clears(await storage.destroySession(session)))
          assert.deepEqual(await seen(storage, await authentic(id)), {})
        }
      })
    }
  })
}

describe('cookie storage', () => {
  it('has no ids: whatever a session object is called, its data is what counts', async () => {
    const [{ create } = assert.fail()] = kinds
    const storage = create()
    const memory = toReactRouterStorage({ secrets }, createCoreStorage())
    const moved = await memory.getSession(
      await visit(memory, null, (session) => session.set('user', 'ada')),
    )
    assert.notEqual(moved.id, '')
    const made = createSession<SessionData>({ user: 'ada' }, 'any')
    for (const session of [moved, made]) {
      const cookie = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      assert.equal((await storage.getSession(cookie)).id, '')
    }
  })

  it('never takes an id for what a cookie holds', async () => {
    const core = createCoreStorage()
    const { createCookieSessionStorage } = await import('coatcheck/cookie-storage')
    const inner = createCookieSessionStorage()
    const victim = await inner.read(null)
    victim.login('ada')
    const record = (await inner.save(victim))!
    const storage: SessionStorage = toReactRouterStorage({ secrets }, inner)
    const cookie = sentBack(await storage.commitSession(createSession({}, record)))
    const value = await createOurCookie('__session', { secrets }).parse(cookie)
    assert.equal((await inner.read(value)).userId, undefined)
    await core.close()
  })
})

describe('a strategy', () => {
  it('is asked for nothing but what the API needs', async () => {
    const { strategy, calls } = tableStrategy()
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy })
    const session = await storage.getSession()
    await storage.destroySession(session)
    assert.deepEqual(calls, [])
    const cookie = await visit(storage, null)
    assert.deepEqual(calls.splice(0), ['create'])
    const next = await storage.getSession(cookie)
    assert.deepEqual(calls.splice(0), ['read'])
    await storage.commitSession(next)
    assert.deepEqual(calls.splice(0), ['read', 'update'])
    await storage.destroySession(next)
    assert.deepEqual(calls.splice(0), ['delete'])
  })

  it('must give each session an id', async () => {
    const { strategy } = tableStrategy()
    const createData = async () => undefined as unknown as string
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy, createData })
    const session = await storage.getSession()
    await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_VALUE' })
  })

  it('can return undefined for what it does not have', async () => {
    const { strategy } = tableStrategy()
    const readData = async (id: string) => (await strategy.readData(id)) ?? undefined!
    const storage = createSessionStorage({ cookie: { secrets }, ...strategy, readData })
    const session = await storage.getSession(await authentic('nobody'))
    assert.deepEqual([session.id, session.data], ['', {}])
  })
})
