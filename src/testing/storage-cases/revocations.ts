import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { keyOfSubject } from '../../core/life-cycle/revocations.ts'
import type { StorageFixture } from '../fixture.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { begin, stands } from './ender.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const second = 1000
const day = 86_400 * second

function open(fixture: StorageFixture, ahead = 0, clockTolerance?: number): ServerSessionStorage {
  const now = () => fixture.clock.now() + ahead
  const options = clockTolerance === undefined ? { now } : { now, clockTolerance }
  return fixture.createStorage(options) as ServerSessionStorage
}

/** The note that says that all sessions of ada were ended, as it is stored. */
type Note = Record<string, unknown>

async function noteOf({ gate }: StorageFixture, change: (note: Note) => Note): Promise<void> {
  const { store } = gate!
  const key = await keyOfSubject('ada')
  const stored = await store.read(key)
  const note = change(stored === undefined ? {} : (JSON.parse(stored.value) as Note))
  const options = { replaces: stored?.version ?? null, expiresAt: Date.UTC(2100, 0) }
  ok(await store.write(key, JSON.stringify(note), options))
}

/** What a process on another server does to the note when it ends all sessions of ada. */
function revokeElsewhere(fixture: StorageFixture, at: number, extra: Note = {}): Promise<void> {
  return noteOf(fixture, ({ n = 0, t = [] }) => {
    const turns = [['another process', 1], ...(t as unknown[])]
    return { revokedAt: at, n: (n as number) + 1, t: turns, ...extra }
  })
}

/** The same by version 0.1.0, which knows nothing of counts and turns. */
function revokeByOlder(fixture: StorageFixture, note: Note): Promise<void> {
  return noteOf(fixture, () => note)
}

