import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { createSession, createSessionId, isSession, Session } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

describe('createSession', () => {
  it('makes an empty session with an id of its own', () => {
    const session = createSession()
    assert.match(session.id, /^[\w-]{22}\.[\w-]{43}$/)
    assert.equal(session.handle, session.id.slice(0, 22))
    assert.deepEqual(session.data, [{}, {}])
    assert.notEqual(createSession().id, session.id)
  })

  it('takes an id, values and the flash messages that the request before left', () => {
    const id = createSessionId()
    const session = createSession(id, [{ a: 1 }, { message: 'hi' }])
    assert.equal(session.id, id)
    assert.deepEqual([session.get('a'), session.get('message')], [1, 'hi'])
    assert.deepEqual(session.data, [{ a: 1 }, {}])
  })

  it('refuses an id that we cannot have issued', () => {
    for (const id of ['', 'my-session', '../x']) {
      assert.throws(() => createSession(id), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('persists by a boolean only: a text of a form would be a yes whatever it says', () => {
    for (const stay of ['on', 'off', 1, undefined]) {
      const session = createSession()
      assert.throws(() => session.persist(stay as never), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('forgets and keeps in one request what was wanted as it would in several', async () => {
    const log = (userId: string) => (session: Session) => session.login(userId)
    const [ada, bob] = [log('ada'), log('bob')]
    const stay = (session: Session) => session.persist(true)
    const storage = createMemorySessionStorage()
    async function visit(value: string | null, ...steps: ((session: Session) => void)[]) {
      const session = await storage.read(value)
      for (const step of steps) step(session)
      return { value: (await storage.save(session)) ?? value, persistent: session.persistent }
    }
    for (const [persistent, ...steps] of [
      [undefined, bob, ada],
      [undefined, ada, stay, bob],
      [undefined, stay, bob],
      [undefined, bob, stay, ada],
      [true, bob, stay, bob],
      [true, stay, ada],
      [true, bob, ada, stay],
    ] as const) {
      const begun = await visit(null, ada, stay)
      const inOne = await visit(begun.value, ...steps)
      let last = await visit(null, ada, stay)
      for (const step of steps) last = await visit(last.value, step)
      assert.deepEqual([inOne.persistent, last.persistent], [persistent, persistent])
    }
  })

  it('takes no properties: they would be gone with the request', () => {
    const session = createSession() as Session & { userName?: string }
    assert.throws(
      () => {
        session.userName = 'ada'
      },
      // Adapters of Node say it in words of their own, for the whole process: test/frameworks/older-habits.node.test.ts.
      (error) => error instanceof TypeError || isSessionError(error),
    )
  })

  it('is destroyed without a callback, for which somebody would wait', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    const destroy = session.destroy.bind(session) as (done?: unknown) => void
    const refusal = { code: 'ERR_SESSION_CONFIG', message: /takes no callback/ }
    assert.throws(() => destroy(() => {}), refusal)
    assert.equal(session.destroyed, false)
    // As with a method that is handed on, which gets what it does not ask for.
    destroy('rest')
    assert.equal(session.destroyed, true)
  })

  it('says what to do in place of changing it after its end', () => {
    const session = createSession()
    session.destroy()
    const refusal = { code: 'ERR_SESSION_DESTROYED', message: /next request begins a new one/ }
    assert.throws(() => session.set('a', 1), refusal)
  })

  it('can be saved in any storage', async () => {
    const storage = createMemorySessionStorage()
    const session = createSession(undefined, [{ a: 1 }])
    session.set('b', 2)
    const cookie = await storage.save(session)
    assert.deepEqual((await storage.read(cookie)).data[0], { a: 1, b: 2 })
  })
})

const isSessionError = (error: unknown) =>
  (error as { code?: unknown }).code === 'ERR_SESSION_CONFIG'

describe('isSession', () => {
  it('tells sessions from everything else', () => {
    assert.equal(isSession(createSession()), true)
    for (const other of [
      null,
      undefined,
      1,
      'x',
      {},
      { id: 'x' },
      Object.create(Session.prototype),
    ]) {
      assert.equal(isSession(other), false)
    }
  })
})

describe('a session', () => {
  it('shows neither its secret nor its values when it is printed (ASVS 16.2.5)', async () => {
    const storage = createMemorySessionStorage()
    const first = createSession()
    first.set('card', '4111111111111111')
    const session = await storage.read(await storage.save(first))
    session.set('pin', 'sesame')
    const secret = session.id.split('.')[1]!
    for (const text of [
      inspect(session, { depth: 9, showHidden: true }),
      JSON.stringify(session),
    ]) {
      for (const hidden of [secret, '4111', 'sesame']) assert.ok(!text.includes(hidden), text)
    }
  })

  it('cannot be saved by a storage if it is not a session', async () => {
    const storage = createMemorySessionStorage()
    await assert.rejects(storage.save({ id: 'x', dirty: true } as never), {
      code: 'ERR_SESSION_CONFIG',
      message: /another library/,
    })
  })
})
