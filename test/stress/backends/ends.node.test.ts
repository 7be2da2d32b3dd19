/*
 * Sessions end while four processes work with them. None of it hangs on chance: what is ended is being written to by all
 * processes before its end begins, and until it is over; and each login that may not stand was begun before that.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, it } from 'node:test'
import { Member } from './member.ts'
import { type Backend, openBackend } from './open-backend.ts'
import {
  type Act,
  type End,
  type Ending,
  type Held,
  openPlace,
  type Place,
  type Report,
  type Stage,
  type Turn,
} from './scene.ts'
import { patience } from './shared-backend.ts'
import { isMissing, startTargets, targets } from './targets.ts'

const chosen = ['a Redis Cluster', 'PostgreSQL', 'SQLite', 'a directory']
/** Milliseconds between one race and the next, by the clocks of all processes: more than an ended id is known for. */
const gap = 100_000

const places: Readonly<Record<Place, string>> = {
  listed: 'in a list',
  unlisted: 'in no list',
  cookies: 'in cookies',
}

interface Row {
  end: End
  /** What it is called. */
  title: string
  in: readonly Place[]
  /** Whether it ends sessions one by one, and no logins. */
  isOfSessions?: boolean
  /** Whether the sessions change their ids meanwhile. Not where the end comes with an id. */
  rotates: boolean
}

const everywhere: readonly Place[] = ['listed', 'unlisted', 'cookies']
const rows: readonly Row[] = [
  { end: 'revokeAll', title: 'revokeAll (P2, ASVS 7.4.2)', in: everywhere, rotates: true },
  { end: 'revokeEverybody', title: 'revokeEverybody (ASVS 7.4.5)', in: everywhere, rotates: true },
  { end: 'block', title: 'block (ASVS 7.4.2)', in: everywhere, rotates: true },
  { end: 'revokeGroup', title: 'revokeGroup (ASVS 7.6.1)', in: everywhere, rotates: true },
  // Where sessions are records, races.node.test.ts has these.
  { end: 'revoke', title: 'revoke (P2)', in: ['cookies'], isOfSessions: true, rotates: true },
  {
    end: 'destroy',
    title: 'a logout (P2, ASVS 7.4.1)',
    in: ['cookies'],
    isOfSessions: true,
    rotates: false,
  },
]

/** What the four do at once when an old id of their session comes back. */
const turnings: Readonly<Record<string, readonly [Turn, Turn, Turn, Turn]>> = {
  'changes its id': ['rotate', 'kill', 'set', 'kill'],
  'logs in again': ['login', 'kill', 'login', 'rotate'],
  'logs in as another user': ['set', 'another', 'rotate', 'set'],
}

let members: Member[] = []
before(async () => {
  members = await Promise.all(Array.from({ length: 4 }, () => Member.start(() => {})))
})
after(() => Promise.all(members.map((member) => member.kill())))
const some = targets.filter(({ name }) => chosen.includes(name))
const startedTarget = startTargets(some)

function tell<T>(actOf: (n: number) => Act): Promise<T[]> {
  return Promise.all(
    members.map((member, n) => member.ask({ do: 'act', act: actOf(n) }) as Promise<T>),
  )
}

