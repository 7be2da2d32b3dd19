import type { Session } from '../../core/session/session.ts'
import { equal, same } from '../expect.ts'
import { ender } from './ender.ts'
import { visit, type StorageCase } from './visit.ts'

const second = 1000
const options = {
  idleTimeout: 100,
  absoluteTimeout: 250,
  persistent: { idleTimeout: 1000, absoluteTimeout: 2500 },
}
const stay = (s: Session) => s.persist(true)

/** Visitors who want to stay logged in: two sets of timeouts, and which one counts is remembered. */
export const persistenceCases: readonly StorageCase[] = [
  {
    name: 'persist(true) gives a session the persistent timeouts, both of them (P5)',
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const start = clock.now()
      let { cookie } = await visit(storage, null, (s) => {
        s.login('ada')
        stay(s)
        equal(s.persistent, true)
      })
      for (let time = 0; time < 2000; time += 500) {
        await clock.pass(500 * second)
        const next = await visit(storage, cookie)
        same([next.session.userId, next.session.persistent], ['ada', true], `after ${time + 500} s`)
        cookie = next.cookie
      }
      equal((await storage.peek(cookie))?.expiresAt, start + 2500 * second)
      await clock.pass(500 * second)
      equal((await storage.read(cookie)).isNew, true)
      const idle = await visit(storage, null, (s) => {
        s.set('a', 1)
        stay(s)
      })
      equal(idle.session.expiresAt, clock.now() + 1000 * second)
      await clock.pass(1000 * second)
      equal((await storage.read(idle.cookie)).isNew, true)
    },
  },
  {
    name: 'persist can be said later: the timeouts count from the start and from this use',
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const start = clock.now()
      const first = await visit(storage, null, (s) => s.login('ada'))
      await clock.pass(90 * second)
      const quiet = await visit(storage, first.cookie, stay, { touch: false })
      equal(quiet.session.expiresAt, start + 1000 * second)
      await clock.pass(10 * second)
      let { cookie } = await visit(storage, quiet.cookie)
      for (let time = 100; time < 1700; time += 800) {
        await clock.pass(800 * second)
        cookie = (await visit(storage, cookie)).cookie
      }
      equal((await storage.peek(cookie))?.expiresAt, start + 2500 * second)
    },
  },
  {
    name: 'persist(false) brings the usual timeouts back',
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const start = clock.now()
      const first = await visit(storage, null, (s) => {
        s.login('ada')
        stay(s)
      })
      await clock.pass(90 * second)
      const { cookie, session } = await visit(storage, first.cookie, (s) => s.persist(false))
      same([session.persistent, session.expiresAt], [false, start + 190 * second])
      await clock.pass(100 * second)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'persist(false) ends a session that has lived longer than the usual timeouts allow',
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const first = await visit(storage, null, (s) => {
        s.login('ada')
        stay(s)
      })
      await clock.pass(500 * second)
      const { cookie } = await visit(storage, first.cookie, (s) => s.persist(false))
      equal((await storage.read(cookie)).isNew, true)
      equal(await storage.peek(cookie), undefined)
    },
  },
  {
    name: 'persist is kept through uses, new ids and logins of the same user',
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      let { cookie } = await visit(storage, null, (s) => {
        s.set('a', 1)
        stay(s)
      })
      const steps: Record<string, (s: Session) => void> = {
        'a use': () => {},
        'a change': (s) => s.set('b', 2),
        'a login': (s) => s.login('ada'),
        'regenerateId()': (s) => s.regenerateId(),
        'regenerateId(true)': (s) => s.regenerateId(true),
        'another login': (s) => s.login('ada'),
      }
      for (const [name, step] of Object.entries(steps)) {
        await clock.pass(150 * second)
        const next = await visit(storage, cookie, step)
        same([next.session.persistent, next.session.isNew], [true, false], name)
        equal(next.session.expiresAt, clock.now() + 1000 * second, name)
        cookie = next.cookie
      }
    },
  },
  {
    name: 'what one user wanted is forgotten when another one logs in, unless that one wants it too',
    async run({ createStorage, clock }) {
      for (const both of [false, true]) {
        const storage = createStorage(options)
        const first = await visit(storage, null, (s) => {
          s.login('ada')
          stay(s)
        })
        const { session, cookie } = await visit(storage, first.cookie, (s) => {
          s.login('bob')
          equal(s.persistent, undefined)
          if (both) stay(s)
        })
        const idle = both ? 1000 : 100
        same(
          [session.persistent, session.expiresAt],
          [both || undefined, clock.now() + idle * second],
        )
        equal((await storage.read(cookie)).persistent, both || undefined)
      }
    },
  },
  {
    name: 'what somebody unknown wanted is forgotten when a user logs in, and so is all after destroy',
    async run({ createStorage }) {
      const storage = createStorage(options)
      const imported = { values: { cart: ['coat'] } }
      const first = await visit(storage, 'old', stay, { imported })
      equal((await storage.read(first.cookie)).persistent, true)
      const { session } = await visit(storage, first.cookie, (s) => s.login('ada'))
      equal(session.persistent, undefined)
      stay(session)
      session.destroy()
      equal(session.persistent, undefined)
    },
  },
  {
    name: 'persist alone makes no session, and said again writes nothing',
    async run({ createStorage, gate }) {
      const storage = createStorage(options)
      const nothing = await visit(storage, null, stay)
      same([nothing.saved, nothing.session.isNew], [null, true])
      const first = await visit(storage, null, (s) => {
        s.set('a', 1)
        stay(s)
      })
      const writes = gate?.calls.write
      equal((await visit(storage, first.cookie, stay)).saved, null)
      equal(gate?.calls.write, writes)
    },
  },
  {
    name: 'persist without the option persistent changes no timeout, and anonymousTimeout holds for both',
    async run({ createStorage, clock }) {
      const { idleTimeout } = options
      const usual = createStorage({ idleTimeout })
      const kept = await visit(usual, null, (s) => {
        s.login('ada')
        stay(s)
      })
      same([kept.session.persistent, kept.session.expiresAt], [true, clock.now() + 100 * second])
      const strict = createStorage({ ...options, anonymousTimeout: 50 })
      const stranger = await visit(strict, null, (s) => {
        s.set('a', 1)
        stay(s)
      })
      await clock.pass(50 * second)
      equal((await strict.read(stranger.cookie)).isNew, true)
    },
  },
  {
    name: 'persist counts whatever others write at the same time, and under an id in its grace',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const first = await visit(storage, null, (s) => s.login('ada'))
      const slow = await storage.read(first.cookie)
      stay(slow)
      await visit(storage, first.cookie, (s) => s.set('b', 2))
      await storage.save(slow)
      equal((await storage.read(first.cookie)).persistent, true)
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const old = await visit(storage, first.cookie, (s) => s.persist(false))
      equal(old.session.persistent, false)
      const { persistent, expiresAt } = await storage.read(rotated.cookie)
      same([persistent, expiresAt], [false, clock.now() + 100 * second])
    },
  },
  {
    name: 'persist(true) outlasts no end that the login has named, under an id in its grace either',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const storage = createStorage(options)
      const until = clock.now() + 50 * second
      const first = await visit(storage, null, (s) => s.login('ada', { until }))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      for (const { cookie } of [first, rotated]) {
        await visit(storage, cookie, stay)
        equal((await storage.read(rotated.cookie)).expiresAt, until)
      }
    },
  },
  {
    name: 'an end that is noted lasts as long as sessions of visitors who stay logged in (P2)',
    needs: ['revocable'],
    async run(fixture) {
      const createStorage: typeof fixture.createStorage = (more) =>
        fixture.createStorage({ ...options, ...more })
      for (const way of ['revoke', 'revokeAll', 'revokeEverybody'] as const) {
        const storage = ender({ ...fixture, createStorage })
        const { cookie, session } = await visit(storage, null, (s) => {
          s.login('ada')
          stay(s)
        })
        await (way === 'revokeEverybody'
          ? storage.revokeEverybody()
          : storage[way](way === 'revoke' ? session.handle : 'ada'))
        await fixture.clock.pass(900 * second)
        equal((await storage.read(cookie)).isNew, true, way)
      }
    },
  },
]
