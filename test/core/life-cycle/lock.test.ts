import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type Session, type SessionStorageOptions } from 'coatcheck'
import {
  createSessionCheck,
  createSessionLimit,
  createSessionLock,
  lockOf,
  requireLevel,
  requireRecentLogin,
} from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { csrfToken } from 'coatcheck/csrf'
import { withSession } from 'coatcheck/fetch'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate, fakeClock } from 'coatcheck/testing'

const second = 1000
const cookie = createCookie('session', {
  secrets: ['AgAAlYHzRcZ2X3qwKoPkGmUeT9vBjN4s'],
  maxAge: 60,
})

function served(options: SessionStorageOptions = {}) {
  const clock = fakeClock()
  const now = () => clock.now()
  const storage = createSessionStorage(createMemoryStore({ now }), {
    idleTimeout: 100,
    absoluteTimeout: 1000,
    lock: createSessionLock(),
    now,
    ...options,
  })
  /** The cookie after the request, if it was set, and what the handler returned. */
  async function visit(
    value: string | null,
    handle: (session: Session) => unknown,
  ): Promise<{ text: string; value: string | null }> {
    const handler = withSession({ cookie, storage }, async (_, session) => {
      return new Response(String(await handle(session)))
    })
    const sent = value === null ? '' : (await cookie.serialize(value)).split(';', 1)[0]!
    const response = await handler(new Request('https://a.example/', { headers: { cookie: sent } }))
    const [set] = response.headers.getSetCookie()
    const next = set === undefined ? value : await cookie.parse(set.split(';', 1)[0]!)
    return { text: await response.text(), value: next }
  }
  return { clock, storage, visit }
}

async function locked(options?: SessionStorageOptions) {
  const app = served(options)
  const { value } = await app.visit(null, (session) => {
    session.login('ada', { level: 1, context: { browser: 'Firefox' } })
    session.set('n', 1)
  })
  await app.clock.pass(100 * second)
  return { ...app, value }
}

