import type { Session } from '../../core/session/session.ts'
import { equal, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const second = 1000

/** Requests that come late, with ids that were ended within the last seconds (P4). */
export const lateIdCases: readonly StorageCase[] = [
  {
    name: 'puts nothing over a login when a late request rotates its id, but takes a login and a kill (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.login('ada'))
      const late = await visit(storage, first.cookie, (s) => {
        s.set('visits', 1)
        s.regenerateId()
      })
      equal(late.saved, null)
      const kill = await visit(storage, first.cookie, (s) => (s.set('b', 1), s.regenerateId(true)))
      const killed = await storage.read(kill.cookie)
      same([killed.userId, killed.data[0]], [undefined, { b: 1 }])
      const login = await visit(storage, first.cookie, (s) => s.login('grace'))
      equal((await storage.read(login.cookie)).userId, 'grace')
    },
  },
  {
    name: 'remembers each id that was ended within five seconds: password, second factor, and one more (P4)',
    needs: ['server'],
    async run(fixture) {
      const ends: ((session: Session) => void)[] = [
        (s) => s.login('ada'),
        (s) => s.regenerateId(true),
        (s) => s.login('ada'),
      ]
      for (const steps of [2, 3]) {
        const { storage, types } = watched(fixture)
        let { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        const former: (string | null)[] = []
        for (const end of ends.slice(0, steps)) {
          former.push(cookie)
          cookie = (await visit(storage, cookie, end)).cookie
          await fixture.clock.pass(second)
        }
        await visit(storage, cookie, (s) => s.set('b', 1))
        for (const old of former) {
          const late = await visit(storage, old, (s) => s.set('visits', 1))
          same([late.session.isNew, late.saved], [true, null])
        }
        ok(!types().includes('tampered') && !types().includes('reused-old-id'))
        await fixture.clock.pass(5 * second)
        for (const old of former) {
          const stray = await visit(storage, old, (s) => s.set('visits', 1))
          notEqual(stray.saved, null)
          ok(types().includes('reused-old-id'))
        }
        equal((await storage.read(cookie)).userId, 'ada')
        // The next write forgets them: nobody can say any more whose they were.
        await visit(storage, cookie, (s) => s.set('b', 1))
        equal((await storage.read(former[0]!)).isNew, true)
        equal(types().at(-1), 'tampered')
      }
    },
  },
  {
    name: 'remembers also an id in its grace that ended with the one after it (P4)',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const login = await visit(storage, rotated.cookie, (s) => s.login('ada'))
      for (const old of [first.cookie, rotated.cookie]) {
        equal((await visit(storage, old, (s) => s.set('visits', 1))).saved, null)
      }
      await visit(storage, login.cookie, (s) => s.regenerateId())
      for (const old of [first.cookie, rotated.cookie]) {
        equal((await visit(storage, old, (s) => s.set('visits', 1))).saved, null)
      }
      ok(!types().includes('tampered') && !types().includes('reused-old-id'))
      await fixture.clock.pass(5 * second)
      for (const old of [first.cookie, rotated.cookie]) {
        equal((await storage.read(old)).isNew, true)
        equal(types().at(-1), 'reused-old-id')
      }
    },
  },
  {
    name: 'remembers so many ids at most: a record does not grow by ending them',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const { session, ...first } = await visit(storage, null, (s) => s.set('a', 1))
      let { cookie } = first
      const former: (string | null)[] = []
      const sizes: number[] = []
      for (let i = 0; i < 20; i++) {
        former.push(cookie)
        cookie = (await visit(storage, cookie, (s) => s.regenerateId(true))).cookie
        sizes.push((await gate!.store.read(session.handle))!.value.length)
      }
      equal(sizes.at(-1), sizes[12])
      for (const old of former.slice(-8)) {
        equal((await visit(storage, old, (s) => s.set('visits', 1))).saved, null)
      }
      equal((await storage.read(cookie)).get('a'), 1)
    },
  },
]
