import { equal, same } from '../expect.ts'
import { begin, ender, loggedIn, stands, users } from './ender.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const second = 1000
const grace = 'grace'

/** What ends the sessions of all users. */
export const endOfEverybodyCases: readonly StorageCase[] = [
  {
    name: 'ends the sessions of everybody who has logged in, and logins that are under way (ASVS 7.4.5)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      for (let i = 0; i < 2; i++) {
        const cookies = [await loggedIn(storage), await loggedIn(storage, grace)]
        const stranger = (await visit(storage, null, (s) => s.set('cart', 1))).cookie
        const login = await begin(storage)
        const token = await storage.beginLogin(grace)
        await storage.revokeEverybody()
        same(await users(storage, ...cookies), [undefined, undefined])
        equal((await storage.read(stranger)).get('cart'), 1)
        equal(await stands(storage, login), false)
        const late = await storage.read(null)
        late.login(grace, { since: token })
        equal(await stands(storage, late), false)
        const since = await storage.beginLogin(grace)
        const after = await storage.read(null)
        after.login(grace, { since })
        equal(await stands(storage, after), true)
        const stayed = await visit(storage, stranger, (s) => s.login('ada'))
        same(await users(storage, stayed.cookie), ['ada'])
      }
    },
  },
  {
    name: 'refuses a login in a session that was read before it was ended with all others (P2)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      for (const end of [() => storage.revokeAll('ada'), () => storage.revokeEverybody()]) {
        for (const user of ['ada', grace]) {
          const { cookie } = await visit(storage, null, (s) => (s.login('ada'), s.set('a', 1)))
          const slow = await storage.read(cookie)
          await end()
          slow.login(user)
          equal(await stands(storage, slow), false)
        }
      }
    },
  },
  {
    name: 'ends a login that begins and is saved while the sessions of everybody are ended',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      const [, [early, login]] = await whileHeld(
        fixture.gate!.hold('write'),
        storage.revokeEverybody(),
        async () => [await loggedIn(storage), await begin(storage)] as const,
      )
      same(await users(storage, early, await storage.save(login)), [undefined, undefined])
      equal(await stands(storage, await begin(storage)), true)
    },
  },
  {
    name: 'ends the sessions of everybody also on a server whose clock is behind',
    needs: ['revocable'],
    async run(fixture) {
      const [behind, ahead] = [ender(fixture, -300 * second), ender(fixture)]
      await ahead.revokeEverybody()
      const cookie = await loggedIn(ahead)
      await behind.revokeEverybody()
      same(await users(ahead, cookie, await loggedIn(behind)), [undefined, 'ada'])
    },
  },
]
