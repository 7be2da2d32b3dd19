import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as ours from 'coatcheck/compat/react-router'
import * as theirs from 'react-router'
import { shareOf } from '../../random-cases.ts'
import {
  attributesOf,
  secrets,
  seen,
  sentBack,
  tableStrategy,
  valueOf,
  visit,
  withClock,
} from './kinds.ts'

type Step =
  | { do: 'set' | 'flash'; name: string; value: unknown }
  | { do: 'get' | 'has' | 'unset'; name: string }
  | { do: 'commit' | 'open' | 'destroy' }

const name = fc.constantFrom('a', 'b', '__proto__', '__flash_a__')
const value = fc.oneof(
  fc.constantFrom('x', '', 0, true, false, null),
  fc
    .json({ maxDepth: 2 })
    .filter(({ length }) => length < 60)
    // What JSON can hold: in memory React Router keeps a -0.
    .map((text): unknown => JSON.parse(JSON.stringify(JSON.parse(text)))),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('set', 'flash'), name, value }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('get', 'has', 'unset'), name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('commit', 'open') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy') }) },
) as fc.Arbitrary<Step>
const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })

/** Everything that a visitor and an application see of these steps. */
async function play(storage: theirs.SessionStorage, taken: readonly Step[]): Promise<unknown[]> {
  const shown: unknown[] = []
  let cookie: string | null = null
  let session = await storage.getSession(cookie)
  for (const one of taken) {
    if (one.do === 'set') session.set(one.name, structuredClone(one.value))
    if (one.do === 'flash') session.flash(one.name, structuredClone(one.value))
    if (one.do === 'unset') session.unset(one.name)
    if (one.do === 'get') shown.push(session.get(one.name))
    if (one.do === 'has') shown.push(session.has(one.name))
    if (one.do === 'commit') cookie = sentBack(await storage.commitSession(session))
    if (one.do === 'destroy') cookie = sentBack(await storage.destroySession(session))
    // Committing what was destroyed is one of the differences below.
    if (one.do === 'open' || one.do === 'destroy') session = await storage.getSession(cookie)
    shown.push([one.do, cookie !== null, session.id !== '', plain(session.data)])
  }
  return shown
}

/** Without the order of keys, which a merge may change. */
function plain(data: theirs.SessionData): unknown {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))
}

const cookie = { name: 'sid', secrets, maxAge: 3600 }

const pairs: [string, (api: typeof theirs) => theirs.SessionStorage][] = [
  ['cookie', ({ createCookieSessionStorage }) => createCookieSessionStorage({ cookie })],
  ['memory', ({ createMemorySessionStorage }) => createMemorySessionStorage({ cookie })],
  [
    'strategy',
    ({ createSessionStorage }) => createSessionStorage({ cookie, ...tableStrategy().strategy }),
  ],
]

describe('React Router itself', () => {
  for (const [kind, create] of pairs) {
    it(`does the same, whatever one visitor does (${kind})`, async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          const expected = await play(create(theirs), taken)
          const found = await play(create(ours as unknown as typeof theirs), taken)
          assert.deepEqual(found, expected)
        }),
        { numRuns: shareOf(200) },
      )
    })
  }
})

