import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, same } from '../expect.ts'
import type { StorageFixture } from '../fixture.ts'
import { holdAfter, visit, whileHeld, type StorageCase } from './visit.ts'

/** A visitor with a session, under an id that may be in its grace. */
const visitors: Record<string, (storage: ServerSessionStorage) => Promise<string | null>> = {
  'who is nobody yet': async (storage) => (await visit(storage, null, (s) => s.set('a', 1))).cookie,
  'who is that user': async (storage) =>
    (await visit(storage, null, (s) => (s.set('a', 1), s.login('ada')))).cookie,
  async 'whose id is in its grace'(storage) {
    const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
    await visit(storage, cookie, (s) => s.regenerateId())
    return cookie
  },
}

/** A login of which nobody can find out whether it stands: the store fails once it is written. */
async function loginInDoubt(
  { gate }: StorageFixture,
  storage: ServerSessionStorage,
  cookie: string,
) {
  const session = await storage.read(cookie)
  session.login('ada')
  gate!.fail('read', new Error('away'))
  return session
}

/** A login fails if nobody can say whether all sessions of its user were ended meanwhile. */
export const unconfirmedLoginCases: readonly StorageCase[] = [
  {
    name: 'leaves the visitor the session they had when nobody can say whether a login stands',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      for (const [who, begin] of Object.entries(visitors)) {
        const storage = fixture.createStorage() as ServerSessionStorage
        const cookie = (await begin(storage))!
        const before = (await storage.read(cookie)).userId
        const login = await loginInDoubt(fixture, storage, cookie)
        await failsWith('ERR_SESSION_STORE', () => storage.save(login))
        const after = await storage.read(cookie)
        same([after.userId, after.get('a')], [before, 1], who)
        equal((await storage.sessionsOf('ada')).length, before === undefined ? 0 : 1, who)
        // The store works again, and the handler tries once more.
        equal((await storage.read(await storage.save(login))).userId, 'ada', who)
        equal((await storage.read(cookie)).isNew, true, who)
        equal(await storage.revokeAll('ada'), 1, who)
      }
    },
  },
  {
    name: 'brings no session back that was ended while a login was in doubt (P2)',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = fixture.createStorage() as ServerSessionStorage
      for (const [who, begin] of Object.entries(visitors)) {
        const cookie = (await begin(storage))!
        const { handle } = await storage.read(cookie)
        const login = await loginInDoubt(fixture, storage, cookie)
        const held = holdAfter(fixture, ['write', who.includes('grace') ? 2 : 1])
        const failing = failsWith('ERR_SESSION_STORE', () => storage.save(login))
        await whileHeld(held, failing, () => storage.revoke(handle))
        equal((await storage.read(cookie)).isNew, true, who)
        same(await storage.sessionsOf('ada'), [], who)
      }
    },
  },
  {
    name: 'brings no session of another user back: nobody could have found it to end it',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = fixture.createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) => s.login('grace'))
      const login = await loginInDoubt(fixture, storage, cookie!)
      await failsWith('ERR_SESSION_STORE', () => storage.save(login))
      equal((await storage.read(cookie)).isNew, true)
      same([await storage.sessionsOf('grace'), await storage.sessionsOf('ada')], [[], []])
    },
  },
]
