import type { Session } from '../../core/session/session.ts'
import { equal, same } from '../expect.ts'
import { begin, ender, loggedIn, users } from './ender.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const second = 1000
const grace = 'grace'

/** What ends all sessions of a user, on every storage: by a list where there is one, and by notes where there is none. */
export const notedEndCases: readonly StorageCase[] = [
  {
    name: 'ends all sessions of a user and not those that begin after, in one millisecond (ASVS 7.4.2)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      for (let i = 0; i < 3; i++) {
        const before = [await loggedIn(storage), await loggedIn(storage)]
        const other = await loggedIn(storage, grace)
        await storage.revokeAll('ada')
        const after = await loggedIn(storage)
        same(await users(storage, ...before), [undefined, undefined])
        same(await users(storage, after, other), ['ada', grace])
        const changed = await visit(storage, after, (s) => s.set('a', i))
        same(await users(storage, changed.cookie), ['ada'])
      }
    },
  },
  {
    name: 'ends sessions that any server began, whatever the clocks say',
    needs: ['revocable'],
    async run(fixture) {
      for (const ahead of [300, -300, 4]) {
        const [one, other] = [ender(fixture, ahead * second), ender(fixture)]
        const before = [await loggedIn(one), await loggedIn(other)]
        await other.revokeAll('ada')
        const middle = [await loggedIn(one), await loggedIn(other)]
        same(await users(one, ...before, ...middle), [undefined, undefined, 'ada', 'ada'])
        same(await users(other, ...before, ...middle), [undefined, undefined, 'ada', 'ada'])
        await one.revokeAll('ada')
        same(await users(other, ...middle), [undefined, undefined])
      }
    },
  },
  {
    name: 'spares the session that it excepts, as long as each end excepts it (ASVS 7.4.3)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      await storage.revokeAll('ada')
      const [spared, other] = [await loggedIn(storage), await loggedIn(storage)]
      const { handle } = await storage.read(spared)
      await storage.revokeAll('ada', { except: handle })
      same(await users(storage, spared, other), ['ada', undefined])
      const changed = (await visit(storage, spared, (s) => s.set('a', 1))).cookie
      const last = await loggedIn(storage)
      await storage.revokeAll('ada', { except: handle })
      same(await users(storage, changed, last), ['ada', undefined])
      await storage.revokeAll('ada', { except: 'h'.repeat(22) })
      same(await users(storage, changed), [undefined])
    },
  },
  {
    name: 'spares the session that changes its id in the same request',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      for (const isFirst of [true, false]) {
        const cookie = await loggedIn(storage)
        const session = await storage.read(cookie)
        if (isFirst) session.regenerateId(true)
        await storage.revokeAll('ada', { except: session.handle })
        if (!isFirst) session.regenerateId(true)
        same(await users(storage, await storage.save(session), cookie), ['ada', undefined])
      }
    },
  },
  {
    name: 'ends a login that is saved while the end of all sessions is noted',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      const login = await begin(storage)
      const [, cookie] = await whileHeld(
        fixture.gate!.hold('write'),
        storage.revokeAll('ada'),
        () => storage.save(login),
      )
      same(await users(storage, cookie), [undefined])
    },
  },
  {
    name: 'ends a login whose session is written after all sessions were ended, or in between',
    needs: ['revocable'],
    async run(fixture) {
      const { gate, traits } = fixture
      const storage = ender(fixture)
      const operations = traits.has('server') ? (['read', 'write'] as const) : (['read'] as const)
      for (const operation of operations) {
        const login = await begin(storage)
        const [cookie] = await whileHeld(gate!.hold(operation), storage.save(login), () =>
          storage.revokeAll('ada'),
        )
        same(await users(storage, cookie), [undefined], operation)
      }
    },
  },
  {
    name: 'lets nobody go on with what has ended by proving anew who they are (P2)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      for (const end of [() => storage.revokeAll('ada'), () => storage.revokeEverybody()]) {
        const cookie = await loggedIn(storage)
        const session = await storage.read(cookie)
        await end()
        session.reauthenticate()
        equal(await storage.save(session), null)
        same(await users(storage, session.id, cookie), [undefined, undefined])
      }
    },
  },
  {
    name: 'brings nothing back by a request that is slower than the end of all sessions (P2)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      const cookie = await loggedIn(storage)
      const slow = []
      for (const use of [
        (s: Session) => s.set('a', 1),
        (s: Session) => s.regenerateId(),
        (s: Session) => s.regenerateId(true),
      ]) {
        const session = await storage.read(cookie)
        use(session)
        slow.push(session)
      }
      await storage.revokeAll('ada')
      for (const session of slow) {
        const saved = await storage.save(session)
        same(await users(storage, saved, cookie), [undefined, undefined])
      }
    },
  },
  {
    name: 'ends a proof that comes after another one of the same session and after the end of all sessions (P2)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      const ends: Record<string, () => Promise<unknown>> = {
        revokeAll: () => storage.revokeAll('ada'),
        revokeEverybody: () => storage.revokeEverybody(),
      }
      for (const [name, end] of Object.entries(ends)) {
        const cookie = await loggedIn(storage)
        const slow = await storage.read(cookie)
        const fast = await visit(storage, cookie, (s) => s.reauthenticate())
        await end()
        slow.reauthenticate()
        equal(await storage.save(slow), null, name)
        const found = await users(storage, cookie, fast.cookie, slow.id)
        same(found, [undefined, undefined, undefined], name)
      }
    },
  },
]
