import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { createSession } from '../../core/session/create-session.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, notEqual, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase, type Visit } from './visit.ts'

const second = 1000

/** A logout whose session was loaded, and another login of its user that takes the place of that session. */
async function replacedBeforeLogout(storage: ServerSessionStorage) {
  const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
  await visit(storage, cookie, (s) => s.login('ada'))
  const newer = await visit(storage, cookie, (s) => s.login('ada'))
  const logout = await storage.read(newer.cookie)
  logout.destroy()
  return { logout, logInAgain: () => visit(storage, cookie, (s) => s.login('ada')) }
}

/** Logouts and logins under ids that ended a moment ago. */
export const lastWordCases: readonly StorageCase[] = [
  {
    name: 'logs out under an id that a second factor has just ended (P2)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.login('ada'))
      const factor = await visit(storage, first.cookie, (s) => s.regenerateId(true))
      equal((await visit(storage, first.cookie, (s) => s.destroy())).saved, '')
      equal((await storage.read(factor.cookie)).isNew, true)
    },
  },
  {
    name: 'logs out of the session that has taken the place of the one that was loaded (P2)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const before = await replacedBeforeLogout(storage)
      const again = await before.logInAgain()
      equal(await storage.save(before.logout), '')
      equal((await storage.read(again.cookie)).isNew, true)
      const during = await replacedBeforeLogout(storage)
      const [saved] = await whileHeld(
        gate!.hold('write'),
        storage.save(during.logout),
        during.logInAgain,
      )
      equal(saved, '')
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'logs out also while the store cannot read, and tells of its failure (P2)',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { logout } = await replacedBeforeLogout(storage as ServerSessionStorage)
      // Somebody was faster, so it must look again.
      await visit(storage, logout.id, (s) => s.set('b', 1))
      fixture.gate!.fail('read', new Error('no free file descriptors'))
      equal(await storage.save(logout), '')
      same(types().slice(-2), ['store-error', 'destroyed'])
      same(await (storage as ServerSessionStorage).sessionsOf('ada'), [])
    },
  },
  {
    name: 'is not logged out before what took the place of the session has gone',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const { logout, logInAgain } = await replacedBeforeLogout(storage)
      const again = await logInAgain()
      gate!.fail('delete', new Error('away'))
      await failsWith('ERR_SESSION_STORE', () => storage.save(logout))
      equal((await storage.read(again.cookie)).isNew, true)
      equal(await storage.save(logout), '')
    },
  },
  {
    name: 'leaves alone what another user has made of the session that took the place of this one',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      for (const moment of ['before', 'during']) {
        const storage = createStorage() as ServerSessionStorage
        const { logout, logInAgain } = await replacedBeforeLogout(storage)
        const again = await logInAgain()
        const takeOver = () => visit(storage, again.cookie, (s) => s.login('grace'))
        let others = moment === 'before' ? await takeOver() : again
        // The session that was loaded is looked at first, then the one in its place.
        const looks = [gate!.holdAnswer('read'), gate!.holdAnswer('read')]
        const saved = storage.save(logout)
        for (const look of looks) {
          await look.reached
          if (moment === 'during' && look === looks[1]) others = await takeOver()
          look.release()
        }
        equal(await saved, '')
        equal((await storage.read(others.cookie)).userId, 'grace', moment)
      }
    },
  },
  {
    name: 'refuses a login under way whose session was replaced by one that was ended (P2)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const endings = {
        logout: (storage: ServerSessionStorage, session: Session) =>
          visit(storage, session.id, (s) => s.destroy()),
        async 'revocation, and a deletion that failed'(
          storage: ServerSessionStorage,
          { handle }: Session,
        ) {
          gate!.fail('delete', new Error('away'))
          await failsWith('ERR_SESSION_STORE', () => storage.revoke(handle, { userId: 'ada' }))
        },
      }
      for (const [name, end] of Object.entries(endings)) {
        const storage = createStorage() as ServerSessionStorage
        const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        const slow = await storage.read(cookie)
        slow.login('ada')
        await visit(storage, cookie, (s) => s.login('ada'))
        const second = await visit(storage, cookie, (s) => s.login('ada'))
        await end(storage, second.session)
        equal(await storage.save(slow), null, name)
        same(await storage.sessionsOf('ada'), [], name)
      }
    },
  },
  {
    name: 'lets a user log in with an id whose session was replaced by one that had ended before',
    needs: ['indexed', 'atomic'],
    async run({ createStorage }) {
      const endings = {
        logout: (storage: ServerSessionStorage, { cookie }: Visit) =>
          visit(storage, cookie, (s) => s.destroy()),
        revocation: (storage: ServerSessionStorage, { session }: Visit) =>
          storage.revoke(session.handle),
        'revocation of all': (storage: ServerSessionStorage) => storage.revokeAll('ada'),
      }
      for (const [name, end] of Object.entries(endings)) {
        const storage = createStorage() as ServerSessionStorage
        const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        await visit(storage, cookie, (s) => s.login('ada'))
        await visit(storage, cookie, (s) => s.login('ada'))
        await end(storage, await visit(storage, cookie, (s) => s.login('ada')))
        equal((await visit(storage, cookie, (s) => s.set('stray', 1))).saved, null, name)
        const again = await visit(storage, cookie, (s) => s.login('ada'))
        equal((await storage.read(again.cookie)).userId, 'ada', name)
        await visit(storage, again.cookie, (s) => s.destroy())
        same(await storage.sessionsOf('ada'), [], name)
      }
    },
  },
  {
    name: 'knows the ids of a session that was replaced, however old it was (P4)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ absoluteTimeout: 1000, idleTimeout: 900 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(800 * second)
      const old = await visit(storage, cookie, (s) => s.login('ada'))
      await clock.pass(700 * second)
      const renewed = await visit(storage, old.cookie, (s) => s.regenerateId())
      await visit(storage, old.cookie, (s) => s.login('ada'))
      for (const dead of [old.cookie, renewed.cookie]) {
        equal((await visit(storage, dead, (s) => s.set('stray', 1))).saved, null)
      }
    },
  },
  {
    name: 'stores no id that the caller chose (P3)',
    async run({ createStorage }) {
      const storage = createStorage()
      const chosen = `${'A'.repeat(22)}.${'B'.repeat(43)}`
      const session = createSession(chosen)
      session.set('a', 1)
      const value = await storage.save(session)
      notEqual(value, chosen)
      equal((await storage.read(chosen)).isNew, true)
      equal((await storage.read(value)).get('a'), 1)
    },
  },
  {
    name: 'saves a session that was made by itself twice at once, under one id',
    async run({ createStorage }) {
      const storage = createStorage()
      const session = createSession()
      session.set('a', 1)
      const values = await Promise.all([storage.save(session), storage.save(session)])
      for (const value of values.filter((one) => one !== null)) {
        equal((await storage.read(value)).get('a'), 1)
      }
    },
  },
  {
    name: 'spares the session whose whole id is named in revokeAll',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const mine = await visit(storage, null, (s) => s.login('ada'))
      await visit(storage, null, (s) => s.login('ada'))
      equal(await storage.revokeAll('ada', { except: mine.session.id }), 1)
      equal((await storage.read(mine.cookie)).userId, 'ada')
    },
  },
]
