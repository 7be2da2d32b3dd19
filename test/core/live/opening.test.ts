import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import { createSessionCheck, needsStepUp, type SessionVerdict } from 'coatcheck/accounts'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createLiveSessions, SessionEndedError } from 'coatcheck/live'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { withSession } from 'coatcheck/fetch'
import { createGate, fakeClock } from 'coatcheck/testing'
import { asking, begin, cookie } from './visit.ts'

describe('opening a live connection', () => {
  it('tells of a store that fails, and P8 takes nobody for a stranger', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const live = createLiveSessions(cookie, storage)
    const { header } = await begin(storage)
    gate.fail('read', new Error('down'))
    await assert.rejects(live.openSession(asking(header)), { code: 'ERR_SESSION_STORE' })
    assert.ok(await live.openSession(asking(header)))
  })

  it('misses no end that comes while the session is being read', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const { header, handle } = await begin(storage)
    const live = createLiveSessions(cookie, {
      ...storage,
      // The session was read, and its end comes before the connection is watched.
      async read(value, options) {
        const session = await storage.read(value, options)
        await storage.revoke(handle)
        return session
      },
    })
    assert.equal(await live.openSession(asking(header)), undefined)
  })

  it('works beside the session of the same request, and needs no response', async () => {
    const storage = createMemorySessionStorage()
    const live = createLiveSessions(cookie, storage)
    const { header } = await begin(storage)
    const serve = withSession({ cookie, storage }, async (request, session) => {
      const connection = await live.openSession(request)
      assert.equal(connection!.session.handle, session.handle)
      session.destroy()
      connection!.signal.addEventListener('abort', () => order.push('ended'))
      return new Response()
    })
    const order: string[] = []
    await serve(asking(header))
    order.push('answered')
    assert.deepEqual(order, ['ended', 'answered'])
  })

  it('asks the app’s check, and opens nothing that it refuses or ends', async () => {
    const storage = createMemorySessionStorage()
    const { header } = await begin(storage)
    const saying = (verdict: SessionVerdict) => {
      const check = createSessionCheck(() => verdict)
      return createLiveSessions(cookie, storage, { check }).openSession(asking(header))
    }
    assert.equal(needsStepUp((await saying('keep'))!.session), false)
    const doubted = await saying('step-up')
    assert.equal(needsStepUp(doubted!.session), true)
    assert.equal(await saying('refuse'), undefined)
    assert.equal(await doubted!.check(), true)
    assert.equal(await saying('end'), undefined)
    assert.deepEqual(await doubted!.ended, { reason: 'revoked' })
    assert.equal(await saying('keep'), undefined)
  })

  it('says what is wrong with the arguments', async () => {
    const storage = createMemorySessionStorage()
    const wrong = [
      () => createLiveSessions({} as never, storage),
      () => createLiveSessions(cookie, {} as never),
      // A storage of another library, and one that was wrapped without its insides.
      () => createLiveSessions(cookie, { read() {}, save() {} } as never),
      () => createLiveSessions(cookie, { ...storage, events: undefined } as never),
      () => createLiveSessions(cookie, storage, { pollInterval: 0 }),
      () => createLiveSessions(cookie, storage, { pollInterval: 1.5 }),
      () => createLiveSessions(cookie, storage, { pollInterval: 3601 }),
      () => createLiveSessions(cookie, storage, { unverifiedTimeout: 86_401 }),
      () => createLiveSessions(cookie, storage, { pollInterval: 30, unverifiedTimeout: 29 }),
      () => createLiveSessions(cookie, storage, { interval: 5 } as never),
    ]
    for (const make of wrong) {
      assert.throws(make, { code: 'ERR_SESSION_CONFIG' }, String(make))
    }
    const live = createLiveSessions(cookie, storage)
    for (const request of [undefined, null, {}, { headers: {} }, 'https://shop.example']) {
      await assert.rejects(live.openSession(request as never), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})

describe('a live connection that ends', () => {
  it('aborts its signal with the reason, once, and is false for good', async () => {
    const storage = createMemorySessionStorage()
    const { header, handle } = await begin(storage)
    const connection = (await createLiveSessions(cookie, storage).openSession(asking(header)))!
    let times = 0
    connection.signal.addEventListener('abort', () => times++)
    await storage.revoke(handle)
    await storage.revoke(handle)
    connection.close()
    assert.equal(times, 1)
    const { reason } = connection.signal as { reason: SessionEndedError }
    assert.ok(reason instanceof SessionEndedError)
    assert.deepEqual([reason.code, reason.reason], ['ERR_SESSION_ENDED', 'revoked'])
    assert.deepEqual(await connection.ended, { reason: 'revoked' })
    assert.equal(await connection.check(), false)
  })

  it('is told nothing more after close()', async () => {
    const storage = createMemorySessionStorage()
    const { header, handle } = await begin(storage)
    const connection = (await createLiveSessions(cookie, storage).openSession(asking(header)))!
    connection.close()
    await storage.revoke(handle)
    connection.noteUse()
    assert.deepEqual(await connection.ended, { reason: 'closed' })
    assert.equal(connection.signal.aborted, false)
    assert.equal(await connection.check(), false)
  })
})

describe('a live connection with cookie storage', () => {
  it('ends with its cookie’s timeouts, a logout in this process, and what isRevoked says', async () => {
    const clock = fakeClock()
    const revoked = new Set<string>()
    const storage = createCookieSessionStorage({
      now: () => clock.now(),
      idleTimeout: 100,
      isRevoked: ({ handle }) => revoked.has(handle),
    })
    const live = createLiveSessions(cookie, storage)
    const open = async () => {
      const visitor = await begin(storage)
      return { ...visitor, connection: (await live.openSession(asking(visitor.header)))! }
    }
    const [leaving, banned, idle] = [await open(), await open(), await open()]
    const session = await storage.read(leaving.value)
    session.destroy()
    await storage.save(session)
    assert.deepEqual(await leaving.connection.ended, { reason: 'destroyed' })
    revoked.add(banned.handle)
    assert.equal(await banned.connection.check(), false)
    assert.deepEqual(await banned.connection.ended, { reason: 'revoked' })
    idle.connection.noteUse()
    await clock.pass(99_000)
    assert.equal(await idle.connection.check(), true)
    await clock.pass(1000)
    assert.equal(await idle.connection.check(), false)
    assert.deepEqual(await idle.connection.ended, { reason: 'expired' })
  })

  it('goes on for a while when isRevoked fails', async () => {
    const clock = fakeClock()
    let isDown = false
    const storage = createCookieSessionStorage({
      now: () => clock.now(),
      isRevoked() {
        if (isDown) throw new Error('down')
        return false
      },
    })
    const live = createLiveSessions(cookie, storage, { unverifiedTimeout: 60 })
    const { header } = await begin(storage)
    const connection = (await live.openSession(asking(header)))!
    isDown = true
    await clock.pass(59_000)
    await assert.rejects(connection.check(), { code: 'ERR_SESSION_STORE' })
    assert.equal(connection.signal.aborted, false)
    await clock.pass(1000)
    await assert.rejects(connection.check(), { code: 'ERR_SESSION_STORE' })
    assert.deepEqual(await connection.ended, { reason: 'unverified' })
  })
})
