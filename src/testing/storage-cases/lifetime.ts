import { equal, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const second = 1000

/** The two clocks that the server keeps (P5). */
export const lifetimeCases: readonly StorageCase[] = [
  {
    name: 'ends a session that is not used for the idle timeout (P5, ASVS 7.3.1)',
    async run(fixture) {
      const { storage, types } = watched(fixture, { idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await fixture.clock.pass(99 * second)
      equal((await storage.read(cookie)).get('a'), 1)
      await fixture.clock.pass(1 * second)
      equal((await storage.read(cookie)).isNew, true)
      ok(fixture.traits.has('server') || types().includes('expired'))
    },
  },
  {
    name: 'keeps a session alive by use, by reading alone, until the absolute timeout (P5, ASVS 7.3.2)',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100, absoluteTimeout: 250 })
      let { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      for (let time = 0; time < 200; time += 50) {
        await clock.pass(50 * second)
        const next = await visit(storage, cookie)
        equal(next.session.get('a'), 1, `after ${time + 50} s`)
        cookie = next.cookie
      }
      await clock.pass(49 * second)
      equal((await storage.read(cookie)).get('a'), 1)
      await clock.pass(1 * second)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'ends a session that nobody has logged in to after anonymousTimeout, and no other',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 1000, anonymousTimeout: 100 })
      const stranger = await visit(storage, null, (s) => s.set('a', 1))
      const user = await visit(storage, null, (s) => s.login('user'))
      await clock.pass(15 * second)
      // A tenth of it has gone: the use is noted.
      const used = await visit(storage, stranger.cookie)
      await clock.pass(99 * second)
      equal((await storage.read(used.cookie)).get('a'), 1)
      await clock.pass(1 * second)
      equal((await storage.read(used.cookie)).isNew, true)
      equal((await storage.read(user.cookie)).userId, 'user')
      await clock.pass(884 * second)
      equal((await storage.read(user.cookie)).userId, 'user')
      await clock.pass(1 * second)
      equal((await storage.read(user.cookie)).isNew, true)
    },
  },
  {
    name: 'P10 notes a use without a change only when a tenth of the idle timeout has gone',
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const writes = gate?.calls.write
      await clock.pass(9 * second)
      equal((await visit(storage, cookie)).saved, null)
      equal(gate?.calls.write, writes)
      await clock.pass(1 * second)
      ok((await visit(storage, cookie)).saved)
    },
  },
  {
    name: 'tells when the session began and when it ends',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100, absoluteTimeout: 150 })
      const start = clock.now()
      const first = await visit(storage, null, (s) => {
        same([s.createdAt, s.expiresAt], [clock.now(), clock.now() + 100 * second])
        s.set('a', 1)
      })
      equal(first.session.expiresAt, start + 100 * second)
      await clock.pass(80 * second)
      const later = await visit(storage, first.cookie)
      same([later.session.createdAt, later.session.expiresAt], [start, start + 150 * second])
    },
  },
  {
    name: 'starts the absolute timeout again at login, and only there',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100, absoluteTimeout: 100 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(60 * second)
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId(true))
      equal(rotated.session.expiresAt, first.session.createdAt + 100 * second)
      const login = await visit(storage, rotated.cookie, (s) => s.login('ada'))
      await clock.pass(99 * second)
      equal((await storage.read(login.cookie)).userId, 'ada')
      await clock.pass(1 * second)
      equal((await storage.read(login.cookie)).isNew, true)
    },
  },
  {
    name: 'does not save what expired during the request',
    async run(fixture) {
      const { storage, events } = watched(fixture, { idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await fixture.clock.pass(99 * second)
      const session = await storage.read(cookie)
      session.set('b', 2)
      await fixture.clock.pass(1 * second)
      equal(await storage.save(session), null)
      const end = events.at(-1)!
      same([end.type, 'reason' in end && end.reason], ['interrupted', 'gone'])
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'shortens living sessions when the options are shortened',
    async run({ createStorage, clock }) {
      const { cookie } = await visit(createStorage(), null, (s) => s.set('a', 1))
      await clock.pass(100 * second)
      equal((await createStorage({ idleTimeout: 101 }).read(cookie)).get('a'), 1)
      equal((await createStorage({ idleTimeout: 100 }).read(cookie)).isNew, true)
      equal((await createStorage({ absoluteTimeout: 100 }).read(cookie)).isNew, true)
    },
  },
  {
    name: 'does not believe a record from the future, but a clock that is a little ahead',
    async run({ createStorage, clock }) {
      const ahead = (ms: number) => createStorage({ now: () => clock.now() + ms })
      const near = await visit(ahead(299_000), null, (s) => s.set('a', 1))
      equal((await createStorage().read(near.cookie)).get('a'), 1)
      const far = await visit(ahead(301_000), null, (s) => s.set('a', 1))
      equal((await createStorage().read(far.cookie)).isNew, true)
    },
  },
]
