import { createRevocations } from '../../core/life-cycle/create-revocations.ts'
import { createSessionGroups } from '../../core/life-cycle/session-groups.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { SessionStorageOptions } from '../../core/life-cycle/storage-options.ts'
import type { Session } from '../../core/session/session.ts'
import type { StorageFixture, Trait } from '../fixture.ts'
import { equal, failsWith, same } from '../expect.ts'
import { alive } from './ender.ts'
import { holdAfter, visit, watched, whileHeld, type StorageCase } from './visit.ts'

const needs: readonly Trait[] = ['grouped']
const second = 1000
const sid = 'sid-of-the-provider'

/** With groups, and with notes where they need these. What has been noted, no server remembers. */
function able({ traits }: StorageFixture): SessionStorageOptions {
  const isNoted = traits.has('server') && !traits.has('indexed')
  const revocations = isNoted ? { revocations: createRevocations({ cache: 0 }) } : {}
  return { groups: createSessionGroups(), ...revocations }
}

function grouped(fixture: StorageFixture, ahead = 0): ServerSessionStorage {
  const options = { ...able(fixture), now: () => fixture.clock.now() + ahead }
  return fixture.createStorage(options) as ServerSessionStorage
}

/** Of how many sessions, nobody can tell where there are no lists. */
async function endOf(
  { traits }: StorageFixture,
  storage: ServerSessionStorage,
  [group, count]: [group: string, count: number],
): Promise<void> {
  equal((await storage.revokeGroup(group)) ?? 0, traits.has('indexed') ? count : 0)
}

async function loggedIn(storage: ServerSessionStorage, group?: string): Promise<string> {
  return (await visit(storage, null, (s) => s.login('ada', { group }))).cookie!
}

async function begun(storage: ServerSessionStorage, group: string = sid): Promise<Session> {
  const session = await storage.read(null)
  session.login('ada', { group })
  return session
}

/** Sessions that end together, as those of one session of a provider. */
export const groupCases: readonly StorageCase[] = [
  {
    name: 'ends all sessions of a group, and no others (ASVS 7.6.1)',
    needs,
    async run(fixture) {
      const isListed = fixture.traits.has('indexed')
      const { storage: plain, events } = watched(fixture, able(fixture))
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
      await endOf(fixture, storage, [sid, 2])
      const told = events.filter(({ type }) => type === 'revoked')
      same(
        told.map(({ handle, userId }) => [handle !== undefined, userId]).sort(),
        isListed
          ? [
              [true, 'ada'],
              [true, 'grace'],
            ]
          : [[false, undefined]],
      )
      same(await alive(storage, used, again, other, none), [false, false, true, true])
      await endOf(fixture, storage, [sid, 0])
      const later = await loggedIn(storage, sid)
      same(await alive(storage, later), [true])
      await endOf(fixture, storage, [sid, 1])
      same(await alive(storage, later, other, none), [false, true, true])
      if (isListed) equal((await storage.sessionsOf('ada')).length, 2)
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
        await endOf(fixture, storage, [sid, 0])
        same(await alive(storage, after), [true])
        const back = (await visit(storage, after, (s) => s.login('ada', { group: sid }))).cookie!
        await endOf(fixture, storage, ['another', 0])
        same(await alive(storage, back), [true])
        await endOf(fixture, storage, [sid, 1])
        same(await alive(storage, back), [false])
      }
    },
  },
  {
    name: 'ends a login that is under way while its group is ended, whichever is overtaken (ASVS 7.6.1)',
    needs,
    async run(fixture) {
      const { gate, traits } = fixture
      const storage = grouped(fixture)
      // Before each thing that it reads, and before each that it writes.
      for (const operation of ['read', 'write'] as const) {
        for (let before = 0, isHeld = true; isHeld; before++) {
          const login = await begun(storage)
          const held = holdAfter(fixture, [operation, before])
          const saving = storage.save(login)
          isHeld = await Promise.race([held.reached.then(() => true), saving.then(() => false)])
          if (!isHeld) held.release()
          await storage.revokeGroup(sid)
          held.release()
          const where = `${operation} ${before}`
          equal((await storage.read(await saving)).isNew, true, where)
          if (traits.has('indexed')) same(await storage.sessionsOf('ada'), [], where)
          await fixture.clock.pass(1)
        }
      }
      // The other way round: it begins and is saved while the end is noted, and while the list is read.
      const steps = traits.has('indexed') ? (['write', 'keysOf'] as const) : (['write'] as const)
      for (const operation of steps) {
        const [, cookie] = await whileHeld(
          gate!.hold(operation),
          storage.revokeGroup(sid),
          async () => storage.save(await begun(storage)),
        )
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
      await endOf(fixture, storage, [sid, 1])
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
    name: 'looks at notes of groups for sessions of groups alone, and only where they are in no list',
    needs,
    async run(fixture) {
      const { gate, traits } = fixture
      const storage = grouped(fixture)
      const [one, none] = [await loggedIn(storage, sid), await loggedIn(storage)]
      const reads = []
      for (const cookie of [none, one]) {
        const before = gate!.calls.read
        await storage.read(cookie)
        reads.push(gate!.calls.read - before)
      }
      equal(reads[1]! - reads[0]!, traits.has('indexed') ? 0 : 1)
    },
  },
  {
    name: 'says at once that it can neither list the sessions of a group nor note their end',
    lacks: 'indexed',
    async run({ createStorage, traits }) {
      const groups = createSessionGroups()
      // The fixture of cookies that can be ended has notes.
      if (traits.has('revocable') && !traits.has('server')) createStorage({ groups })
      else await failsWith('ERR_SESSION_CONFIG', () => createStorage({ groups }))
    },
  },
  {
    name: 'ends no group without the option for it',
    needs: ['revocable'],
    async run(fixture) {
      const storage = fixture.createStorage() as ServerSessionStorage
      await failsWith('ERR_SESSION_CONFIG', () => storage.revokeGroup(sid))
      if (!fixture.traits.has('grouped')) return
      const withThem = grouped(fixture)
      await failsWith('ERR_SESSION_CONFIG', () => withThem.revokeGroup(''))
      await endOf(fixture, withThem, [sid, 0])
    },
  },
]
