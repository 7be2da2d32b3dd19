import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createSessionStorage as createCoreStorage, StoreError } from 'coatcheck'
import {
  createSession,
  createSessionStorage,
  toReactRouterStorage,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { createGate } from 'coatcheck/testing'
import { clears, kinds, secrets, seen, sentBack, tableStrategy, visit } from './kinds.ts'

for (const { name, keepsOnServer, create } of kinds) {
  describe(`a session that was destroyed (${name})`, () => {
    it('is over: the cookie is cleared, and worth nothing', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      const header = await storage.destroySession(await storage.getSession(cookie))
      assert.ok(clears(header), header)
      assert.equal(sentBack(header), null)
      assert.deepEqual(await seen(storage, keepsOnServer ? cookie : sentBack(header)), {})
    })

    it('is not written back by the same object, and says so', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      for (const sent of [cookie, null]) {
        const session = await storage.getSession(sent)
        await storage.destroySession(session)
        session.set('late', true)
        for (let i = 0; i < 2; i++) {
          await assert.rejects(storage.commitSession(session), {
            code: 'ERR_SESSION_DESTROYED',
            message: /Session has been destroyed/,
          })
        }
        if (keepsOnServer) assert.deepEqual(await seen(storage, cookie), {})
      }
    })

    it('stays ended when middleware commits every session after the handler', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('user', 'ada')
        session.flash('note', 'hello')
      })
      for (const sent of [cookie, null]) {
        const session = await storage.getSession(sent)
        session.get('note')
        const headers = [await storage.destroySession(session)]
        for (let i = 0; i < 2; i++) headers.push(await storage.commitSession(session))
        assert.ok(headers.every(clears), headers.join('\n'))
        const login = storage.commitSession(session, { login: 'ada' })
        await assert.rejects(login, { code: 'ERR_SESSION_DESTROYED' })
      }
    })

    it('can be destroyed again, and so can one that was never stored', async () => {
      const storage = create()
      const session = await storage.getSession(await visit(storage, null))
      assert.ok(clears(await storage.destroySession(session)))
      assert.ok(clears(await storage.destroySession(session)))
      assert.ok(clears(await storage.destroySession(await storage.getSession())))
      assert.ok(clears(await storage.destroySession(createSession())))
    })

    it('keeps what its object held, for the rest of the request', async () => {
      const storage = create()
      const session = await storage.getSession(
        await visit(storage, null, (one) => one.set('user', 'ada')),
      )
      await storage.destroySession(session)
      assert.equal(session.get('user'), 'ada')
    })

    it('does not end others', async () => {
      const storage = create()
      const other = await visit(storage, null, (session) => session.set('user', 'eve'))
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      await storage.destroySession(await storage.getSession(cookie))
      assert.deepEqual(await seen(storage, other), { user: 'eve' })
    })
  })
}

describe('a session that somebody else ends', () => {
  it('is over for React Router too, and its cookie left alone', async () => {
    const core = createCoreStorage(createMemoryStore())
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const begun = await storage.getSession()
    const cookie = sentBack(await storage.commitSession(begun, { login: 'ada' }))
    const session = await storage.getSession(cookie)
    assert.equal(await core.revokeAll('ada'), 1)
    session.set('late', true)
    assert.equal(await storage.commitSession(session), '')
    assert.deepEqual(await seen(storage, cookie), {})
  })
})