/** Which logins stand when all sessions of their user are ended (ASVS 7.4.2, 7.4.3). */
export const revocationCases: readonly StorageCase[] = [
  {
    name: 'ends what began before the end of all sessions, and not what began after, in one millisecond',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      for (let i = 0; i < 10; i++) {
        const before = await begin(storage)
        await storage.revokeAll('ada')
        const after = await begin(storage)
        same([await stands(storage, before), await stands(storage, after)], [false, true])
      }
    },
  },
  {
    name: 'does the same for two servers of one process, whatever their clocks say',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      for (const ahead of [2, -2, 360, -360]) {
        const [one, other] = [open(fixture, ahead * second), open(fixture)]
        const before = await begin(one)
        await fixture.clock.pass(1)
        await other.revokeAll('ada')
        const after = await begin(one)
        const outcome = [await stands(one, before), await stands(one, after)]
        same(outcome, [false, true], `${ahead} s ahead`)
      }
    },
  },
  {
    name: 'ends a login that begins while sessions are being ended',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      await visit(storage, null, (s) => s.login('ada'))
      const held = fixture.gate!.hold('delete')
      const [count] = await whileHeld(held, storage.revokeAll('ada'), async () => {
        // The list has been read already: nobody but the login itself can end it.
        equal(await storage.save(await begin(storage)), null)
      })
      equal(count, 1)
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'ends a login that begins while two ends of all sessions run, until the slower one is over',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      await visit(storage, null, (s) => s.login('ada'))
      await whileHeld(fixture.gate!.hold('delete'), storage.revokeAll('ada'), async () => {
        equal(await storage.revokeAll('ada'), 1)
        equal(await stands(storage, await begin(storage)), false)
      })
      equal(await stands(storage, await begin(storage)), true)
    },
  },
  {
    name: 'keeps nobody out while the sessions of somebody else are being ended, or after that failed',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      await whileHeld(fixture.gate!.hold('keysOf'), storage.revokeAll('grace'), async () => {
        await storage.revokeAll('ada')
        equal(await stands(storage, await begin(storage)), true)
      })
      fixture.gate!.fail('keysOf', new Error('away'))
      await failsWith('ERR_SESSION_STORE', () => storage.revokeAll('ada'))
      await storage.revokeAll('ada')
      equal(await stands(storage, await begin(storage)), true)
    },
  },
  {
    name: 'ends what began on another server up to the tolerance after, and nothing later',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      for (const tolerance of [undefined, 0, 60]) {
        const storage = open(fixture, 0, tolerance)
        const reach = (tolerance ?? 5) * second
        const before = await begin(storage)
        await revokeElsewhere(fixture, fixture.clock.now())
        await fixture.clock.pass(reach)
        const just = await begin(storage)
        await fixture.clock.pass(1)
        const later = await begin(storage)
        const outcome = []
        for (const login of [before, just, later]) outcome.push(await stands(storage, login))
        same(outcome, [false, false, true], `a tolerance of ${tolerance}`)
        await storage.revokeAll('ada')
      }
    },
  },
  {
    name: 'believes no end of all sessions from further ahead than the tolerance',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      const now = fixture.clock.now()
      for (const [ahead, expected] of [
        [5 * second, false],
        [5 * second + 1, true],
        [day, true],
      ] as const) {
        await revokeElsewhere(fixture, now + ahead)
        equal(await stands(storage, await begin(storage)), expected, `${ahead} ms ahead`)
      }
    },
  },
  {
    name: 'remembers its own end of all sessions also when another server’s came after',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      const before = await begin(storage)
      await storage.revokeAll('ada')
      // The clock of the other server is a day behind: by clocks the login would be newer.
      await revokeElsewhere(fixture, fixture.clock.now() - day)
      const after = await begin(storage)
      same([await stands(storage, before), await stands(storage, after)], [false, true])
    },
  },
  {
    name: 'judges a login with a token by that alone, whatever the clocks say',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      for (const at of [-day, 0, 5 * second, day]) {
        const before = await storage.beginLogin('ada')
        await revokeElsewhere(fixture, fixture.clock.now() + at)
        const after = await storage.beginLogin('ada')
        const outcome = []
        for (const since of [before, after]) {
          const session = await storage.read(null)
          session.login('ada', { since })
          outcome.push(await stands(storage, session))
        }
        same(outcome, [false, true], `${at} ms`)
      }
      // One process: the token is older than the login itself.
      const since = await storage.beginLogin('ada')
      await storage.revokeAll('ada')
      const session = await storage.read(null)
      session.login('ada', { since })
      equal(await stands(storage, session), false)
    },
  },
  {
    name: 'refuses a token of another user, and what is no token',
    needs: ['indexed'],
    async run(fixture) {
      const storage = open(fixture)
      const session = await storage.read(null)
      for (const since of [await storage.beginLogin('grace'), { userId: 'ada' }, null, 0, {}]) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { since: since as never }))
      }
      same([session.userId, session.dirty], [undefined, false])
      for (const userId of ['', 42, undefined]) {
        await failsWith('ERR_SESSION_CONFIG', () => storage.beginLogin(userId as never))
      }
      session.login('ada', { since: undefined })
      equal(await stands(storage, session), true)
    },
  },
  {
    name: 'believes the notes of version 0.1.0',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      const before = await begin(storage)
      const since = await storage.beginLogin('ada')
      await revokeByOlder(fixture, { revokedAt: fixture.clock.now() })
      equal(await stands(storage, before), false)
      await fixture.clock.pass(5 * second + 1)
      equal(await stands(storage, await begin(storage)), true)
      // Ours come after it.
      const login = await begin(storage)
      await storage.revokeAll('ada')
      equal(await stands(storage, login), false)
      // A token counts the ends of both releases, in any order.
      const tokens = [since, await storage.beginLogin('ada')]
      await fixture.clock.pass(1)
      await revokeByOlder(fixture, { revokedAt: fixture.clock.now() })
      tokens.push(await storage.beginLogin('ada'))
      const outcome = []
      for (const one of tokens) {
        const session = await storage.read(null)
        session.login('ada', { since: one })
        outcome.push(await stands(storage, session))
      }
      same(outcome, [false, false, true])
    },
  },
  {
    name: 'spares in the notes of version 0.1.0 the session that they except, as long as they do',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      const revokedAt = fixture.clock.now()
      for (const [exceptRevokedAt, expected] of [
        [undefined, true],
        [0, true],
        [revokedAt, false],
      ] as const) {
        const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        const spared = await storage.read(cookie)
        spared.login('ada')
        const note = { revokedAt, except: spared.handle, exceptRevokedAt }
        await revokeByOlder(fixture, note)
        equal(await stands(storage, await begin(storage)), false)
        equal(await stands(storage, spared), expected, `${exceptRevokedAt}`)
      }
    },
  },
  {
    name: 'spares a session only as long as each end of all sessions excepts it',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const storage = open(fixture)
      for (const [excepts, expected] of [
        ['yes', true],
        ['yes yes yes', true],
        ['no yes', false],
        ['yes no', false],
        ['no yes yes', false],
        ['other yes', false],
      ] as const) {
        const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        const login = await storage.read(cookie)
        login.login('ada')
        for (const word of excepts.split(' ')) {
          const except = { yes: login.handle, no: undefined, other: 'h'.repeat(22) }[word]
          await storage.revokeAll('ada', { except })
        }
        equal(await stands(storage, login), expected, excepts)
      }
    },
  },
]
