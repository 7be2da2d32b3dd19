import type { SessionLimitError } from '../../core/life-cycle/seats.ts'
import { createSessionLimit } from '../../core/life-cycle/session-limit.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { alive, begin, loggedIn } from './ender.ts'
import { both, limited, minute, needs, saved } from './limited.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** How many sessions a user may have at the same time. */
export const sessionLimitCases: readonly StorageCase[] = [
  {
    name: 'ends the session whose login is longest ago, if a user may have no more (ASVS 7.1.2)',
    needs,
    async run(fixture) {
      const { storage: plain, types } = watched(fixture, {
        sessionLimit: createSessionLimit({ max: 2, whenReached: 'end-oldest' }),
      })
      const storage = plain as ServerSessionStorage
      const other = await loggedIn(storage, 'grace')
      const cookies = []
      for (let n = 0; n < 4; n++) {
        cookies.push(await loggedIn(storage))
        await fixture.clock.pass(1)
      }
      same(await alive(storage, ...cookies), [false, false, true, true])
      equal(types().filter((type) => type === 'revoked').length, 2)
      equal((await storage.sessionsOf('ada')).length, 2)
      // Who logs in again in a session has logged in last.
      const again = (await visit(storage, cookies[2]!, (s) => s.login('ada'))).cookie!
      const last = await loggedIn(storage)
      same(await alive(storage, again, cookies[3]!, last, other), [true, false, true, true])
    },
  },
  {
    name: 'refuses a login, if a user may have no more and none is to end (ASVS 7.1.2)',
    needs,
    async run(fixture) {
      const { storage: plain, events } = watched(fixture, {
        sessionLimit: createSessionLimit({ max: 2, whenReached: 'refuse' }),
      })
      const storage = plain as ServerSessionStorage
      const cookies = [await loggedIn(storage), await loggedIn(storage)]
      const before = (await visit(storage, null, (s) => s.set('cart', ['tea']))).cookie
      const session = await storage.read(before)
      session.login('ada')
      let thrown: Partial<SessionLimitError> = {}
      await storage.save(session).catch((error: SessionLimitError) => (thrown = error))
      same(
        [thrown.code, thrown.status, thrown.statusCode, thrown.max],
        ['ERR_SESSION_LIMIT', 409, 409, 2],
      )
      ok(events.some((event) => event.type === 'interrupted' && event.reason === 'limit'))
      // The page that says so still has the visitor's session, and may save it.
      same([session.userId, session.get('cart')], [undefined, ['tea']])
      session.set('told', true)
      const after = (await storage.save(session)) || before
      same((await storage.read(after)).data[0], { cart: ['tea'], told: true })
      same(await alive(storage, ...cookies), [true, true])
      const stranger = await begin(storage)
      equal(await saved(storage, stranger), 'ERR_SESSION_LIMIT')
      equal(await storage.save(stranger), null)
      equal((await storage.sessionsOf('ada')).length, 2)
      await loggedIn(storage, 'grace')
      await visit(storage, cookies[0]!, (s) => s.destroy())
      await loggedIn(storage)
      equal(await saved(storage, await begin(storage)), 'ERR_SESSION_LIMIT')
    },
  },
  {
    name: 'counts no session that has ended, however it did',
    needs,
    async run(fixture) {
      const storage = limited(fixture, [2, 'refuse'])
      const two = async () => [await loggedIn(storage), await loggedIn(storage)] as const
      const ends: ((...cookies: readonly string[]) => Promise<unknown>)[] = [
        async (a, b) => [
          await visit(storage, a!, (s) => s.destroy()),
          await storage.revoke((await storage.read(b!)).handle),
        ],
        () => storage.revokeAll('ada'),
        async (...cookies) => {
          for (const cookie of cookies) await visit(storage, cookie, (s) => s.login('grace'))
          await storage.revokeAll('grace')
        },
        async () => fixture.clock.pass(30 * 86_400_000),
      ]
      for (const end of ends) {
        await end(...(await two()))
        const cookies = await two()
        equal(await saved(storage, await begin(storage)), 'ERR_SESSION_LIMIT')
        same(await alive(storage, ...cookies), [true, true])
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'takes a login again in the same session for no further one',
    needs,
    async run(fixture) {
      for (const when of both) {
        const storage = limited(fixture, [2, when])
        const [one, two] = [await loggedIn(storage), await loggedIn(storage)]
        const again = (await visit(storage, two, (s) => s.login('ada'))).cookie!
        // With an id in its grace it is a session of its own, and takes the place of that one.
        const next = (await visit(storage, again, (s) => s.regenerateId())).cookie!
        const apart = (await visit(storage, again, (s) => s.login('ada'))).cookie!
        same(await alive(storage, one, two, next, apart), [true, false, false, true], when)
        equal((await storage.sessionsOf('ada')).length, 2)
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'counts the sessions from before there was a limit',
    needs,
    async run(fixture) {
      for (const when of both) {
        const before = fixture.createStorage() as ServerSessionStorage
        const cookies = []
        for (let n = 0; n < 3; n++) {
          cookies.push(await loggedIn(before))
          await fixture.clock.pass(1)
        }
        const storage = limited(fixture, [2, when])
        const outcome = await saved(storage, await begin(storage))
        equal(outcome === 'ERR_SESSION_LIMIT', when === 'refuse')
        same(
          await alive(storage, ...cookies),
          when === 'refuse' ? [true, true, true] : [false, false, true],
        )
        const again = await visit(storage, cookies[2]!, (s) => s.login('ada'))
        same(await alive(storage, again.cookie!), [true], when)
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'keeps the newest login, though the clock of its server is behind',
    needs,
    async run(fixture) {
      const storage = limited(fixture, [1, 'end-oldest'])
      const behind = limited(fixture, [1, 'end-oldest'], { ahead: -2 * minute })
      const one = await loggedIn(storage)
      const two = await loggedIn(behind)
      same(await alive(storage, one, two), [false, true])
    },
  },
  {
    name: 'says at once that it cannot count sessions, where it cannot list them',
    lacks: 'indexed',
    async run(fixture) {
      for (const when of both) {
        await failsWith('ERR_SESSION_CONFIG', () => limited(fixture, [2, when]))
      }
    },
  },
]
