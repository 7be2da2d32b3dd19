import { equal, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const second = 1000

/** Requests that a page makes by itself, and looks at a session from outside: neither is a use (ASVS 7.3.1). */
export const backgroundCases: readonly StorageCase[] = [
  {
    name: 'a request with touch: false does not keep a session alive (P5, ASVS 7.3.1)',
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const writes = gate?.calls.write
      for (let time = 0; time < 90; time += 30) {
        await clock.pass(30 * second)
        const polled = await visit(storage, cookie, undefined, { touch: false })
        same([polled.session.get('a'), polled.saved], [1, null], `after ${time + 30} s`)
      }
      equal(gate?.calls.write, writes)
      await clock.pass(10 * second)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'what a request with touch: false changes is saved, and moves no deadline',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100, regenerateGrace: 50 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const end = first.session.expiresAt
      await clock.pass(60 * second)
      const set = await visit(storage, first.cookie, (s) => s.set('b', 2), { touch: false })
      equal(set.session.expiresAt, end)
      const rotated = await visit(storage, set.cookie, (s) => s.regenerateId(), { touch: false })
      // Under the id before, which cookie storage does not have.
      await visit(storage, set.cookie, (s) => s.set('c', 3), { touch: false })
      await clock.pass(39 * second)
      const last = await storage.read(rotated.cookie)
      same([last.get('a'), last.get('b'), last.expiresAt], [1, 2, end])
      await clock.pass(1 * second)
      equal((await storage.read(rotated.cookie)).isNew, true)
    },
  },
  {
    name: 'a request with touch: false takes no use away that another request notes at the same time',
    needs: ['atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(60 * second)
      const polled = await storage.read(cookie, { touch: false })
      polled.set('b', 2)
      await visit(storage, cookie)
      await storage.save(polled)
      await clock.pass(99 * second)
      equal((await storage.read(cookie)).get('b'), 2)
    },
  },
  {
    name: 'a login counts as a use, and a new session begins, also with touch: false',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 })
      const first = await visit(storage, null, (s) => s.set('a', 1), { touch: false })
      await clock.pass(60 * second)
      const login = await visit(storage, first.cookie, (s) => s.login('ada'), { touch: false })
      await clock.pass(99 * second)
      equal((await storage.read(login.cookie)).userId, 'ada')
    },
  },
  {
    name: 'peek tells when a session ends and whose it is, and uses neither it nor its messages',
    async run(fixture) {
      const { clock, gate } = fixture
      const { storage, types } = watched(fixture, { idleTimeout: 100 })
      const start = clock.now()
      const { cookie, session } = await visit(storage, null, (s) => {
        s.login('ada')
        s.flash('note', 'hello')
      })
      const known = { handle: session.handle, userId: 'ada', createdAt: start }
      const instants = {
        authenticatedAt: start,
        lastUsedAt: start,
        expiresAt: start + 100 * second,
      }
      const before = types().length
      const writes = gate?.calls.write
      await clock.pass(99 * second)
      same(await storage.peek(cookie), { ...known, ...instants })
      same([types().length, gate?.calls.write], [before, writes])
      equal((await storage.read(cookie)).get('note'), 'hello')
      await clock.pass(1 * second)
      equal(await storage.peek(cookie), undefined)
    },
  },
  {
    name: 'peek finds nothing where there is no live session',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const ended = await visit(storage, cookie, (s) => s.regenerateId(true))
      for (const value of [null, '', 'nonsense', `${ended.cookie}x`]) {
        equal(await storage.peek(value), undefined, String(value))
      }
      equal((await storage.peek(ended.cookie))?.userId, undefined)
      equal((await storage.peek(ended.cookie))?.handle, ended.session.handle)
    },
  },
]
