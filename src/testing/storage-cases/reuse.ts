import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

const second = 1000
const revoking = { onReuse: 'revoke' } as const

/** What ends an id, and the seconds after which it cannot be on its way any more. */
const ways: readonly [name: string, use: (session: Session) => void, seconds: number][] = [
  ['login', (session) => session.login('ada'), 5],
  ['regenerateId(true)', (session) => session.regenerateId(true), 5],
  ['regenerateId()', (session) => session.regenerateId(), 30],
]

/** An id that comes back after its end. */
export const reuseCases: readonly StorageCase[] = [
  ...ways.map(([way, use, seconds]): StorageCase => ({
    name: `with onReuse: 'revoke' an id that comes back ends the session that took its place: ${way}`,
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture, revoking)
      const old = await visit(storage, null, (s) => s.login('ada'))
      const young = await visit(storage, old.cookie, use)
      await fixture.clock.pass((seconds - 1) * second)
      // It may have been on its way for so long.
      await visit(storage, old.cookie)
      equal((await storage.read(young.cookie)).userId, 'ada')
      await fixture.clock.pass(2 * second)
      const slow = await storage.read(young.cookie)
      slow.set('a', 1)
      equal((await visit(storage, old.cookie)).session.userId, undefined)
      same(types().slice(-2), ['reused-old-id', 'revoked'])
      equal(await storage.save(slow), null)
      equal((await storage.read(young.cookie)).isNew, true)
      // Nothing is left of it that could end another one.
      await visit(storage, young.cookie, (s) => s.login('ada'))
      await storage.read(old.cookie)
      ok(types().at(-1) !== 'revoked')
    },
  })),
  {
    name: "with onReuse: 'revoke' an id is known for long, and not only the last one",
    needs: ['server', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage(revoking)
      const first = await visit(storage, null, (s) => s.login('ada'))
      let { cookie } = first
      for (const use of [...ways, ...ways].map(([, one]) => one)) {
        await clock.pass(60 * second)
        cookie = (await visit(storage, cookie, use)).cookie
      }
      cookie = (await visit(storage, cookie, (s) => s.set('a', 1))).cookie
      await clock.pass(60 * second)
      await storage.read(first.cookie)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'without onReuse an id that comes back is reported, and ends nothing',
    needs: ['server', 'atomic'],
    async run(fixture) {
      for (const options of [{}, { onReuse: 'report' } as const]) {
        const { storage, types } = watched(fixture, options)
        const old = await visit(storage, null, (s) => s.login('ada'))
        const young = await visit(storage, old.cookie, (s) => s.login('ada'))
        await fixture.clock.pass(6 * second)
        await storage.read(old.cookie)
        equal(types().at(-1), 'reused-old-id')
        equal((await storage.read(young.cookie)).userId, 'ada')
      }
    },
  },
  {
    name: "with onReuse: 'revoke' an old id ends nothing for a look, nor beside others of its visitor",
    needs: ['server', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage(revoking)
      const old = await visit(storage, null, (s) => s.login('ada'))
      const young = await visit(storage, old.cookie, (s) => s.login('ada'))
      await clock.pass(6 * second)
      equal(await storage.peek(old.cookie), undefined)
      await storage.read(old.cookie, { isOneOfSeveral: true })
      equal((await storage.read(young.cookie)).userId, 'ada')
    },
  },
  {
    name: "with onReuse: 'revoke' the session of another user lives on, who has logged in there while it was found out",
    needs: ['indexed', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(revoking)
      const old = await visit(storage, null, (s) => s.login('ada'))
      const young = await visit(storage, old.cookie, (s) => s.login('ada'))
      await clock.pass(6 * second)
      const login = await storage.read(young.cookie)
      login.login('grace')
      const [, cookie] = await whileHeld(gate!.hold('write'), storage.read(old.cookie), () =>
        storage.save(login),
      )
      equal((await storage.read(cookie)).userId, 'grace')
    },
  },
  {
    name: "with onReuse: 'revoke' what is saved while it is found out does not save the session",
    needs: ['indexed', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(revoking)
      const old = await visit(storage, null, (s) => s.login('ada'))
      const young = await visit(storage, old.cookie, (s) => s.login('ada'))
      await clock.pass(6 * second)
      const slow = await storage.read(young.cookie)
      slow.set('a', 1)
      await whileHeld(gate!.hold('write'), storage.read(old.cookie), () => storage.save(slow))
      equal((await storage.read(young.cookie)).isNew, true)
    },
  },
  {
    name: "with onReuse: 'revoke' a copy of a cookie from before a login ends the cookie that took its place",
    needs: ['revocable', 'lasting'],
    lacks: 'server',
    async run(fixture) {
      const { storage, types } = watched(fixture, revoking)
      const old = await visit(storage, null, (s) => s.login('ada'))
      const next = await visit(storage, old.cookie, (s) => s.regenerateId(true))
      const young = await visit(storage, next.cookie, (s) => s.login('ada'))
      await storage.read(old.cookie)
      equal((await storage.read(young.cookie)).userId, 'ada')
      await fixture.clock.pass(6 * second)
      await storage.peek(old.cookie)
      equal((await storage.read(young.cookie)).userId, 'ada')
      await storage.read(old.cookie)
      same(types().slice(-2), ['reused-old-id', 'revoked'])
      equal((await storage.read(young.cookie)).isNew, true)
    },
  },
  {
    name: 'says at once of onReuse what it takes',
    async run({ createStorage, traits }) {
      await failsWith('ERR_SESSION_CONFIG', () => createStorage({ onReuse: 'end' as 'revoke' }))
      if (traits.has('revocable')) createStorage(revoking)
      else await failsWith('ERR_SESSION_CONFIG', () => createStorage(revoking))
    },
  },
]