for (const target of some) {
  describe(`sessions of four processes on ${target.name}`, { skip: isMissing(target) }, () => {
    let address: string
    let backend: Backend
    let races = 0
    before(async () => {
      ;({ address } = await startedTarget(target))
      backend = await openBackend(address, { timeout: patience, now: Date.now })
    })
    after(() => backend?.close())

    async function enter(place: Place, options: Partial<Stage> = {}): Promise<Stage> {
      const ahead = ++races * gap
      const userId = `${process.pid}-${races}`
      const stage = { address, place, userId, ahead, ...options }
      await tell(() => ({ type: 'enter', stage }))
      return stage
    }

    /** Looks with the eyes of a server that has seen nothing of it. */
    function look(stage: Stage, later: number = 1000): Ending {
      return openPlace(stage.place, backend.store, { ...stage, ahead: stage.ahead + later })
    }

    for (const { end, title, in: where, isOfSessions, rotates } of rows) {
      for (const place of where) {
        it(`end for good with ${title}: ${places[place]}`, async () => {
          const group = end === 'revokeGroup' ? `sid-${process.pid}-${races}` : undefined
          const stage = await enter(place, { group })
          const held = await tell<Held[]>(() => ({
            type: 'logIn',
            saved: 2,
            begun: isOfSessions ? 0 : 2,
          }))
          // Each changes the id of a session of its own, and writes to one that another one writes to as well.
          const own = held.map(([first]) => first!)
          const shared = held.map(([, second]) => second!)
          const idTurns: Turn[] = ['set', 'rotate', 'again', 'kill']
          await tell((n) => ({
            type: 'work',
            lanes: [
              { cookie: own[n]!.cookie, turns: rotates ? idTurns : ['set'] },
              { cookie: shared[n % 2]!.cookie, turns: ['set'] },
            ],
          }))
          const ender = races % members.length
          const sessions = [...own, ...shared]
          await tell((n) => ({
            type: 'meet',
            end: n === ender ? { by: end, sessions } : undefined,
          }))
          const reports = await tell<Report>(() => ({ type: 'leave' }))
          assert.equal(sum(reports.map(({ survivors }) => survivors)), 0)
          const storage = look(stage)
          const cookies = reports.flatMap(({ issued }) => issued.map(({ cookie }) => cookie))
          assert.ok(cookies.length >= sessions.length)
          assert.deepEqual(await living(storage, cookies), [])
          if (isOfSessions) return
          if (end === 'block') {
            assert.equal(await logIn(storage, stage), null)
            await storage.unblock(stage.userId)
            assert.deepEqual(await living(storage, cookies), [])
          }
          const later = await logIn(storage, stage)
          assert.deepEqual(await living(storage, [later!]), [later])
        })
      }
    }

    for (const place of everywhere) {
      for (const [title, turning] of Object.entries(turnings)) {
        it(`end when an old id comes back while one ${title}: ${places[place]}`, async () => {
          await enter(place, { onReuse: 'revoke' })
          const ask = (act: Act) => members[0]!.ask({ do: 'act', act })
          const [{ cookie: old }] = (await ask({ type: 'logIn', saved: 1, begun: 0 })) as [Held]
          const young = (await ask({ type: 'turn', cookie: old, turn: 'kill' })) as string
          // So much later that the old id cannot be on its way any more.
          const stage = await enter(place, { onReuse: 'revoke' })
          // Owner and thief have the same one.
          await tell(() => ({ type: 'work', lanes: [{ cookie: young, turns: ['set'] }] }))
          await tell((n) => ({
            type: 'meet',
            turns: [{ cookie: young, turns: [turning[n]!] }],
            reads: n < 2 ? [old] : [],
          }))
          const reports = await tell<Report>(() => ({ type: 'leave' }))
          assert.equal(sum(reports.map(({ survivors }) => survivors)), 0)
          const storage = look(stage)
          const issued = reports.flatMap((report) => report.issued)
          const alive = await living(
            storage,
            issued.map(({ cookie }) => cookie),
          )
          const logins = issued.filter(({ isByLogin }) => isByLogin).map(({ cookie }) => cookie)
          assert.deepEqual(
            alive.filter((cookie) => !logins.includes(cookie)),
            [],
          )
          const handle = young.slice(0, young.indexOf('.'))
          for (const cookie of alive) {
            const session = await storage.read(cookie)
            // A login of the user has begun another session, and one of another user has taken this one over.
            if (session.userId === stage.userId) assert.notEqual(session.handle, handle)
          }
          if (logins.length > 0) return
          const events = reports.flatMap((report) => report.events)
          assert.ok(events.includes('reused-old-id') && events.includes('revoked'))
        })
      }
    }
  })
}

function sum(numbers: number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}

async function logIn(storage: Ending, { userId, group }: Stage): Promise<string | null> {
  const session = await storage.read(null)
  session.login(userId, { group })
  return storage.save(session)
}

/** Those of these cookies that still stand for a session. */
async function living(storage: Ending, cookies: readonly string[]): Promise<string[]> {
  const alive = []
  for (const cookie of cookies) if (!(await storage.read(cookie)).isNew) alive.push(cookie)
  return alive
}