describe('a store that fails', () => {
  const refused = new Error('connection refused')

  function given() {
    const gate = createGate(createMemoryStore())
    const storage: SessionStorage = toReactRouterStorage({ secrets }, createCoreStorage(gate.store))
    return { gate, storage }
  }

  it('fails the request, with no new session in its place', async () => {
    const { gate, storage } = given()
    const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
    gate.fail('read', refused)
    await assert.rejects(storage.getSession(cookie), (error) => {
      assert.ok(error instanceof StoreError)
      assert.equal(error.cause, refused)
      return true
    })
    const session = await storage.getSession(cookie)
    session.set('theme', 'dark')
    gate.fail('write', refused)
    await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_STORE' })
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    await storage.commitSession(session)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada', theme: 'dark' })
  })

  it('fails a commit, which is of the same session when it is tried again', async () => {
    const { gate, storage } = given()
    const begun = await storage.getSession()
    const cookie = sentBack(await storage.commitSession(begun))
    for (const options of [{}, { regenerateId: true }]) {
      begun.set('options', options)
      gate.fail('write', refused)
      await assert.rejects(storage.commitSession(begun), { code: 'ERR_SESSION_STORE' })
      const again = sentBack(await storage.commitSession(begun, options))
      assert.deepEqual(await seen(storage, again), { options })
      assert.equal(again!.slice(0, 10), cookie!.slice(0, 10))
      const sameSession = 'regenerateId' in options ? {} : { options }
      assert.deepEqual(await seen(storage, cookie), sameSession)
    }
  })

  it('fails a commit, and what ended meanwhile does not begin anew', async () => {
    const gate = createGate(createMemoryStore())
    const core = createCoreStorage(gate.store)
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const begun = await storage.getSession()
    await storage.commitSession(begun, { login: 'ada' })
    gate.fail('write', refused)
    await assert.rejects(storage.commitSession(begun), { code: 'ERR_SESSION_STORE' })
    await core.revokeAll('ada')
    assert.ok(clears(await storage.commitSession(begun)))
    assert.ok(clears(await storage.destroySession(begun)))
  })

  it('fails a commit with a login, which the next commit does not make up for', async () => {
    const gate = createGate(createMemoryStore())
    const core = createCoreStorage(gate.store)
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const known = await visit(storage, null)
    const session = await storage.getSession(known)
    gate.fail('write', refused)
    await assert.rejects(storage.commitSession(session, { login: 'ada' }), {
      code: 'ERR_SESSION_STORE',
    })
    session.set('bad', new Map())
    await assert.rejects(storage.commitSession(session, { login: 'ada' }), {
      code: 'ERR_SESSION_VALUE',
    })
    session.unset('bad')
    session.flash('error', 'Something went wrong')
    const next = sentBack(await storage.commitSession(session))
    assert.deepEqual(await core.sessionsOf('ada'), [])
    assert.equal((await storage.getSession(next)).get('error'), 'Something went wrong')
    assert.equal((await storage.getSession(next)).id, session.id)
  })

  it('can fail before a logout, which asks it only what it must', async () => {
    const { gate, storage } = given()
    const cookie = await visit(storage, null)
    const session = await storage.getSession(cookie)
    gate.fail('write', refused)
    await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_STORE' })
    assert.ok(clears(await storage.destroySession(session)))
    assert.deepEqual(await seen(storage, cookie), {})
    const other = await storage.getSession(await visit(storage, null))
    const before = { ...gate.calls }
    await storage.destroySession(other)
    // It is emptied first, so that whatever takes its place finds it ended.
    const asked = { write: before.write + 1, delete: before.delete + 1 }
    assert.deepEqual(gate.calls, { ...before, ...asked })
  })

  it('fails a logout, which can be tried again', async () => {
    const { gate, storage } = given()
    const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
    const session = await storage.getSession(cookie)
    gate.fail('delete', refused)
    await assert.rejects(storage.destroySession(session), { code: 'ERR_SESSION_STORE' })
    assert.ok(clears(await storage.destroySession(session)))
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('passes on what a strategy throws, and loses no change by it', async () => {
    const { strategy } = tableStrategy()
    let failing: string | undefined
    const orFail = <Given extends unknown[], Result>(
      name: string,
      run: (...given: Given) => Promise<Result>,
    ) => {
      return async (...given: Given) => {
        if (failing !== name) return run(...given)
        failing = undefined
        throw refused
      }
    }
    const storage = createSessionStorage({
      cookie: { secrets },
      createData: orFail('create', strategy.createData),
      readData: orFail('read', strategy.readData),
      updateData: orFail('update', strategy.updateData),
      deleteData: orFail('delete', strategy.deleteData),
    })
    const fresh = await storage.getSession()
    fresh.set('user', 'ada')
    failing = 'create'
    await assert.rejects(storage.commitSession(fresh), refused)
    const cookie = sentBack(await storage.commitSession(fresh))
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })

    failing = 'read'
    await assert.rejects(storage.getSession(cookie), refused)

    const session = await storage.getSession(cookie)
    session.set('theme', 'dark')
    for (failing of ['read', 'update']) {
      await assert.rejects(storage.commitSession(session), refused)
    }
    await storage.commitSession(session)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada', theme: 'dark' })

    for (failing of ['create', 'delete']) {
      await assert.rejects(storage.commitSession(session, { regenerateId: true }), refused)
      assert.deepEqual(await seen(storage, cookie), { user: 'ada', theme: 'dark' })
    }

    failing = 'delete'
    await assert.rejects(storage.destroySession(session), refused)
    await storage.destroySession(session)
    assert.deepEqual(await seen(storage, cookie), {})
  })
})
