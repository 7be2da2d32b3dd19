/* The same programs with express-session itself, and with ours. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import theirs from 'express-session'
import ours from 'coatcheck/compat/express-session'
import { called, program, type Middleware, type Visited } from './program.ts'
import { secret, Visitor } from './visitor.ts'

type Step =
  | { do: 'set'; key: string; value: unknown }
  | { do: 'push' | 'unset'; key: string }
  | { do: 'save' | 'reload' | 'regenerate' | 'destroy' | 'null' | 'touch' | 'look' }
  | { do: 'maxAge'; ms: number | null }

const key = fc.constantFrom('a', 'b', 'a', 'b', 'constructor', 'toString')
const value = fc.oneof(
  fc.constantFrom<unknown>('x', '', 0, null, [], {}),
  fc.json({ maxDepth: 2 }).map((text): unknown => JSON.parse(text)),
)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set'), key, value }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('push', 'unset'), key }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('look', 'save', 'reload', 'touch') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('regenerate', 'null', 'destroy') }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('maxAge'), ms: fc.constantFrom(90_000, 7000, null) }),
  },
) as fc.Arbitrary<Step>
const visits = fc.array(fc.array(step, { maxLength: 6 }), { minLength: 2, maxLength: 6 })

/** What is shown of a session, whatever the order of its keys. */
function shown(session: any): unknown {
  if (session === undefined || session === null) return session
  const { cookie, ...data } = session
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))
  // There, it may be a millisecond less each time.
  const maxAge: unknown = cookie.originalMaxAge
  return [typeof maxAge === 'number' ? Math.round(maxAge / 1000) : maxAge, entries]
}

async function take(one: Step, request: Visited): Promise<unknown> {
  const { session } = request
  if (session === undefined || session === null) return 'none'
  switch (one.do) {
    case 'set':
      session[one.key] = structuredClone(one.value)
      return undefined
    case 'push':
      if (!Object.hasOwn(session, one.key)) return undefined
      if (Array.isArray(session[one.key])) session[one.key].push(1)
      else if (typeof session[one.key] === 'object' && session[one.key]) session[one.key].more = 1
      return undefined
    case 'unset':
      delete session[one.key]
      return undefined
    case 'maxAge':
      session.cookie.maxAge = one.ms
      // There, the cookie alone is not saved in the session's first request.
      session.asked = one.ms
      return undefined
    case 'touch':
      return session.touch() === session
    case 'null':
      request.session = null
      return undefined
    case 'look':
      return shown(session)
    case 'save':
      // There, a session that holds nothing is saved too.
      session.kept = true
      await called((done) => session.save(done))
      return undefined
    default: {
      const failed = (error: Error) => error.message
      const { id } = session
      const error = await called((done) => session[one.do](done)).catch(failed)
      return [error, request.session === session, request.session?.id === id, session.id === id]
    }
  }
}

/** A server whose visitors say in a header what is to be done. */
function player(middleware: Middleware): RequestListener {
  return program(middleware, async (request, response) => {
    const steps = JSON.parse(decodeURIComponent(String(request.headers['x-steps']))) as Step[]
    const seen: unknown[] = [shown(request.session)]
    for (const one of steps) seen.push([one.do, (await take(one, request)) ?? null])
    seen.push(shown(request.session) ?? null)
    response.end(JSON.stringify(seen))
  })
}

/** There, what is named like a property of every object is not read back, so it is always new where it is set, and never after a reload. */
function isForgotten(one: Step): boolean {
  return 'key' in one && one.key in {}
}

/** Everything that a visitor sees. */
async function play(visitor: Visitor, taken: readonly Step[][]): Promise<unknown[]> {
  const all: unknown[] = []
  for (const steps of taken) {
    const headers = { 'x-steps': encodeURIComponent(JSON.stringify(steps)) }
    const { text, status, setCookies } = await visitor.send('/', { headers })
    // Ours takes the cookie away where the session has ended, and does not mind in which order keys stand.
    const isOther = steps.some((one) => ['destroy', 'null', 'unset'].includes(one.do))
    all.push([status, JSON.parse(text), isOther || steps.some(isForgotten) || setCookies.length])
  }
  return all
}

type Options = theirs.SessionOptions

async function started(middleware: Middleware): Promise<{ server: Server; url: string }> {
  const server = createServer({ maxHeaderSize: 65_536 }, player(middleware))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const kinds: Partial<Options>[] = [
  {},
  { cookie: { maxAge: 60_000 } },
  { cookie: { maxAge: 60_000 }, rolling: true },
  { unset: 'destroy' },
]

/** What chance comes to once in many runs: a session that is as it was found, although other things were saved meanwhile. */
const asFound: [Step[][]][] = [
  [
    [
      [set('a', 'x'), { do: 'save' }],
      [set('a', 'y'), { do: 'save' }, set('a', 'x')],
    ],
  ],
  // A name that every object has is not read again.
  [[[{ do: 'save' }], [set('constructor', ''), { do: 'save' }, { do: 'reload' }]]],
]

function set(key: string, value: unknown): Step {
  return { do: 'set', key, value }
}

describe('express-session itself', () => {
  for (const kind of kinds) {
    describe(`with ${JSON.stringify(kind)}`, () => {
      const options: Options = { secret, resave: false, saveUninitialized: false, ...kind }
      const places: { server: Server; url: string }[] = []
      before(async () => {
        places.push(await started(theirs(options) as Middleware))
        places.push(await started(ours(options as ours.SessionOptions)))
        places.push(await started(ours({ ...options, store: new theirs.MemoryStore() } as never)))
      })
      after(() => places.forEach(({ server }) => (server.closeAllConnections(), server.close())))

      it('does the same, whatever one visitor does', () =>
        fc.assert(
          fc.asyncProperty(visits, async (taken) => {
            const [expected, ...found] = await Promise.all(
              places.map(({ url }) => play(new Visitor(url), taken)),
            )
            for (const one of found) assert.deepEqual(one, expected)
          }),
          { numRuns: 60, examples: asFound },
        ))
    })
  }
})
