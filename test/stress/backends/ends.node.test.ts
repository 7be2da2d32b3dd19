/*
 * Sessions end while four processes work with them. None of it hangs on chance: what is ended is being written to by all
 * processes before its end begins, and until it is over; and each login that may not stand was begun before that.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { itLocks, itEndsLocked } from './locks.ts'
import { Member } from './member.ts'
import { type Backend, openBackend } from './open-backend.ts'
import { living, logIn, Play } from './play.ts'
import { everywhere, places, rows } from './endings.ts'
import type { Held, Report, Turn } from './scene.ts'
import { patience } from './shared-backend.ts'
import { isMissing, startTargets, targets } from './targets.ts'

const chosen = ['a Redis Cluster', 'PostgreSQL', 'SQLite', 'a directory']

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

for (const [n, target] of some.entries()) {
  describe(`sessions of four processes on ${target.name}`, { skip: isMissing(target) }, () => {
    let backend: Backend
    let play: Play
    before(async () => {
      const { address } = await startedTarget(target)
      backend = await openBackend(address, { timeout: patience, now: Date.now })
      play = new Play(members, { address, store: backend.store })
    })
    after(() => backend?.close())

    for (const { end, title, in: where, isOfSessions, rotates } of rows) {
      for (const place of where) {
        it(`end for good with ${title}: ${places[place]}`, async () => {
          const group = end === 'revokeGroup' ? `sid-${play.name}` : undefined
          const stage = await play.enter(place, { group })
          const held = await play.tell<Held[]>(() => ({
            type: 'logIn',
            saved: 2,
            begun: isOfSessions ? 0 : 2,
          }))
          // Each changes the id of a session of its own, and writes to one that another one writes to as well.
          const own = held.map(([first]) => first!)
          const shared = held.map(([, second]) => second!)
          const idTurns: Turn[] = ['set', 'rotate', 'again', 'kill']
          await play.tell((n) => ({
            type: 'work',
            lanes: [
              { cookie: own[n]!.cookie, turns: rotates ? idTurns : ['set'] },
              { cookie: shared[n % 2]!.cookie, turns: ['set'] },
            ],
          }))
          const { ender } = play
          const sessions = [...own, ...shared]
          await play.tell((n) => ({
            type: 'meet',
            end: n === ender ? { by: end, sessions } : undefined,
          }))
          const reports = await play.tell<Report>(() => ({ type: 'leave' }))
          assert.equal(sum(reports.map(({ survivors }) => survivors)), 0)
          const storage = play.look(stage)
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

    // Each end in one place, and in each place on some of them: what ends locked sessions is the same as above.
    for (const [m, row] of rows.entries()) {
      itEndsLocked(row, everywhere[(n + m) % everywhere.length]!, () => play)
    }
    for (const place of everywhere) itLocks(place, () => play)

    for (const place of everywhere) {
      for (const [title, turning] of Object.entries(turnings)) {
        it(`end when an old id comes back while one ${title}: ${places[place]}`, async () => {
          const { userId } = await play.enter(place, { onReuse: 'revoke' })
          const [{ cookie: old }] = await play.ask<[Held]>({ type: 'logIn', saved: 1, begun: 0 })
          const young = await play.ask<string>({ type: 'turn', cookie: old, turn: 'kill' })
          // So much later that the old id cannot be on its way any more.
          const stage = await play.enter(place, { onReuse: 'revoke', userId })
          // Owner and thief have the same one.
          await play.tell(() => ({ type: 'work', lanes: [{ cookie: young, turns: ['set'] }] }))
          await play.tell((n) => ({
            type: 'meet',
            turns: [{ cookie: young, turns: [turning[n]!] }],
            reads: n < 2 ? [old] : [],
          }))
          const reports = await play.tell<Report>(() => ({ type: 'leave' }))
          assert.equal(sum(reports.map(({ survivors }) => survivors)), 0)
          const storage = play.look(stage)
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
