import { createSessionGroups } from '../../core/life-cycle/session-groups.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import type { StorageFixture, Trait } from '../fixture.ts'
import { equal, failsWith, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const needs: readonly Trait[] = ['indexed', 'atomic', 'lasting']
const second = 1000
const sid = 'sid-of-the-provider'

function grouped({ createStorage, clock }: StorageFixture, ahead = 0): ServerSessionStorage {
  const options = { groups: createSessionGroups(), now: () => clock.now() + ahead }
  return createStorage(options) as ServerSessionStorage
}

async function loggedIn(storage: ServerSessionStorage, group?: string): Promise<string> {
  return (await visit(storage, null, (s) => s.login('ada', { group }))).cookie!
}

async function begun(storage: ServerSessionStorage, group: string = sid): Promise<Session> {
  const session = await storage.read(null)
  session.login('ada', { group })
  return session
}

async function alive(storage: ServerSessionStorage, ...cookies: string[]): Promise<boolean[]> {
  const found = []
  for (const cookie of cookies) found.push(!(await storage.read(cookie)).isNew)
  return found
}

/** Sessions that end together, as those of one session of a provider. */
export const groupCases: readonly StorageCase[] = [
  {
    name: 'ends all sessions of a group, and no others (ASVS 7.6.1)',
    needs,
    async run(fixture) {
      const { storage: plain, types } = watched(fixture, { groups: createSessionGroups() })
      const storage = plain as ServerSessionStorage
      const [one, other, none] = [
        await loggedIn(storage, sid),
        await loggedIn(storage, `${sid}-2`),
        await loggedIn(storage),
      ]
      const used = (await visit(storage, one, (s) => s.set('a', 1))).cookie!
      const two = (await visit(storage, null, (s) => s.login('grace', { group: sid }))).cookie!
      const rotated = (await visit(storage, two, (s) => s.regenerateId(true))).cookie!
      const again = (await visit(storage, rotated, (s) => s.reauthenticate())).cookie!
      equal(await storage.revokeGroup(sid), 2)
      same(await alive(storage, used, again, other, none), [false, false, true, true])
      equal(types().filter((type) => type === 'revoked').length, 2)
      equal(await storage.revokeGroup(sid), 0)
      const later = await loggedIn(storage, sid)
      same(await alive(storage, later), [true])
      equal(await storage.revokeGroup(sid), 1)
      equal((await storage.sessionsOf('ada')).length, 2)
    },
  },
  {
    name: 'ends the session that somebody proved anew who they are to, under an old id or when overtaken',
    needs,
    async run(fixture) {
      const storage = grouped(fixture)
      for (const isOvertaken of [true, false]) {
        const first = await loggedIn(storage, sid)
        const slow = isOvertaken ? await storage.read(first) : undefined
        const { cookie: second } = await visit(storage, first, (s) => s.regenerateId(isOvertaken))
        const session = slow ?? (await storage.read(first))
        session.reauthenticate()
        const third = (await storage.save(session))!
        same(await alive(storage, third), [true])
        await storage.revokeGroup(sid)
        same(await alive(storage, first, second!, third), [false, false, false])
      }
    },
  },
  {
    name: 'takes a session out of its group with the next login',
    needs,
    async run(fixture) {
      const storage = grouped(fixture)
      for (const group of [undefined, 'another']) {
        const before = await loggedIn(storage, sid)
        const after = (await visit(storage, before, (s) => s.login('ada', { group }))).cookie!
        equal(await storage.revokeGroup(sid), 0)
        same(await alive(storage, after), [true])
        const back = (await visit(storage, after, (s) => s.login('ada', { group: sid }))).cookie!
        equal(await storage.revokeGroup('another'), 0)
        equal(await storage.revokeGroup(sid), 1)
        same(await alive(storage, back), [false])
      }
    },
  },
  {
    name: 'ends a login that is under way while its group is ended, whichever is overtaken (ASVS 7.6.1)',
    needs,
    async run(fixture) {
      const { gate } = fixture
      const storage = grouped(fixture)
      // Before its link is written, before its session is, and before it looks.
      for (const [operation, before] of [
        ['write', 0],
        ['write', 1],
        ['read', 1],
      ] as const) {
        const login = await begun(storage)
        for (let n = 0; n < before; n++) gate!.hold(operation).release()
        const held = gate!.hold(operation)
        const saving = storage.save(login)
        await held.reached
        await storage.revokeGroup(sid)
        held.release()
        const cookie = await saving
        equal((await storage.read(cookie)).isNew, true, `${operation} ${before}`)
        same(await storage.sessionsOf('ada'), [], `${operation} ${before}`)
        await fixture.clock.pass(1)
      }
      // The other way round: it begins and is saved while the end is noted, and while the list is read.
      for (const operation of ['write', 'keysOf'] as const) {
        const held = gate!.hold(operation)
        const revoking = storage.revokeGroup(sid)
        await held.reached
        const cookie = await storage.save(await begun(storage))
        held.release()
        await revoking
        equal((await storage.read(cookie)).isNew, true, operation)
        await fixture.clock.pass(1)
      }
      same(await alive(storage, await loggedIn(storage, sid)), [true])
    },
  },
  {
    name: 'ends the sessions of a group also on a server whose clock is behind',
    needs,
    async run(fixture) {
      const [storage, behind] = [grouped(fixture), grouped(fixture, -120 * second)]
      const login = await begun(behind)
      const cookie = await loggedIn(behind, sid)
      equal(await storage.revokeGroup(sid), 1)
      same([...(await alive(behind, cookie)), await behind.save(login)], [false, null])
    },
  },
  {
    name: 'lets a session end with the provider’s',
    async run({ createStorage, clock }) {
      const storage = createStorage({ absoluteTimeout: 1000, idleTimeout: 1000 })
      const until = clock.now() + 300 * second
      const short = await visit(storage, null, (s) => s.login('ada', { until }))
      const late = clock.now() + 5000 * second
      const long = await visit(storage, null, (s) => s.login('ada', { until: late }))
      equal((await storage.read(short.cookie)).expiresAt, until)
      equal((await storage.read(long.cookie)).expiresAt, clock.now() + 1000 * second)
      await clock.pass(200 * second)
      const used = await visit(storage, short.cookie, (s) => {
        s.persist(true)
        s.reauthenticate()
      })
      await clock.pass(100 * second)
      equal((await storage.read(used.cookie)).isNew, true)
    },
  },
  {
    name: 'refuses a group that has no name, and one where the storage has none',
    async run({ createStorage }) {
      const storage = createStorage()
      const session = await storage.read(null)
      for (const group of ['', '\ud800', 5, null]) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { group } as object))
      }
      for (const until of [-1, NaN, Number.POSITIVE_INFINITY, new Date()]) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { until } as object))
      }
      session.login('ada', { group: sid })
      await failsWith('ERR_SESSION_CONFIG', () => storage.save(session))
    },
  },
  {
    name: 'says at once that it cannot list the sessions of a group',
    lacks: 'indexed',
    async run(fixture) {
      await failsWith('ERR_SESSION_CONFIG', () => grouped(fixture))
    },
  },
  {
    name: 'ends no group without the option for it',
    needs: ['server'],
    async run({ createStorage, traits }) {
      const storage = createStorage() as ServerSessionStorage
      await failsWith('ERR_SESSION_CONFIG', () => storage.revokeGroup(sid))
      if (!traits.has('indexed') || !traits.has('lasting')) return
      const able = createStorage({ groups: createSessionGroups() }) as ServerSessionStorage
      await failsWith('ERR_SESSION_CONFIG', () => able.revokeGroup(''))
      equal(await able.revokeGroup(sid), 0)
    },
  },
]
