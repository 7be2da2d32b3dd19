import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'
import type { StorageFixture } from '../fixture.ts'
import { equal, same } from '../expect.ts'
import { alive, begin, loggedIn } from './ender.ts'
import { both, limited, minute, needs, saved } from './limited.ts'
import { idle, lockable, proved, seenBy } from './lockable.ts'
import { holdAfter, visit, whileHeld, type StorageCase } from './visit.ts'

/** Where a login may be overtaken: before its session is written, before it looks, and before it takes a seat. */
const moments = [
  ['write', 0],
  ['read', 1],
  ['keysOf', 0],
  ['write', 1],
] as const

/** A limit to a user's sessions, when logins meet each other, or a store that fails. */
export const sessionLimitRaceCases: readonly StorageCase[] = [
  {
    name: 'lets as many of two logins at once stand as there is room for, whichever is overtaken',
    needs,
    async run(fixture) {
      for (const when of both) {
        for (const moment of moments) {
          for (const other of [undefined, ...moments]) {
            const note = JSON.stringify([when, moment, other])
            const servers = [limited(fixture, [2, when]), limited(fixture, [2, when])] as const
            const before = await loggedIn(servers[0])
            const logins = [await begin(servers[0]), await begin(servers[1])] as const
            const first = holdAfter(fixture, moment)
            const saving = saved(servers[0], logins[0]).finally(() => first.release())
            await Promise.race([first.reached, saving])
            const second = other && holdAfter(fixture, other)
            const overtaking = saved(servers[1], logins[1]).finally(() => second?.release())
            await Promise.race([second?.reached, overtaking].filter(Boolean))
            first.release()
            const outcome = await saving
            second?.release()
            const outcomes = [outcome, await overtaking]
            const standing = await alive(servers[0], ...outcomes)
            const refused = outcomes.filter((one) => one === 'ERR_SESSION_LIMIT').length
            const isRefusing = when === 'refuse'
            equal(refused, isRefusing ? 1 : 0, note)
            equal(standing.filter(Boolean).length, isRefusing ? 1 : 2, note)
            same(await alive(servers[0], before), [isRefusing], note)
            equal((await servers[0].sessionsOf('ada')).length, 2, note)
            // What nobody has come to is not left for the next round.
            for (const operation of ['read', 'write', 'keysOf'] as const) {
              await drain(fixture, servers[0], operation)
            }
            await servers[0].revokeAll('ada')
          }
        }
      }
    },
  },
  {
    name: 'ends no other session for a login that was ended itself meanwhile',
    needs,
    async run(fixture) {
      for (const when of both) {
        const storage = limited(fixture, [1, when])
        const login = await begin(storage)
        const held = fixture.gate!.hold('keysOf')
        const [outcome, other] = await whileHeld(held, saved(storage, login), async () => {
          await storage.revoke(login.handle)
          return loggedIn(limited(fixture, [1, when]))
        })
        equal(outcome.startsWith(login.handle), true, when)
        same(await alive(storage, outcome, other), [false, true], when)
        const late = await begin(storage)
        await fixture.clock.pass(1)
        await storage.revokeAll('ada', { except: (await storage.read(other)).handle })
        equal(await saved(storage, late), 'interrupted', when)
        same(await alive(storage, other), [true], when)
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'takes a login that comes after the end of its session for one more',
    needs,
    async run(fixture) {
      const storage = limited(fixture, [1, 'refuse'])
      const before = fixture.createStorage() as ServerSessionStorage
      const one = await loggedIn(before)
      const double = await storage.read(one)
      double.login('ada')
      const two = (await visit(before, one, (s) => s.login('ada'))).cookie!
      const held = holdAfter(fixture, ['write', 1])
      const [outcome, three] = await whileHeld(held, saved(storage, double), async () => {
        await visit(before, two, (s) => s.destroy())
        return loggedIn(limited(fixture, [1, 'refuse']))
      })
      equal(outcome, 'ERR_SESSION_LIMIT')
      same(await alive(storage, three), [true])
    },
  },
  {
    name: 'lets no login stand of which nobody can tell whether there is room for it',
    needs,
    async run(fixture) {
      for (const operation of ['keysOf', 'write'] as const) {
        const storage = limited(fixture, [2, 'refuse'])
        const one = await loggedIn(storage)
        const login = await begin(storage)
        // Its session is written first, and where it sits after that.
        if (operation === 'write') fixture.gate!.hold('write').release()
        fixture.gate!.fail(operation, new Error('away'))
        equal(await saved(storage, login), 'ERR_SESSION_STORE', operation)
        equal((await storage.sessionsOf('ada')).length, 1, operation)
        const two = await loggedIn(storage)
        same(await alive(storage, one, two), [true, true], operation)
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'ends locked sessions for a login before it refuses it, and none that was unlocked meanwhile',
    needs,
    async run(fixture) {
      const { clock } = fixture
      const storage = limited(fixture, [2, 'refuse'], lockable())
      const other = limited(fixture, [2, 'refuse'], lockable())
      const [first, second] = [await loggedIn(storage), await loggedIn(storage)]
      await clock.pass(idle * 1000)
      // The login that is longest ago ends first, and no more than must.
      const third = await loggedIn(storage)
      same(await seenBy(storage, first, second, third), ['gone', 'locked', 'ada'])
      const login = await begin(storage)
      const held = holdAfter(fixture, ['write', 1])
      const [outcome, unlocked] = await whileHeld(held, saved(storage, login), async () =>
        other.save(await proved(other, second)),
      )
      equal(outcome, 'ERR_SESSION_LIMIT')
      same(await seenBy(storage, unlocked, third), ['ada', 'ada'])
    },
  },
  {
    name: 'counts all sessions of a user where the note of them was damaged',
    needs,
    async run(fixture) {
      const storage = limited(fixture, [2, 'refuse'])
      await loggedIn(storage)
      await loggedIn(storage)
      const { store } = fixture.gate!
      const key = `seats-${await cryptoBackend.sha256('ada')}`
      const { version } = (await store.read(key))!
      await store.write(key, '{', { replaces: version, expiresAt: fixture.clock.now() + minute })
      equal(await saved(storage, await begin(storage)), 'ERR_SESSION_LIMIT')
    },
  },
]

async function drain(
  { gate }: StorageFixture,
  storage: ServerSessionStorage,
  operation: 'read' | 'write' | 'keysOf',
): Promise<void> {
  const last = gate!.hold(operation)
  last.release()
  const isDrained = last.reached.then(() => true)
  do {
    if (operation === 'write') await visit(storage, null, (s) => s.set('a', 1))
    else await storage.sessionsOf('ada')
  } while (!(await Promise.race([isDrained, Promise.resolve(false)])))
}