describe('a locked session', () => {
  it('stays locked under its id if the handler fails that unlocked it', async () => {
    const { visit, value, storage } = await locked()
    const failure = new Error('after the proof')
    await assert.rejects(
      visit(value, (session) => {
        session.reauthenticate()
        throw failure
      }),
      failure,
    )
    assert.equal(lockOf(await storage.read(value))?.userId, 'ada')
    const again = await visit(value, (session) => {
      session.reauthenticate()
      return session.get('n')
    })
    assert.equal(again.text, '1')
    assert.equal((await storage.read(again.value)).userId, 'ada')
  })

  it('is over if the handler fails that has saved the proof, or that logged out', async () => {
    const { visit, value, storage } = await locked()
    let saved: string | null = null
    const proving = visit(value, async (session) => {
      session.reauthenticate()
      saved = await storage.save(session)
      session.set('n', 2)
      throw new Error('later')
    })
    await assert.rejects(proving, /later/)
    assert.equal((await storage.read(value)).isNew, true)
    assert.deepEqual(
      [(await storage.read(saved)).userId, lockOf(await storage.read(saved))],
      ['ada', undefined],
    )
    const other = await locked()
    const leaving = other.visit(other.value, (session) => {
      session.destroy()
      throw new Error('later')
    })
    await assert.rejects(leaving, /later/)
    assert.equal((await other.storage.read(other.value)).isNew, true)
  })

  it('is over, proved beside another proof, if all of its user ended after it was read: by another process, which has listed them (P2)', async () => {
    const { now, pass } = fakeClock()
    const memory = createMemoryStore({ now })
    const options = { idleTimeout: 100, lock: createSessionLock(), clockTolerance: 0, now }
    const storage = createSessionStorage(memory, options)
    const gate = createGate({
      ...memory,
      // Turns are told apart by the process that had them.
      write: (key: string, value: string, how: Parameters<typeof memory.write>[2]) =>
        memory.write(key, value.replace(/"t":\[\["[^"]+"/, '"t":[["another"'), how),
    })
    const elsewhere = createSessionStorage(gate.store, options)
    const first = await storage.read(null)
    first.login('ada')
    const value = await storage.save(first)
    await pass(100 * second)
    const [slow, fast] = [await storage.read(value), await storage.read(value)]
    fast.reauthenticate()
    await storage.save(fast)
    const listed = gate.holdAnswer('keysOf')
    const ending = elsewhere.revokeAll('ada')
    await listed.reached
    await pass(second)
    slow.reauthenticate()
    assert.equal(await storage.save(slow), null)
    listed.release()
    await ending
    assert.deepEqual(await storage.sessionsOf('ada'), [])
    for (const id of [value, fast.id, slow.id]) {
      assert.equal((await storage.read(id)).isNew, true)
    }
  })

  it('stays locked when a request ends that began before, under its id or the one before that', async () => {
    const { clock, storage } = served({ idleTimeout: 10 })
    const first = await storage.read(null)
    first.login('ada')
    const old = await storage.save(first)
    const rotating = await storage.read(old)
    rotating.regenerateId()
    const present = await storage.save(rotating)
    const slow = await Promise.all([storage.read(old), storage.read(present)])
    await clock.pass(11 * second)
    for (const session of slow) {
      session.set('cart', ['tea'])
      assert.equal(await storage.save(session), null)
      assert.equal(lockOf(await storage.read(present))?.userId, 'ada')
    }
  })

  it('is refused by the handler that does not look, and its cookie is left alone', async () => {
    const { visit, value, storage } = await locked()
    const refusal = { code: 'ERR_SESSION_LOGIN_REQUIRED', reason: 'locked', status: 401 }
    await assert.rejects(
      visit(value, (session) => session.set('n', 2)),
      refusal,
    )
    const page = await visit(value, (session) => String(session.userId))
    assert.deepEqual([page.text, page.value], ['undefined', value])
    assert.equal(lockOf(await storage.read(value))?.level, 1)
  })

  it('is no login for requireLevel and requireRecentLogin, which say why', async () => {
    const { value, storage } = await locked()
    const session = await storage.read(value)
    const refusal = { code: 'ERR_SESSION_LOGIN_REQUIRED', reason: 'locked' }
    assert.throws(() => requireLevel(session, 0), refusal)
    assert.throws(() => requireRecentLogin(session, 3600), refusal)
    session.reauthenticate({ level: 2 })
    requireLevel(session, 2)
    requireRecentLogin(session, 1)
    session.destroy()
    assert.throws(() => requireLevel(session, 0), { reason: 'nobody' })
  })

  it('is told with a page that no cache gives to others (P11)', async () => {
    const { storage, value: old } = await locked()
    for (const value of [old, null]) {
      const serve = withSession({ cookie, storage, noStore: true }, (_, session) => {
        return new Response(lockOf(session)?.userId ?? 'not locked')
      })
      const headers: Record<string, string> = {}
      if (value !== null) headers['cookie'] = (await cookie.serialize(value)).split(';', 1)[0]!
      const response = await serve(new Request('https://app.example/', { headers }))
      const [vary, caching] = [response.headers.get('vary'), response.headers.get('cache-control')]
      assert.equal(vary, 'Cookie')
      assert.match(caching!, value === null ? /private/ : /no-store/)
      assert.equal(await response.text(), value === null ? 'not locked' : 'ada')
    }
  })

  it('is judged by a check as it was before, and refused it ends with the login of its user', async () => {
    const { storage, value } = await locked()
    const seen: unknown[] = []
    const check = createSessionCheck((session) => {
      seen.push(lockOf(session)?.context)
      return 'refuse'
    })
    const serve = withSession({ cookie, storage, check }, (_, session) => {
      session.login('ada')
      return new Response()
    })
    const headers = { cookie: (await cookie.serialize(value!)).split(';', 1)[0]! }
    await serve(new Request('https://app.example/', { headers }))
    assert.deepEqual(seen, [{ browser: 'Firefox' }])
    assert.deepEqual(
      (await storage.sessionsOf('ada')).map(({ isLocked }) => isLocked),
      [false],
    )
  })

  it('has tokens against forged requests for the page that unlocks', async () => {
    const { visit, value } = await locked()
    const page = await visit(value, (session) => csrfToken(session))
    assert.equal(page.value, value)
    assert.match(page.text, /^[\w-]{80,}$/)
  })

  it('keeps its place under a limit of sessions while nobody needs it, and proves its user in it', async () => {
    const sessionLimit = createSessionLimit({ max: 1, whenReached: 'refuse' })
    const { visit, value, storage } = await locked({ sessionLimit })
    const again = await visit(value, (session) => session.reauthenticate())
    assert.equal((await storage.read(again.value)).userId, 'ada')
    await assert.rejects(
      visit(null, (session) => session.login('ada')),
      { code: 'ERR_SESSION_LIMIT' },
    )
  })

  it('shows nothing of a login that was refused by the limit', async () => {
    const sessionLimit = createSessionLimit({ max: 1, whenReached: 'refuse' })
    const { visit, value, storage } = await locked({ sessionLimit })
    await visit(null, (session) => session.login('grace'))
    const session = await storage.read(value)
    session.login('grace')
    await assert.rejects(storage.save(session), { code: 'ERR_SESSION_LIMIT' })
    assert.deepEqual([session.userId, session.get('n')], [undefined, undefined])
    assert.throws(() => session.set('n', 2), { code: 'ERR_SESSION_LOGIN_REQUIRED' })
  })
})

describe('the option lock', () => {
  it('must come from createSessionLock()', () => {
    for (const lock of [true, {}, 900]) {
      assert.throws(() => served({ lock: lock as never }), {
        code: 'ERR_SESSION_CONFIG',
        message: /lock/,
      })
    }
  })

  it('says nothing of sessions that are in use, or of what is no session', async () => {
    const { visit } = served()
    const page = await visit(null, (session) => {
      session.login('ada')
      return lockOf(session)
    })
    assert.equal(page.text, 'undefined')
    assert.equal(lockOf({}), undefined)
  })
})