describe('React Router itself differs, on purpose:', () => {
  const both = [ours as unknown as typeof theirs, theirs]

  async function inBoth<Result>(work: (api: typeof theirs) => Promise<Result>): Promise<Result[]> {
    return [await work(both[0]!), await work(both[1]!)]
  }

  const memory = ({ createMemorySessionStorage }: typeof theirs) =>
    createMemorySessionStorage({ cookie })

  it('it takes ids that it never gave', async () => {
    const found = await inBoth(async (api) => {
      const { strategy, rows } = tableStrategy()
      const storage = api.createSessionStorage({ cookie: api.createCookie('sid'), ...strategy })
      const planted = sentBack(await api.createCookie('sid').serialize('planted'))
      const session = await storage.getSession(planted)
      await storage.commitSession(session)
      return rows.has('planted')
    })
    assert.deepEqual(found, [false, true])
  })

  it('it writes back what was destroyed', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const known = await visit(storage, null, (session) => session.set('user', 'ada'))
      const session = await storage.getSession(known)
      const late = await storage.getSession(known)
      await storage.destroySession(session)
      const again = sentBack(await storage.commitSession(session))
      await storage.commitSession(late)
      return [again === null, await seen(storage, known)]
    })
    assert.deepEqual(found, [
      [true, {}],
      [false, { user: 'ada' }],
    ])
  })

  it('it makes a session of each commit of a new one', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const session = await storage.getSession()
      const first = sentBack(await storage.commitSession(session))
      session.set('user', 'ada')
      await storage.commitSession(session)
      return seen(storage, first)
    })
    assert.deepEqual(found, [{ user: 'ada' }, {}])
  })

  it('it forgets what a request at the same time has set', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const known = await visit(storage, null)
      const session = await storage.getSession(known)
      await visit(storage, known, (other) => other.set('cart', ['hat']))
      session.set('user', 'ada')
      await storage.commitSession(session)
      return seen(storage, known)
    })
    assert.deepEqual(found, [{ cart: ['hat'], user: 'ada' }, { user: 'ada' }])
  })

  it('in memory it keeps what no other storage keeps', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const known = await visit(storage, null, (session) => {
        session.set('date', new Date(0))
        session.set('nothing', undefined)
      })
      return seen(storage, known)
    })
    const [one, other] = [
      { date: '1970-01-01T00:00:00.000Z' },
      { date: new Date(0), nothing: undefined },
    ]
    assert.deepEqual(found, [one, other])
  })

  it('in a cookie it loses a Map without a word', async () => {
    const found = await inBoth(async (api) => {
      const storage = api.createCookieSessionStorage({ cookie })
      const session = await storage.getSession()
      session.set('map', new Map([[1, 2]]))
      const header = await storage.commitSession(session).catch(({ code }) => code)
      return header === 'ERR_SESSION_VALUE' ? header : seen(storage, sentBack(header))
    })
    assert.deepEqual(found, ['ERR_SESSION_VALUE', { map: {} }])
  })

  it('its sessions’ cookies are for scripts too, and can be read', async () => {
    const found = await inBoth(async (api) => {
      const storage = api.createCookieSessionStorage({ cookie })
      const session = await storage.getSession()
      session.set('user', 'ada')
      const header = await storage.commitSession(session)
      const text = Buffer.from(decodeURIComponent(valueOf(header)), 'base64').toString('latin1')
      return ['httponly' in attributesOf(header), text.includes('ada')]
    })
    assert.deepEqual(found, [
      [true, false],
      [false, true],
    ])
  })

  it('it sends its own Max-Age beside the date of a commit', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const header = await storage.commitSession(await storage.getSession(), {
        expires: new Date('2040-01-01T00:00:00Z'),
      })
      return attributesOf(header)['max-age']
    })
    assert.deepEqual(found, [undefined, '3600'])
  })

  it('it asks a strategy to delete what was never stored', async () => {
    const found = await inBoth(async (api) => {
      const { strategy, calls } = tableStrategy()
      const storage = api.createSessionStorage({ cookie, ...strategy })
      await storage.destroySession(await storage.getSession())
      return calls
    })
    assert.deepEqual(found, [[], ['delete']])
  })

  it('it takes an empty cookie for a value, although nobody signed it', async () => {
    const found = await inBoth(async (api) => api.createCookie('sid', { secrets }).parse('sid='))
    assert.deepEqual(found, [null, ''])
  })

  it('of two cookies of one name it takes the first, whoever planted it', async () => {
    const found = await inBoth(async (api) => {
      const storage = memory(api)
      const mine = await visit(storage, null, (session) => session.set('user', 'ada'))
      const planted = await visit(storage, null, (session) => session.set('user', 'eve'))
      return seen(storage, `${planted}; ${mine}`)
    })
    assert.deepEqual(found, [{}, { user: 'eve' }])
  })

  it('a visitor can make a decode of one’s own throw', async () => {
    const found = await inBoth(async (api) => {
      const own = api.createCookie('sid', { decode: decodeURIComponent })
      return own.parse('sid=%zz').catch((error: unknown) => error instanceof URIError)
    })
    assert.deepEqual(found, ['', true])
  })

  it('it sends cookies that no browser keeps', async () => {
    const found = await inBoth(async (api) => {
      const header = api.createCookie('prefs').serialize('x'.repeat(5000))
      return header.then(({ length }) => length > 4096).catch(({ code }) => code)
    })
    assert.deepEqual(found, ['ERR_SESSION_COOKIE_SIZE', true])
  })

  it('it wants to be told of Secure where browsers insist on it', async () => {
    const found = await inBoth(async (api) => {
      const header = async () => api.createCookie('prefs', { sameSite: 'none' }).serialize('x')
      return header()
        .then((text) => attributesOf(text)['secure'])
        .catch(() => 'refused')
    })
    assert.deepEqual(found, [true, 'refused'])
  })

  it('a session of which nobody says when it ends never does', async () => {
    const found: unknown[] = []
    for (const api of both) {
      await withClock(async (clock) => {
        const storage = api.createMemorySessionStorage({ cookie: { secrets } })
        const known = await visit(storage, null, (session) => session.set('user', 'ada'))
        clock.time += 31 * 86_400_000
        found.push(await seen(storage, known))
      })
    }
    assert.deepEqual(found, [{}, { user: 'ada' }])
  })
})
