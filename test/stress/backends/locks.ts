/*
 * Sessions that wait for their users, in four processes. Each proof that must not stand was given before the end begins, and
 * each process has read the locked session before another one unlocks it: so none of it hangs on chance.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Ends, places } from './endings.ts'
import { living, logIn, type Play } from './play.ts'
import { type Held, type Lane, type Place, type Report, type Seen, sightOf } from './scene.ts'
import type { Stage, Turn } from './scene.ts'

/** Sessions of one user, so many of each process, which are locked by now. */
async function locked(
  play: Play,
  place: Place,
  { saved, group }: { saved: number; group?: string | undefined },
): Promise<{ stage: Stage; held: Held[][] }> {
  const { userId } = await play.enter(place, { group, locks: true })
  const held = await play.tell<Held[]>(() => ({ type: 'logIn', saved, begun: 0 }))
  return { stage: await play.enter(place, { group, locks: true, userId }), held }
}

export function itEndsLocked(
  { end, title, isOfSessions, rotates }: Ends,
  place: Place,
  play: () => Play,
): void {
  it(`end for good while they are unlocked, with ${title}: ${places[place]}`, async () => {
    const group = end === 'revokeGroup' ? `sid-${play().name}` : undefined
    const { stage, held } = await locked(play(), place, { saved: 3, group })
    const lane = (held: Held | undefined, ...turns: Turn[]): Lane => ({
      cookie: held!.cookie,
      turns,
    })
    // Each goes on with one that it has unlocked, has just unlocked another one, and unlocks one more when it ends.
    await play().tell((n) => ({
      type: 'work',
      lanes: rotates ? [lane(held[n]![0], 'again', 'set')] : [],
    }))
    await play().tell((n) => {
      const next = held[(n + 1) % held.length]!
      const proofs = isOfSessions && place === 'cookies' ? [] : [lane(next[1], 'again')]
      // What ends one session ends none that a login has begun beside it; and of two proofs in cookies each stands.
      const rivals = isOfSessions ? proofs.slice(0, 1) : [proofs[0]!, lane(next[2], 'login')]
      return { type: 'begin', lanes: [lane(held[n]![1], 'again', 'set'), ...rivals] }
    })
    const { ender } = play()
    await play().tell((n) => ({
      type: 'meet',
      end: n === ender ? { by: end, sessions: held.flat() } : undefined,
      turns: [lane(held[n]![2], 'again')],
    }))
    const reports = await play().tell<Report>(() => ({ type: 'leave' }))
    assert.equal(
      reports.reduce((sum, { survivors }) => sum + survivors, 0),
      0,
    )
    const storage = play().look(stage)
    const issued = reports.flatMap((report) => report.issued.map(({ cookie }) => cookie))
    const cookies = [...issued, ...held.flat().map(({ cookie }) => cookie)]
    if (rotates) assert.ok(issued.length >= held.length, 'nothing was unlocked')
    assert.deepEqual(await living(storage, cookies), [])
    if (isOfSessions) return
    if (end === 'block') await storage.unblock(stage.userId)
    const later = await logIn(storage, stage)
    assert.deepEqual(await living(storage, [later!, ...cookies]), [later])
  })
}

/** What the four do at once with one locked session. */
const unlocking: Readonly<Record<string, readonly Turn[][]>> = {
  'of several proofs at once none loses what was there, or sees it before (P1)': [
    ['again', 'set'],
    ['again', 'set'],
    ['login', 'set'],
    ['login', 'set'],
  ],
  'a login of another user neither sees nor keeps what the first one had': [
    ['again', 'set'],
    ['another', 'set'],
    ['login', 'set'],
    ['another', 'set'],
  ],
}

export function itLocks(place: Place, play: () => Play): void {
  for (const [title, turns] of Object.entries(unlocking)) {
    it(`wait locked, and ${title}: ${places[place]}`, async () => {
      const { stage, held } = await locked(play(), place, { saved: 1 })
      const { userId } = stage
      const { cookie } = held[0]![0]!
      const seen = await play().tell<Seen[]>((n) => ({
        type: 'begin',
        lanes: [{ cookie, turns: turns[n]! }],
      }))
      for (const [process, [sight]] of seen.entries()) {
        const [who, n] = turns[process]!.includes('another') ? [`not ${userId}`, 1] : [userId, 2]
        assert.deepEqual(sight!.before, { locked: userId, size: 0, data: {} })
        assert.deepEqual(sight!.after, { userId: who, size: 2, data: { n, of: who } })
      }
      await play().tell(() => ({ type: 'meet' }))
      const reports = await play().tell<Report>(() => ({ type: 'leave' }))
      const issued = reports.flatMap((report) => report.issued.map((one) => one.cookie))
      // Each has proved who they are, and nobody is turned away.
      assert.equal(issued.length, turns.length)
      const storage = play().look(stage)
      const alive = await living(storage, [cookie, ...issued])
      assert.ok(!alive.includes(cookie))
      const isAlone = place !== 'cookies' && !turns.flat().includes('another')
      assert.ok(isAlone ? alive.length === 1 : alive.length > 0, `${alive.length} live`)
      for (const one of alive) {
        const { userId: who, locked, data } = sightOf(await storage.read(one))
        const n = who === userId ? 2 : 1
        assert.deepEqual([locked, data], [undefined, { n, of: who }])
      }
    })
  }
}
