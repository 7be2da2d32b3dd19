import type { SessionEvent } from '../../core/events.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, same } from '../expect.ts'
import { alive, ender } from './ender.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

/** Ends of sessions that are in their cookies: of all copies of these. */
export const endedCookieCases: readonly StorageCase[] = [
  {
    name: 'ends every copy of a cookie with a logout, also for requests under way (ASVS 7.4.1)',
    needs: ['revocable'],
    async run(fixture) {
      const events: SessionEvent[] = []
      const storage = ender(fixture, 0, (event) => events.push(event))
      for (const begin of [(s: Session) => s.login('ada'), (s: Session) => s.set('a', 1)]) {
        const first = await visit(storage, null, begin)
        const second = await visit(storage, first.cookie, (s) => s.set('b', 1))
        const slow = await storage.read(first.cookie)
        slow.set('c', 1)
        equal((await visit(storage, second.cookie, (s) => s.destroy())).saved, '')
        same(await alive(storage, first.cookie, second.cookie), [false, false])
        equal(await storage.save(slow), null)
        equal(events.at(-1)?.type, 'interrupted')
        equal(await storage.peek(second.cookie), undefined)
        // Once more is fine.
        equal((await visit(storage, second.cookie, (s) => s.destroy())).saved, '')
      }
    },
  },
  {
    name: 'leaves nothing of a request that is saved while its logout is noted',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      const slow = await storage.read(cookie)
      slow.set('a', 1)
      const leaving = await storage.read(cookie)
      leaving.destroy()
      const [, saved] = await whileHeld(fixture.gate!.hold('write'), storage.save(leaving), () =>
        storage.save(slow),
      )
      same(await alive(storage, cookie, saved), [false, false])
    },
  },
  {
    name: 'fails a logout that cannot be noted (P8)',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      for (const operation of ['read', 'write'] as const) {
        const session = await storage.read(cookie)
        session.destroy()
        fixture.gate!.fail(operation, new Error('away'))
        await failsWith('ERR_SESSION_STORE', () => storage.save(session))
        same(await alive(storage, cookie), [true])
      }
    },
  },
  {
    name: 'ends the cookie of before with a login and a new id, and knows it again (P4)',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const events: SessionEvent[] = []
      const storage = ender(fixture, 0, (event) => events.push(event))
      const uses: ((s: Session) => void)[] = [
        (s) => s.login('ada'),
        (s) => s.login('grace'),
        (s) => s.regenerateId(true),
      ]
      for (const use of uses) {
        const before = await visit(storage, null, (s) => (s.set('a', 1), s.login('ada')))
        const slow = await storage.read(before.cookie)
        slow.set('b', 1)
        const after = await visit(storage, before.cookie, use)
        same(await alive(storage, after.cookie), [true])
        equal(after.session.handle === before.session.handle, false)
        equal(await storage.save(slow), null)
        // A request that was on its way puts no session of its own over the newer one.
        const late = await visit(storage, before.cookie, (s) => s.set('c', 1))
        same([late.session.isNew, late.saved], [true, null])
        await fixture.clock.pass(5001)
        same(await alive(storage, before.cookie), [false])
        equal(events.at(-1)?.type, 'reused-old-id')
        same(await alive(storage, after.cookie), [true])
      }
    },
  },
  {
    name: 'leaves the cookie of before to who regenerates the id without ending it',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const before = await visit(storage, null, (s) => s.login('ada'))
      const after = await visit(storage, before.cookie, (s) => s.regenerateId())
      same(await alive(storage, before.cookie, after.cookie), [true, true])
      equal(after.session.handle, before.session.handle)
      await visit(storage, before.cookie, (s) => s.destroy())
      same(await alive(storage, after.cookie), [false])
    },
  },
  {
    name: 'logs out under the cookie of before, too, whichever of the two comes first',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      for (const use of [(s: Session) => s.login('ada'), (s: Session) => s.regenerateId(true)]) {
        const { cookie } = await visit(storage, null, (s) => s.login('ada'))
        const [login, logout] = [await storage.read(cookie), await storage.read(cookie)]
        use(login)
        logout.destroy()
        const after = await storage.save(login)
        same(await alive(storage, after), [true])
        await storage.save(logout)
        same(await alive(storage, after), [false])

        const again = await visit(storage, null, (s) => s.login('ada'))
        const [second, first] = [await storage.read(again.cookie), await storage.read(again.cookie)]
        use(second)
        first.destroy()
        // It is held when it has been found alive, and is about to end the cookie of before.
        const held = fixture.gate!.hold('write')
        const [saved] = await whileHeld(held, storage.save(second), () => storage.save(first))
        equal(saved, null)
        same(await alive(storage, again.cookie), [false])
      }
    },
  },
  {
    name: 'gives each of two logins at once a session of its own',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const logins = [await storage.read(cookie), await storage.read(cookie)]
      for (const session of logins) session.login('ada')
      const [first, second] = await whileHeld(
        fixture.gate!.hold('write'),
        storage.save(logins[0]!),
        () => storage.save(logins[1]!),
      )
      same(await alive(storage, first, second), [true, true])
      same(await alive(storage, cookie), [false])
    },
  },
  {
    name: 'lets one of two new ids at once live, so that the session ends with it (P4)',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const { cookie, session } = await visit(storage, null, (s) => s.login('ada'))
      const both = [await storage.read(cookie), await storage.read(cookie)]
      for (const one of both) one.regenerateId(true)
      const [first, second] = await whileHeld(
        fixture.gate!.hold('write'),
        storage.save(both[0]!),
        () => storage.save(both[1]!),
      )
      equal(first, null)
      same(await alive(storage, second), [true])
      await storage.revoke(session.handle)
      same(await alive(storage, second), [false])
    },
  },
  {
    name: 'ends a session by any handle that it has had',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const storage = ender(fixture)
      const one = await visit(storage, null, (s) => s.login('ada'))
      const two = await visit(storage, one.cookie, (s) => s.regenerateId(true))
      const three = await visit(storage, two.cookie, (s) => s.login('ada'))
      const other = await visit(storage, null, (s) => s.login('ada'))
      await storage.revoke('no handle at all')
      await storage.revoke('h'.repeat(22))
      await storage.revoke(one.session.handle)
      same(await alive(storage, three.cookie, other.cookie), [false, true])
      await storage.revoke(other.session.id)
      same(await alive(storage, other.cookie), [false])
      await failsWith('ERR_SESSION_CONFIG', () => storage.revoke(undefined as never))
    },
  },
]
