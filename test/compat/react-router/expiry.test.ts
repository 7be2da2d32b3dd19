import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookieSessionStorage as createCoreCookieStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import {
  createCookie,
  createMemorySessionStorage,
  createSessionStorage,
  toReactRouterStorage,
  type CookieOptions,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { fakeClock } from 'coatcheck/testing'
import * as reactRouter from 'react-router'
import {
  attributesOf,
  kinds,
  secrets,
  seen,
  sentBack,
  tableStrategy,
  visit,
  withClock,
} from './kinds.ts'

const second = 1000
const day = 86_400_000
const now = Date.UTC(2031, 4, 1)
const inTwoDays = new Date(now + 2 * day)
const inThreeDays = new Date(now + 3 * day)

type Lifetime = Pick<CookieOptions, 'maxAge' | 'expires'>

interface Row {
  cookie: Lifetime
  commit: Lifetime | undefined
  /** What the header says. */
  maxAge?: number
  expires?: Date
  /** When the session is over, in milliseconds from the commit. Undefined if nobody says. */
  end: number | undefined
}

const minute = { maxAge: 60 }
const dated = { expires: inTwoDays }
const both = { maxAge: 60, expires: inTwoDays }
const untilClosed = { maxAge: undefined }
const minuteEnd = { ...minute, end: 60 * second }
const datedEnd = { ...dated, end: 2 * day }
const bothEnd = { ...both, end: 60 * second }

const table: Row[] = [
  { cookie: {}, commit: undefined, end: undefined },
  { cookie: {}, commit: {}, end: undefined },
  { cookie: {}, commit: minute, ...minuteEnd },
  { cookie: {}, commit: dated, ...datedEnd },
  { cookie: {}, commit: both, ...bothEnd },
  { cookie: {}, commit: untilClosed, end: undefined },

  { cookie: { maxAge: 3600 }, commit: undefined, maxAge: 3600, end: 3600 * second },
  { cookie: { maxAge: 3600 }, commit: minute, ...minuteEnd },
  { cookie: { maxAge: 3600 }, commit: dated, ...datedEnd },
  { cookie: { maxAge: 3600 }, commit: both, ...bothEnd },
  { cookie: { maxAge: 3600 }, commit: untilClosed, end: 3600 * second },
  { cookie: { maxAge: 3600 }, commit: { ...untilClosed, ...dated }, ...datedEnd },

  { cookie: { expires: inThreeDays }, commit: undefined, expires: inThreeDays, end: 3 * day },
  { cookie: { expires: inThreeDays }, commit: dated, ...datedEnd },
  { cookie: { expires: inThreeDays }, commit: both, ...bothEnd },
  { cookie: { expires: inThreeDays }, commit: { expires: undefined }, end: 3 * day },
  // Browsers go by Max-Age where there are both.
  { cookie: { expires: inThreeDays }, commit: minute, expires: inThreeDays, ...minuteEnd },
  { cookie: { expires: inThreeDays }, commit: untilClosed, expires: inThreeDays, end: 3 * day },

  { cookie: { ...both }, commit: undefined, ...bothEnd },
  { cookie: { ...both }, commit: { maxAge: 10 }, ...dated, maxAge: 10, end: 10 * second },
  { cookie: { ...both }, commit: { expires: inThreeDays }, expires: inThreeDays, end: 3 * day },
  { cookie: { ...both }, commit: untilClosed, ...dated, end: 60 * second },
]

function spelled(lifetime: Lifetime | undefined): string {
  if (lifetime === undefined) return 'nothing'
  const parts = Object.entries(lifetime).map(([name, value]) => {
    const text = value instanceof Date ? `in ${(value.getTime() - now) / day} days` : String(value)
    return `${name} ${text}`
  })
  return parts.join(', ') || '{}'
}

function assertHeader(header: string, { maxAge, expires }: Row): void {
  const attributes = attributesOf(header)
  assert.equal(attributes['max-age'], maxAge?.toString())
  assert.equal(attributes['expires'], expires?.toUTCString())
}

async function commitIn(storage: SessionStorage, row: Row): Promise<string> {
  const session = await storage.getSession()
  session.set('user', 'ada')
  const header = await storage.commitSession(session, row.commit)
  assertHeader(header, row)
  return header
}

for (const row of table) {
  describe(`a cookie with ${spelled(row.cookie)}, a commit with ${spelled(row.commit)}`, () => {
    for (const { name, create } of kinds) {
      for (const [made, cookieOf] of [
        ['options', (cookie: CookieOptions) => cookie],
        ['a cookie', (cookie: CookieOptions) => createCookie('sid', cookie)],
      ] as const) {
        it(`says so, and ends the session on the server (${name}, made of ${made})`, async () => {
          await withClock(async (clock) => {
            const storage = create(cookieOf({ secrets, ...row.cookie }))
            const header = await commitIn(storage, row)
            const cookie = header.split(';')[0]!
            if (row.end === undefined) return
            const end = clock.time + row.end
            // The defaults of the storage behind it are shorter than some of these.
            if (name === 'any storage of ours' && row.end > day) return
            clock.time = end - 1
            assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
            clock.time = end
            assert.deepEqual(await seen(storage, cookie), {})
          })
        })
      }
    }

    it('says the same to a strategy as React Router does', async () => {
      await withClock(async (clock) => {
        const end = row.end === undefined ? undefined : new Date(clock.time + row.end)
        for (const make of [createSessionStorage, reactRouter.createSessionStorage]) {
          const { strategy, rows } = tableStrategy()
          const storage: SessionStorage = make({ cookie: { secrets, ...row.cookie }, ...strategy })
          const session = await storage.getSession()
          const cookie = sentBack(await storage.commitSession(session, row.commit))
          assert.deepEqual([...rows.values()][0]!.expires, end)
          const again = await storage.getSession(cookie)
          if (cookie !== null) await storage.commitSession(again, row.commit)
          assert.deepEqual([...rows.values()][0]!.expires, end)
        }
      })
    })

    it('says the same when React Router made the cookie', async () => {
      await withClock(async (clock) => {
        const cookie = reactRouter.createCookie('sid', { secrets, ...row.cookie })
        const storage = createMemorySessionStorage({ cookie })
        const sent = (await commitIn(storage, row)).split(';')[0]!
        const end = clock.time + (row.end ?? 30 * day)
        clock.time = end - 1
        assert.deepEqual(await seen(storage, sent), { user: 'ada' })
        clock.time = end
        assert.deepEqual(await seen(storage, sent), {})
      })
    })
  })
}

describe('a session of which nobody says when it ends', () => {
  for (const { name, create } of kinds.slice(0, 3)) {
    it(`is unlike one whose cookie does, which lives so long unused (${name})`, async () => {
      await withClock(async (clock) => {
        const storage = create({ secrets, maxAge: 34_560_000 })
        const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
        clock.time += 400 * day - 1
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
        clock.time += 1
        assert.deepEqual(await seen(storage, cookie), {})
      })
    })

    it(`ends 30 days after the last commit (${name})`, async () => {
      await withClock(async (clock) => {
        const storage = create()
        const first = await visit(storage, null, (session) => session.set('user', 'ada'))
        clock.time += 29 * day
        assert.deepEqual(await seen(storage, first), { user: 'ada' })
        const renewed = await visit(storage, first)
        clock.time += 30 * day - 1
        assert.deepEqual(await seen(storage, renewed), { user: 'ada' })
        clock.time += 1
        assert.deepEqual(await seen(storage, renewed), {})
      })
    })

    it(`ends 400 days after it began in any case, or after a login (${name})`, async () => {
      await withClock(async (clock) => {
        const storage = create()
        let cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
        for (let days = 0; days < 380; days += 20) {
          clock.time += 20 * day
          cookie = await visit(storage, cookie)
        }
        const session = await storage.getSession(cookie)
        const loggedIn = sentBack(await storage.commitSession(session, { login: 'ada' }))
        clock.time += 20 * day - 1
        assert.deepEqual(await seen(storage, loggedIn), { user: 'ada' })
        clock.time += 1
        assert.deepEqual(await seen(storage, loggedIn), { user: 'ada' })
        cookie = loggedIn
        for (let days = 20; days < 380; days += 20) {
          cookie = await visit(storage, cookie)
          clock.time += 20 * day
        }
        cookie = await visit(storage, cookie)
        clock.time += 20 * day - 1
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
        clock.time += 1
        assert.deepEqual(await seen(storage, cookie), {})
      })
    })
  }

  it('is unlike one with a cookie for longer than browsers keep it, for strategies too', async () => {
    await withClock(async (clock) => {
      const { strategy, rows } = tableStrategy()
      const cookie = { secrets, maxAge: 99_000_000 }
      await visit(createSessionStorage({ cookie, ...strategy }), null)
      const longest = new Date(clock.time + 400 * day)
      assert.deepEqual(
        [...rows.values()].map(({ expires }) => expires),
        [longest],
      )
    })
  })

  it('is for the strategy to say', async () => {
    const { strategy, rows } = tableStrategy()
    await visit(createSessionStorage({ cookie: { secrets }, ...strategy }), null)
    assert.deepEqual(
      [...rows.values()].map(({ expires }) => expires),
      [undefined],
    )
  })
})

describe('how long a session lives over any storage of ours', () => {
  const options = { idleTimeout: 100, absoluteTimeout: 1000, regenerateGrace: 0 }

  function given(cookie: CookieOptions = {}) {
    const clock = fakeClock()
    const core = createCoreStorage({ ...options, now: clock.now })
    const storage: SessionStorage = toReactRouterStorage({ secrets, ...cookie }, core)
    const pass = (seconds: number) => clock.pass(seconds * second)
    return { storage, pass }
  }
  const signIn = (storage: SessionStorage) =>
    visit(storage, null, (session) => session.set('user', 'ada'))

  it('is what that storage says: so long unused', async () => {
    const { storage, pass } = given()
    const cookie = await signIn(storage)
    pass(99.999)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    pass(100)
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('is what that storage says, which can be longer than in a storage of this API', async () => {
    const clock = fakeClock()
    const seconds = 5_184_000
    const core = createCoreStorage({
      idleTimeout: seconds,
      absoluteTimeout: seconds,
      now: clock.now,
    })
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const cookie = await signIn(storage)
    clock.pass(59 * day)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
  })

  it('is renewed by reading, without a commit', async () => {
    const { storage, pass } = given()
    const cookie = await signIn(storage)
    for (let i = 0; i < 5; i++) {
      pass(90)
      assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    }
  })

  it('is what that storage says at most', async () => {
    const { storage, pass } = given({ maxAge: 5000 })
    let cookie = await signIn(storage)
    for (let i = 0; i < 11; i++) {
      pass(90)
      cookie = await visit(storage, cookie)
    }
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    pass(10)
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('is shorter if the cookie’s options say so, by that storage’s clock', async () => {
    const { storage, pass } = given({ maxAge: 50 })
    const cookie = await signIn(storage)
    pass(49.999)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    pass(0.001)
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('is shorter if the commit says so, and longer again if a later one does', async () => {
    const { storage, pass } = given()
    const session = await storage.getSession()
    session.set('user', 'ada')
    const cookie = sentBack(await storage.commitSession(session, { maxAge: 20 }))
    pass(19)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    const renewed = await storage.getSession(cookie)
    await storage.commitSession(renewed, { maxAge: 30 })
    pass(29)
    assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
    pass(1)
    assert.deepEqual(await seen(storage, cookie), {})
  })

  it('is nothing with a maxAge of 0 or less, or a date in the past', async () => {
    const [never, before] = [new Date(0), new Date(-1)]
    for (const lifetime of [
      { maxAge: 0 },
      { maxAge: -1 },
      { expires: never },
      { expires: before },
    ]) {
      const { storage } = given()
      const cookie = await signIn(storage)
      const session = await storage.getSession(cookie)
      assert.equal(sentBack(await storage.commitSession(session, lifetime)), null)
      assert.deepEqual(await seen(storage, cookie), {})
    }
  })

  it('is over, and not damaged, after a date before all dates', async () => {
    const types: string[] = []
    const core = createCoreCookieStorage({ onEvent: ({ type }) => types.push(type) })
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const header = await storage.commitSession(await storage.getSession(), {
      expires: new Date(-1),
    })
    await storage.getSession(header.split(';')[0])
    assert.deepEqual(types, ['created', 'saved', 'expired'])
  })
})
