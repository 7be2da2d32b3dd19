import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type Session, type SessionEvent } from 'coatcheck'
import {
  createSessionCheck,
  createSessionLimit,
  needsStepUp,
  requireLevel,
  requireRecentLogin,
  type SessionVerdict,
} from 'coatcheck/accounts'
import { createVisits } from 'coatcheck/adapter'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createGate } from 'coatcheck/testing'

const cookie = createCookie('session', { secrets: ['q7Vw2Zs9Xc4Rb6Nm1Kj8Hg3Fd5Sa0PoI'] })
const url = 'https://app.example.com/'
const changed = { code: 'ERR_SESSION_LOGIN_REQUIRED', reason: 'changed', status: 401 }

/** The Cookie header of these values. */
async function headerOf(...values: (string | null)[]): Promise<string> {
  const pairs = await Promise.all(values.map(async (value) => cookie.serialize(value!)))
  return pairs.map((one) => one.split(';')[0]).join('; ')
}

function asking(header: string): Request {
  return new Request(url, { headers: { cookie: header } })
}

function always(verdict: SessionVerdict) {
  return { check: createSessionCheck(() => verdict) }
}

async function loggedIn(storage = createMemorySessionStorage(), userId = 'ada') {
  const session = await storage.read(null)
  session.login(userId, { level: 1 })
  const value = await storage.save(session)
  return { storage, value, header: await headerOf(value) }
}

