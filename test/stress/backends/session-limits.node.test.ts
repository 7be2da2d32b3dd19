import assert from 'node:assert/strict'
import process from 'node:process'
import { after, before, describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import type { SessionLimitOptions } from 'coatcheck/accounts'
import { isBrief } from '../../random-cases.ts'
import { Member } from './member.ts'
import { type Backend, openBackend } from './open-backend.ts'
import type { Rush, RushResult } from './rush.ts'
import { patience } from './shared-backend.ts'
import { isMissing, startTargets, targets } from './targets.ts'

const max = 3
/** At least one for each process, because they take turns to end a group. */
const rounds = isBrief ? 4 : 6
/** Of each process at the same time. */
const logins = 2
const chosen = ['a Redis Cluster', 'PostgreSQL', 'SQLite', 'a directory']

const oldest: SessionLimitOptions = { max, whenReached: 'end-oldest' }
const refuse: SessionLimitOptions = { max, whenReached: 'refuse' }

let members: Member[] = []
before(async () => {
  members = await Promise.all(Array.from({ length: 4 }, () => Member.start(() => {})))
})
after(() => Promise.all(members.map((member) => member.kill())))
const some = targets.filter(({ name }) => chosen.includes(name))
const startedTarget = startTargets(some)

for (const target of some) {
  describe(
    `logins of one user in four processes on ${target.name}`,
    { skip: isMissing(target) },
    () => {
      let address: string
      let backend: Backend
      before(async () => {
        ;({ address } = await startedTarget(target))
        backend = await openBackend(address, { timeout: patience, now: Date.now })
      })
      after(() => backend?.close())

      /** All processes at once, and then the handles of those sessions of the user that live. */
      async function race(
        userId: string,
        rushOf: (n: number) => Partial<Rush>,
      ): Promise<{ living: string[]; results: RushResult[] }> {
        const results = await Promise.all(
          members.map((member, n) =>
            member.ask({ do: 'rush', rush: { address, userId, logins, ...rushOf(n) } }),
          ),
        )
        const sessions = await createSessionStorage(backend.store).sessionsOf(userId)
        return { living: sessions.map(({ handle }) => handle), results: results as RushResult[] }
      }

      it('leave as many sessions as there may be, where the oldest ends (ASVS 7.1.2)', async () => {
        for (let round = 0; round < rounds; round++) {
          const userId = `${process.pid}-oldest-${round}`
          const { living, results } = await race(userId, () => ({ limit: oldest }))
          const cookies = results.flatMap((result) => result.cookies)
          assert.equal(cookies.length, logins * members.length)
          assert.equal(living.length, max)
          assert.ok(living.every((handle) => cookies.some((cookie) => cookie.startsWith(handle))))
          assert.equal((await race(userId, () => ({ limit: oldest }))).living.length, max)
        }
      })

      it('leave as many sessions as there may be, where the others are refused (ASVS 7.1.2)', async () => {
        for (let round = 0; round < rounds; round++) {
          const userId = `${process.pid}-refuse-${round}`
          const { living, results } = await race(userId, () => ({ limit: refuse }))
          const cookies = results.flatMap((result) => result.cookies)
          const refused = results.reduce((sum, result) => sum + result.refused, 0)
          assert.deepEqual([cookies.length, refused], [max, logins * members.length - max])
          assert.deepEqual(
            living.toSorted(),
            cookies.map((cookie) => cookie.split('.')[0]).toSorted(),
          )
          const again = await race(userId, () => ({ limit: refuse }))
          assert.deepEqual(again.living.toSorted(), living.toSorted())
        }
      })

      it('leave no session of a group that one of them ends meanwhile (ASVS 7.6.1)', async () => {
        for (let round = 0; round < rounds; round++) {
          const userId = `${process.pid}-group-${round}`
          const ending = round % members.length
          const { living, results } = await race(userId, (n) => ({
            group: { name: `sid-${userId}`, isEnded: n === ending },
          }))
          assert.ok(results[ending]!.cookies.length > 0, 'no login stood before the end')
          assert.deepEqual(living, [])
        }
      })
    },
  )
}
