import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

/** A user's sessions: listing and ending them. */
export const ownerCases: readonly StorageCase[] = [
  {
    name: 'lists a user’s live sessions, the last used first (ASVS 7.5.2)',
    needs: ['indexed'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 1000 }) as ServerSessionStorage
      const start = clock.now()
      const laptop = await visit(storage, null, (s) => s.login('ada', { label: 'laptop' }))
      await clock.pass(100)
      const phone = await visit(storage, null, (s) => s.login('ada', { label: 'phone' }))
      await visit(storage, null, (s) => s.login('grace'))
      const gone = await visit(storage, null, (s) => s.login('ada'))
      await visit(storage, gone.cookie, (s) => s.destroy())
      const info = (handle: string, label: string, at: number) => ({
        handle,
        userId: 'ada',
        label,
        createdAt: at,
        authenticatedAt: at,
        lastUsedAt: at,
        expiresAt: at + 1_000_000,
      })
      same(await storage.sessionsOf('ada'), [
        info(phone.session.handle, 'phone', start + 100),
        info(laptop.session.handle, 'laptop', start),
      ])
      await clock.pass(1_000_000)
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'ends one session by its handle, for good',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const server = storage as ServerSessionStorage
      const { cookie, session } = await visit(storage, null, (s) => s.login('ada'))
      const slow = await storage.read(cookie)
      slow.set('a', 1)
      await server.revoke(session.handle)
      await server.revoke('no handle at all')
      equal(await storage.save(slow), null)
      equal((await storage.read(cookie)).isNew, true)
      ok(types().includes('revoked'))
      const other = await visit(storage, null, (s) => s.login('grace'))
      await server.revoke(other.session.handle, { userId: 'ada' })
      equal((await storage.read(other.cookie)).userId, 'grace')
      await server.revoke(other.session.handle, { userId: 'grace' })
      equal((await storage.read(other.cookie)).isNew, true)
    },
  },
  {
    name: 'ends all sessions of a user but one (ASVS 7.4.3)',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const login = () => visit(storage, null, (s) => s.login('ada'))
      const [one, two, three] = [await login(), await login(), await login()]
      const other = await visit(storage, null, (s) => s.login('grace'))
      equal(await storage.revokeAll('ada', { except: two.session.handle }), 2)
      equal((await storage.read(one.cookie)).isNew, true)
      equal((await storage.read(two.cookie)).userId, 'ada')
      equal((await storage.read(three.cookie)).isNew, true)
      equal((await storage.read(other.cookie)).userId, 'grace')
      equal(await storage.revokeAll('ada'), 1)
      equal(await storage.revokeAll('nobody'), 0)
    },
  },
  {
    name: 'ends a login that is under way while all sessions are ended',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const server = storage as ServerSessionStorage
      const login = await storage.read(null)
      login.login('ada')
      const held = fixture.gate!.hold('write')
      const [saved] = await whileHeld(held, storage.save(login), async () => {
        await fixture.clock.pass(1)
        equal(await server.revokeAll('ada'), 0)
      })
      equal(saved, null)
      const end = events.at(-1)!
      same([end.type, 'reason' in end && end.reason], ['interrupted', 'revoked'])
      same(await server.sessionsOf('ada'), [])
      await fixture.clock.pass(1)
      const later = await visit(storage, null, (s) => s.login('ada'))
      equal((await storage.read(later.cookie)).userId, 'ada')
    },
  },
  {
    name: 'ends a session that is written while the list is read',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const login = await storage.read(null)
      login.login('ada')
      await clock.pass(1)
      const [, saved] = await whileHeld(gate!.hold('keysOf'), storage.revokeAll('ada'), () =>
        storage.save(login),
      )
      equal((await storage.read(saved)).isNew, true)
    },
  },
  {
    name: 'lets no older revokeAll that was slower undo a newer one',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const held = gate!.hold('write')
      const [, login] = await whileHeld(held, storage.revokeAll('ada'), async () => {
        await clock.pass(10)
        const session = await storage.read(null)
        session.login('ada')
        await clock.pass(10)
        await storage.revokeAll('ada')
        return session
      })
      equal(await storage.save(login), null)
    },
  },
  {
    name: 'ends a login of which it cannot be found out whether it stands (P8)',
    needs: ['indexed'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const session = await storage.read(null)
      session.login('ada')
      gate!.fail('read', new Error('away'))
      await failsWith('ERR_SESSION_STORE', () => storage.save(session))
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'keeps the login of the very request that ends the user’s other sessions',
    needs: ['indexed'],
    async run({ createStorage, clock }) {
      const storage = createStorage() as ServerSessionStorage
      const before = await visit(storage, null, (s) => s.login('ada'))
      const session = await storage.read(before.cookie)
      session.login('ada')
      await clock.pass(5)
      await storage.revokeAll('ada', { except: session.handle })
      const value = await storage.save(session)
      equal((await storage.read(value)).userId, 'ada')
    },
  },
  {
    name: 'says so when sessions cannot be listed',
    needs: ['server'],
    async run({ createStorage, traits }) {
      if (traits.has('indexed')) return
      const storage = createStorage() as ServerSessionStorage
      await failsWith('ERR_SESSION_CONFIG', () => storage.sessionsOf('ada'))
      await failsWith('ERR_SESSION_CONFIG', () => storage.revokeAll('ada'))
    },
  },
]