describe('a check of sessions', () => {
  it('is a function, for a storage of ours', async () => {
    assert.throws(() => createSessionCheck('keep' as never), { code: 'ERR_SESSION_CONFIG' })
    const { read, save } = createMemorySessionStorage()
    for (const storage of [
      { read, save },
      { read, save, events: {} },
    ]) {
      assert.throws(() => createVisits(cookie, storage, always('keep')), {
        code: 'ERR_SESSION_CONFIG',
        message: /needs a storage of coatcheck/,
      })
    }
    for (const check of [() => 'keep', 'keep', null]) {
      const options = { cookie, storage: createMemorySessionStorage(), check } as never
      assert.throws(() => withSession(options, () => new Response()), {
        code: 'ERR_SESSION_CONFIG',
        message: /option check/,
      })
    }
  })

  it('that needs a step-up is not forgotten by a save of the handler', async () => {
    const { storage, header } = await loggedIn()
    const serve = withSession({ cookie, storage, ...always('step-up') }, async (_, session) => {
      session.set('a', 1)
      await storage.save(session)
      session.set('a', 2)
      await session.commit()
      assert.throws(() => requireRecentLogin(session, 300), changed)
      assert.throws(() => requireLevel(session, 1), changed)
      return new Response(String(needsStepUp(session)))
    })
    assert.equal(await (await serve(asking(header))).text(), 'true')
  })

  it('that needs a step-up is content with a proof, also once that is saved, and not with one that is refused', async () => {
    const sessionLimit = createSessionLimit({ max: 1, whenReached: 'refuse' })
    const { storage, header } = await loggedIn(createMemorySessionStorage({ sessionLimit }))
    const visit = await createVisits(cookie, storage, always('step-up')).open(asking(header))
    const { session } = visit
    await loggedIn(storage, 'grace')
    session.login('grace')
    await assert.rejects(async () => storage.save(session), { code: 'ERR_SESSION_LIMIT' })
    assert.deepEqual([session.userId, needsStepUp(session)], ['ada', true])
    session.reauthenticate()
    assert.equal(needsStepUp(session), false)
    await storage.save(session)
    assert.equal(needsStepUp(session), false)
    requireLevel(session, 1)
  })

  it('makes a page that depends on whether a step-up is needed one of its visitor (P11)', async () => {
    const { storage, header } = await loggedIn()
    const serve = withSession({ cookie, storage, ...always('step-up') }, (_, session) => {
      return new Response(String(needsStepUp(session)))
    })
    assert.equal((await serve(asking(header))).headers.get('vary'), 'Cookie')
  })

  it('clears no newer cookie for a session that was gone when it said that it ends', async () => {
    const { storage, value, header } = await loggedIn()
    const check = createSessionCheck(async () => {
      const out = await storage.read(value)
      out.destroy()
      await storage.save(out)
      return 'end' as const
    })
    const serve = withSession({ cookie, storage, check }, () => new Response())
    assert.deepEqual((await serve(asking(header))).headers.getSetCookie(), [])
  })

  it('says nothing of a session in a cookie that the app has ended while it was asked, and clears no newer cookie', async () => {
    let isOver = false
    const events: SessionEvent[] = []
    const storage = createCookieSessionStorage({
      isRevoked: () => isOver,
      onEvent: (event) => events.push(event),
    })
    const session = await storage.read(null)
    session.login('ada')
    const header = await headerOf(await storage.save(session))
    const check = createSessionCheck(() => {
      isOver = true
      return 'end'
    })
    const serve = withSession({ cookie, storage, check }, (_, { isNew }) => {
      return new Response(String(isNew))
    })
    const response = await serve(asking(header))
    assert.deepEqual([await response.text(), response.headers.getSetCookie()], ['true', []])
    assert.ok(!events.some(({ type }) => type === 'revoked'))
  })

  it('asks for no step-up where nobody is logged in', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    session.set('a', 1)
    const header = await headerOf(await storage.save(session))
    const { session: shown } = await createVisits(cookie, storage, always('step-up')).open(
      asking(header),
    )
    assert.deepEqual([shown.get('a'), needsStepUp(shown)], [1, false])
    assert.throws(() => requireLevel(shown, 1), { reason: 'nobody' })
  })

  it('tells of a store that fails in it as of any other, and of its own failure with the cause', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store, { onEvent() {} })
    const { header } = await loggedIn(storage)
    const looking = createSessionCheck(async ({ userId }) => {
      gate.fail('read', new Error('down'))
      await storage.sessionsOf(userId!)
      return 'keep' as const
    })
    const { open } = createVisits(cookie, storage, { check: looking })
    await assert.rejects(open(asking(header)), { code: 'ERR_SESSION_STORE', status: 503 })
    const cause = new Error('a mistake')
    const throwing = createSessionCheck(() => Promise.reject(cause))
    const failed = createVisits(cookie, storage, { check: throwing }).open(asking(header))
    await assert.rejects(failed, { code: 'ERR_SESSION_CHECK', cause })
  })

  it('is asked about a session of another library, of which nothing is taken over if it is refused', async () => {
    const events: SessionEvent[] = []
    const storage = createMemorySessionStorage({ onEvent: (event) => events.push(event) })
    const imported = { values: { cart: ['tea'] }, userId: 'ada' }
    const accepting = createCookie('session', {
      secrets: ['q7Vw2Zs9Xc4Rb6Nm1Kj8Hg3Fd5Sa0PoI'],
      accept: [{ open: async () => ({ value: 'old', session: imported }) }],
    })
    const asked: unknown[] = []
    for (const verdict of ['refuse', 'end', 'keep'] as const) {
      const check = createSessionCheck(({ userId, context }) => {
        asked.push([userId, context])
        return verdict
      })
      const visits = createVisits(accepting, storage, { check })
      const visit = await visits.open(asking('session=of-another-library'))
      const isKept = verdict === 'keep'
      assert.equal(visit.session.userId, isKept ? 'ada' : undefined, verdict)
      assert.equal(visit.session.size, isKept ? 1 : 0, verdict)
      const { setCookies } = await visit.close()
      assert.equal(setCookies.length, verdict === 'refuse' ? 0 : 1, verdict)
      if (verdict === 'end') assert.match(setCookies[0]!, /^session=;/)
    }
    assert.deepEqual(asked, [
      ['ada', undefined],
      ['ada', undefined],
      ['ada', undefined],
    ])
    assert.equal((await storage.sessionsOf('ada')).length, 1)
  })

  it('that refuses one of several sessions of a visitor shows none of them', async () => {
    const storage = createMemorySessionStorage()
    const [one, two] = [await loggedIn(storage), await loggedIn(storage)]
    const header = await headerOf(one.value, two.value)
    const living = async () => (await storage.sessionsOf('ada')).length
    const act = async (use: (session: Session) => void) => {
      const visit = await createVisits(cookie, storage, always('refuse')).open(asking(header))
      assert.equal(visit.session.userId, undefined)
      use(visit.session)
      await visit.close()
    }
    await act((session) => session.set('a', 1))
    await act((session) => session.login('grace'))
    assert.equal(await living(), 2)
    await act((session) => session.destroy())
    assert.equal(await living(), 0)
  })

  it('that refuses a session leaves it no place under a limit that its user needs for a login', async () => {
    for (const whenReached of ['refuse', 'end-oldest'] as const) {
      const sessionLimit = createSessionLimit({ max: 2, whenReached })
      const storage = createMemorySessionStorage({ sessionLimit })
      const phone = await loggedIn(storage)
      const laptop = await loggedIn(storage)
      const { session } = await createVisits(cookie, storage, always('refuse')).open(
        asking(laptop.header),
      )
      session.login('ada')
      // Saved by the handler, and not by the middleware, which would end the other one afterwards.
      const value = await storage.save(session)
      const living = [phone.value, laptop.value, value].map(async (one) => storage.read(one))
      assert.deepEqual(
        (await Promise.all(living)).map(({ userId }) => userId),
        ['ada', undefined, 'ada'],
        whenReached,
      )
    }
  })

  it('that refuses a session tells its end once, where the place goes to a login', async () => {
    for (const whenReached of ['refuse', 'end-oldest'] as const) {
      const told: SessionEvent[] = []
      const storage = createMemorySessionStorage({
        sessionLimit: createSessionLimit({ max: 1, whenReached }),
        onEvent: (event) => told.push(event),
      })
      const laptop = await loggedIn(storage)
      const { handle } = await storage.read(laptop.value)
      told.length = 0
      const opened = await createVisits(cookie, storage, always('refuse')).open(
        asking(laptop.header),
      )
      opened.session.login('ada')
      await opened.close()
      const ends = told.filter((event) => 'handle' in event && event.handle === handle)
      assert.deepEqual(
        ends.map(({ type }) => type).filter((type) => type === 'revoked' || type === 'destroyed'),
        ['destroyed'],
        whenReached,
      )
      assert.equal((await storage.read(laptop.value)).isNew, true)
    }
  })

  it('gives up on a session that lives on, however often it says that it ends', async () => {
    const storage = createMemorySessionStorage()
    const { header } = await loggedIn(storage)
    const never = { home: { endAsSeen: async () => 'another' } }
    const stubborn = Object.fromEntries(
      Object.getOwnPropertySymbols(storage).map((key) => [key, never]),
    )
    const visits = createVisits(cookie, { ...storage, ...stubborn }, always('end'))
    await assert.rejects(visits.open(asking(header)), { code: 'ERR_SESSION_CONFLICT' })
  })
})
