import { keyOfSubject } from '../../core/life-cycle/revocations.ts'
import { createRevocations } from '../../core/life-cycle/create-revocations.ts'
import { createSessionGroups } from '../../core/life-cycle/session-groups.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { subjectOfGroup } from '../../core/runtime/turns.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { begin, type Ender, ender, loggedIn, stands, users } from './ender.ts'
import { visit, type StorageCase } from './visit.ts'

const second = 1000

/** Notes of what has ended that are damaged, lost, out of reach or about to expire. */
export const lostNoteCases: readonly StorageCase[] = [
  {
    name: 'takes a note that it cannot read for one that ends everything',
    needs: ['revocable'],
    async run(fixture) {
      const { gate, traits } = fixture
      for (const userId of traits.has('indexed') ? [''] : ['ada', '']) {
        const storage = ender(fixture)
        await storage.revokeAll('ada')
        await storage.revokeEverybody()
        const cookie = await loggedIn(storage)
        const key = await keyOfSubject(userId)
        for (const text of ['{}', 'no JSON', '{"revokedAt":"soon"}']) {
          const { version } = (await gate!.store.read(key))!
          const options = { replaces: version, expiresAt: fixture.clock.now() + 86_400_000 }
          ok(await gate!.store.write(key, text, options))
          same(await users(storage, cookie), [undefined], text)
          equal(await stands(storage, await begin(storage)), false, text)
        }
        await (userId === '' ? storage.revokeEverybody() : storage.revokeAll('ada'))
        equal(await stands(storage, await begin(storage)), true)
      }
    },
  },
  {
    name: 'serves no session of which it cannot be found out whether it has ended (P8)',
    needs: ['revocable'],
    async run(fixture) {
      const storage = ender(fixture)
      const cookie = await loggedIn(storage)
      const before = fixture.gate!.calls.read
      same(await users(storage, cookie), ['ada'])
      const reads = fixture.gate!.calls.read - before
      for (let failing = 1; failing <= reads; failing++) {
        // The calls before that one pass.
        for (let i = 1; i < failing; i++) fixture.gate!.hold('read').release()
        fixture.gate!.fail('read', new Error('away'))
        await failsWith('ERR_SESSION_STORE', () => storage.read(cookie))
        await new Promise<void>((resolve) => setTimeout(resolve, 0))
      }
      same(await users(storage, cookie), ['ada'])
    },
  },
  {
    name: 'ends what a user has when the store has lost the note, where sessions cannot be listed',
    needs: ['server'],
    lacks: 'indexed',
    async run(fixture) {
      const storage = ender(fixture)
      for (const userId of ['ada', '']) {
        const cookies = [await loggedIn(storage)]
        await storage.revokeAll('ada')
        cookies.push(await loggedIn(storage))
        await fixture.clock.pass(second)
        await fixture.gate!.store.delete(await keyOfSubject(userId))
        same(await users(storage, ...cookies), [undefined, undefined])
        const after = await loggedIn(storage)
        same(await users(storage, ...cookies, after), [undefined, undefined, 'ada'])
      }
    },
  },
  {
    name: 'ends the sessions of a group when the store has lost the note, where sessions cannot be listed',
    needs: ['server', 'grouped'],
    lacks: 'indexed',
    async run(fixture) {
      const groups = createSessionGroups()
      const revocations = createRevocations({ cache: 0 })
      const storage = fixture.createStorage({ groups, revocations }) as SessionStorage as Ender
      const login = async (group?: string) =>
        (await visit(storage, null, (s) => s.login('ada', { group }))).cookie
      const cookies = [await login('sid'), await login()]
      await fixture.gate!.store.delete(await keyOfSubject(subjectOfGroup('sid')))
      same(await users(storage, ...cookies), [undefined, 'ada'])
      await fixture.clock.pass(second)
      same(await users(storage, ...cookies, await login('sid')), [undefined, 'ada', 'ada'])
    },
  },
  {
    name: 'keeps the note as long as any session that began after it, where it must be there',
    needs: ['server'],
    lacks: 'indexed',
    async run(fixture) {
      const day = 86_400 * second
      const revocations = createRevocations({ cache: 0 })
      const options = { revocations, idleTimeout: 864_000, absoluteTimeout: 864_000 }
      const storage = fixture.createStorage(options) as SessionStorage as Ender
      await loggedIn(storage)
      for (let i = 0; i < 4; i++) {
        await fixture.clock.pass(4 * day)
        const cookie = await loggedIn(storage)
        await fixture.clock.pass(9 * day)
        same(await users(storage, cookie), ['ada'], `${i}`)
      }
    },
  },
]
