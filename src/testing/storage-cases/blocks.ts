import type { SessionEvent } from '../../core/events.ts'
import { equal, failsWith, same } from '../expect.ts'
import { ender } from './ender.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const year = 31_557_600_000

/** A user who may not log in until that is lifted. */
export const blockCases: readonly StorageCase[] = [
  {
    name: 'takes users for one another in no case, whatever their ids begin with',
    needs: ['revocable', 'lasting'],
    async run(fixture) {
      const storage = ender(fixture, 0, () => {})
      const [one, other] = ['\u{10000}ada', '\u{10001}ada'] as const
      await storage.block(one)
      same([await storage.isBlocked(one), await storage.isBlocked(other)], [true, false])
      const begun = await visit(storage, null, (s) => s.login(other))
      equal((await storage.read(begun.cookie)).userId, other)
      await storage.unblock(other)
      equal(await storage.isBlocked(one), true)
    },
  },
  {
    name: 'ends the sessions of a blocked user and refuses each login until the block is lifted (ASVS 7.4.2)',
    needs: ['revocable', 'lasting'],
    async run(fixture) {
      const events: SessionEvent[] = []
      const storage = ender(fixture, 0, (event) => events.push(event))
      const login = (userId = 'ada') => visit(storage, null, (s) => s.login(userId))
      const before = await login()
      await storage.block('ada')
      equal((await storage.read(before.cookie)).isNew, true)
      same([await storage.isBlocked('ada'), await storage.isBlocked('grace')], [true, false])
      for (const act of [
        async () => {},
        () => storage.revokeAll('ada'),
        () => storage.revokeEverybody(),
        async () => fixture.clock.pass(20_000),
      ]) {
        await act()
        equal((await login()).saved, null)
        const end = events.at(-1)!
        same([end.type, 'reason' in end && end.reason], ['interrupted', 'blocked'])
        equal((await storage.read((await login('grace')).cookie)).userId, 'grace')
      }
      const since = await storage.beginLogin('ada')
      equal((await visit(storage, null, (s) => s.login('ada', { since }))).saved, null)
      await storage.unblock('ada')
      await storage.unblock('ada')
      await storage.unblock('nobody')
      equal(await storage.isBlocked('ada'), false)
      equal((await storage.read(before.cookie)).isNew, true)
      equal((await storage.read((await login()).cookie)).userId, 'ada')
      for (const userId of ['', 42, undefined]) {
        await failsWith('ERR_SESSION_CONFIG', () => storage.block(userId as never))
        await failsWith('ERR_SESSION_CONFIG', () => storage.unblock(userId as never))
        await failsWith('ERR_SESSION_CONFIG', () => storage.isBlocked(userId as never))
      }
    },
  },
  {
    name: 'refuses a login that is under way when the user is blocked, in any order',
    needs: ['revocable', 'lasting'],
    async run(fixture) {
      const storage = ender(fixture)
      // A login that is written first, and one that is written last.
      for (const isLoginHeld of [true, false]) {
        const login = await storage.read(null)
        login.login('ada')
        const isByRead = isLoginHeld && !fixture.traits.has('server')
        const held = fixture.gate!.hold(isByRead ? 'read' : 'write')
        const save = () => storage.save(login)
        const block = () => storage.block('ada')
        const cookie = isLoginHeld
          ? (await whileHeld(held, save(), block))[0]
          : (await whileHeld(held, block(), save))[1]
        equal((await storage.read(cookie)).isNew, true)
        await storage.unblock('ada')
        equal((await storage.read(cookie)).isNew, true)
      }
    },
  },
  {
    name: 'keeps a block however long it lasts',
    needs: ['revocable', 'lasting'],
    async run(fixture) {
      const storage = ender(fixture)
      // A server whose clock is many years ahead stands for the years.
      const later = ender(fixture, 20 * year)
      await storage.block('ada')
      await later.revokeAll('ada')
      equal(await later.isBlocked('ada'), true)
      equal((await visit(later, null, (s) => s.login('ada'))).saved, null)
    },
  },
]
