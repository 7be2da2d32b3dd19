import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

const second = 1000

/** How strong a login is, and proving once more who one is. */
export const levelCases: readonly StorageCase[] = [
  {
    name: 'keeps the level of a login for as long as that login counts (ASVS 7.5.3)',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.login('ada', { level: 1 }))
      const changed = await visit(storage, first.cookie, (s) => {
        equal(s.level, 1)
        s.set('a', 1)
      })
      const rotated = await visit(storage, changed.cookie, (s) => s.regenerateId(true))
      const stronger = await visit(storage, rotated.cookie, (s) => {
        equal(s.level, 1)
        s.login('ada', { level: 2 })
        equal(s.level, 2)
      })
      const plain = await visit(storage, stronger.cookie, (s) => {
        equal(s.level, 2)
        s.login('ada')
        equal(s.level, undefined)
      })
      equal((await storage.read(plain.cookie)).level, undefined)
      const zero = await visit(storage, plain.cookie, (s) => s.login('ada', { level: 0 }))
      const other = await visit(storage, zero.cookie, (s) => {
        equal(s.level, 0)
        s.login('grace')
      })
      equal((await storage.read(other.cookie)).level, undefined)
      const ended = await storage.read(zero.cookie)
      ended.destroy()
      equal(ended.level, undefined)
    },
  },
  {
    name: 'proves who somebody is once more without a longer session (ASVS 7.5.1)',
    async run({ createStorage, clock }) {
      const storage = createStorage({ absoluteTimeout: 1000, idleTimeout: 1000 })
      const start = clock.now()
      const login = await visit(storage, null, (s) => {
        s.set('cart', ['tea'])
        s.login('ada', { label: 'laptop', level: 1 })
      })
      await clock.pass(600 * second)
      const again = await visit(storage, login.cookie, (s) => {
        equal(s.authenticatedAt, start)
        s.reauthenticate({ level: 2 })
        same([s.authenticatedAt, s.level], [start + 600 * second, 2])
      })
      equal(again.saved !== login.saved, true)
      await clock.pass(200 * second)
      const third = await visit(storage, again.cookie, (s) => s.reauthenticate())
      const session = await storage.read(third.cookie)
      same(
        [session.userId, session.get('cart'), session.level, session.authenticatedAt],
        ['ada', ['tea'], 2, start + 800 * second],
      )
      equal(session.expiresAt, start + 1000 * second)
      await clock.pass(200 * second)
      equal((await storage.read(third.cookie)).isNew, true)
    },
  },
  {
    name: 'ends the id of before when somebody proves who they are, and keeps their place in the list (P4)',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const login = await visit(storage, null, (s) => s.login('ada', { label: 'laptop' }))
      const again = await visit(storage, login.cookie, (s) => s.reauthenticate())
      equal((await storage.read(login.cookie)).isNew, true)
      const [only, ...others] = await storage.sessionsOf('ada')
      same([only?.label, only?.handle, others], ['laptop', again.session.handle, []])
    },
  },
  {
    name: 'lets nobody prove who they are to a session that has ended meanwhile (P2)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      const session = await storage.read(cookie)
      session.reauthenticate({ level: 2 })
      await storage.revokeAll('ada')
      equal(await storage.save(session), null)
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'takes a proof right after a login, which is not saved yet, for a part of that login',
    needs: ['indexed'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ absoluteTimeout: 1000, idleTimeout: 1000 })
      const until = clock.now() + 900 * second
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      await clock.pass(500 * second)
      const login = await visit(storage, cookie, (s) => {
        s.login('ada', { label: 'laptop', level: 2, until })
        s.reauthenticate()
        equal(s.level, 2)
      })
      const [only] = await (storage as ServerSessionStorage).sessionsOf('ada')
      same([only?.label, only?.expiresAt], ['laptop', until])
      const twice = await visit(storage, login.cookie, (s) => {
        s.reauthenticate({ level: 3 })
        s.reauthenticate()
      })
      equal((await storage.read(twice.cookie)).level, 3)
      equal((await storage.read(twice.cookie)).expiresAt, until)
    },
  },
  {
    name: 'refuses a level that is none, and a proof of nobody',
    async run({ createStorage }) {
      const session = await createStorage().read(null)
      await failsWith('ERR_SESSION_CONFIG', () => session.reauthenticate())
      for (const level of [-1, 1.5, NaN, '2', null]) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { level } as object))
      }
      equal(session.userId, undefined)
    },
  },
]
