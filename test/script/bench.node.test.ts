import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Session } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'

interface Contestant {
  name: string
  kind: string
  workload: string | string[]
}
interface Prepared {
  setCookieBytes: number
  callsFor(inFlight: number): (() => unknown)[]
  close?(): unknown
}

const bench = new URL('../../../bench/', import.meta.url)
const load = async (file: string) => {
  const { contestants } = (await import(new URL(`contestants/${file}`, bench).href)) as {
    contestants: Contestant[]
  }
  return contestants
}
const contestants = await load('coatcheck.mjs')
const limits = await load('limits.mjs')
const { prepare } = (await import(new URL('lib/visitors.mjs', bench).href)) as {
  prepare(contestant: Contestant, context: object): Promise<Prepared>
}
const { sessionData } = (await import(new URL('lib/payload.mjs', bench).href)) as {
  sessionData(bytes: number): object
}

/** `prepare` itself sees to it that a contestant reads what it wrote, and counts where it should. */
describe('what the benchmarks measure of ours', () => {
  for (const contestant of contestants) {
    const workload = [contestant.workload].flat()[0]!
    if (contestant.kind !== 'ours' || !['cookie', 'memory'].includes(workload)) continue
    for (const mode of ['ro', 'rw']) {
      it(`${contestant.name} works, ${mode}`, async () => {
        const context = { workload, mode, data: { count: 1 }, inFlight: 1 }
        const { close } = await prepare(contestant, context)
        assert.equal(await close?.(), undefined)
      })
    }
  }
})

const callsOfBurst = 50
const mostBursts = 600

/** Ours and the same by hand, which the benchmarks call the limit. */
async function beside(workload: string, [ours, limit]: string[], mode: string, bytes: number) {
  const context = { workload, mode, data: sessionData(bytes), inFlight: 1 }
  return Promise.all(
    [
      [contestants, ours],
      [limits, limit],
    ].map(([rows, wanted]) => {
      const row = (rows as Contestant[]).find(({ name }) => name === wanted)
      assert.ok(row, `a row named ${wanted as string}`)
      return prepare(row, context)
    }),
  ) as Promise<[Prepared, Prepared]>
}

async function timeOfBurst(call: () => unknown): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < callsOfBurst; i++) await call()
  return performance.now() - start
}

/**
 * How many times as long the first takes, compared by the fastest of many short bursts: what else the machine does only
 * ever adds. It ends when that is few enough, and so takes long only where it fails.
 */
async function timesAsLong(
  ours: () => unknown,
  limit: () => unknown,
  enough: number,
): Promise<number> {
  let fastest = Infinity
  let fastestLimit = Infinity
  for (let i = 0; i < mostBursts; i++) {
    fastestLimit = Math.min(fastestLimit, await timeOfBurst(limit))
    fastest = Math.min(fastest, await timeOfBurst(ours))
    // What is not compiled yet is no measure, of the limit neither.
    if (i > 150 && fastest / fastestLimit <= enough) break
  }
  return fastest / fastestLimit
}

const cookie = ['coatcheck cookie (sealed)', 'limit: node AES-256-GCM']
const memory = ['coatcheck memory', 'limit: Map of JSON, signed id']

/** Bounds are twice what a quiet machine measures: they find what made a request much slower, and no noise. */
describe('the speed of ours, beside the same by hand', () => {
  for (const [workload, rows, mode, bound] of [
    ['cookie', cookie, 'rw', 3],
    ['cookie', cookie, 'ro', 3],
    ['memory', memory, 'rw', 4.5],
    ['memory', memory, 'ro', 4.5],
  ] as const) {
    it(`${rows[0]} takes at most ${bound} times as long, 1 KB, ${mode}`, async () => {
      const pair = await beside(workload, rows as unknown as string[], mode, 1024)
      const [ours, limit] = pair.map(({ callsFor }) => callsFor(1)[0]!)
      const times = await timesAsLong(ours!, limit!, bound)
      for (const { close } of pair) await close?.()
      assert.ok(times <= bound, `${times.toFixed(2)} times as long`)
    })
  }

  for (const bytes of [100, 1024, 2700]) {
    it(`a sealed session of ${bytes} bytes has at most 120 bytes of Set-Cookie more`, async () => {
      const [ours, limit] = await beside('cookie', cookie, 'rw', bytes)
      assert.ok(ours.setCookieBytes - limit.setCookieBytes <= 120)
    })
  }
})

describe('a session that somebody has logged in to', () => {
  it('is read in at most 2.5 times the time of one that nobody has logged in to', async () => {
    const storage = createCookieSessionStorage()
    const reading = async (begin: (session: Session) => void) => {
      const values: (string | null)[] = []
      // More than are remembered.
      for (let i = 0; i < 5000; i++) {
        const session = await storage.read(null)
        session.set('n', i)
        begin(session)
        values.push(await storage.save(session))
      }
      let next = 0
      return async () => (await storage.read(values[next++ % values.length]!)).get('n')
    }
    const user = await reading((session) => session.login('ada'))
    const times = await timesAsLong(user, await reading(() => {}), 2.5)
    assert.ok(times <= 2.5, `${times.toFixed(2)} times as long`)
  })
})
