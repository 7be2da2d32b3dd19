import type {
  PeekableSessionStorage,
  ServerSessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import { createSecret } from '../../core/record/id.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const second = 1000

/** What may be done under the id before the last rotation, in its grace (P4). */
export const graceCases: readonly StorageCase[] = [
  {
    name: 'knows the id before by all of its secret, like the id itself (P3)',
    needs: ['server'],
    async run(fixture) {
      for (const deleteOld of [false, true]) {
        const { storage, types } = watched(fixture)
        const first = await visit(storage, null, (s) => s.set('a', 1))
        await visit(storage, first.cookie, (s) => s.regenerateId(deleteOld))
        const forged = await storage.read(`${first.session.handle}.${createSecret()}`)
        same([forged.isNew, forged.size], [true, 0])
        equal(types().at(-1), 'tampered')
      }
    },
  },
  {
    name: 'keeps what two requests set at once under the old id, and ends neither (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const [one, two] = [await storage.read(first.cookie), await storage.read(first.cookie)]
      one.set('one', 1)
      two.set('two', 2)
      await Promise.all([storage.save(one), storage.save(two)])
      same((await storage.read(first.cookie)).data[0], { a: 1, one: 1, two: 2 })
    },
  },
  {
    name: 'goes on under the old id after a save, still seeing nothing newer (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const rotated = await visit(storage, first.cookie, (s) => {
        s.regenerateId()
        s.set('newer', true)
      })
      const old = await visit(storage, first.cookie, (s) => s.set('b', 2))
      same(old.session.data[0], { a: 1, b: 2 })
      old.session.set('c', 3)
      equal(await storage.save(old.session), null)
      same((await storage.read(first.cookie)).data[0], { a: 1, b: 2, c: 3 })
      same((await storage.read(rotated.cookie)).data[0], { a: 1, newer: true })
    },
  },
  {
    name: 'keeps the messages of both ids apart (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const none = { flashUse: () => 'none' as const }
      const first = await visit(storage, null, (s) => s.flash('older', 1))
      await visit(storage, first.cookie, (s) => (s.regenerateId(), s.flash('newer', 2)), none)
      await visit(storage, first.cookie, (s) => s.set('b', 2), none)
      const old = await storage.read(first.cookie)
      same([old.get('older'), old.get('newer')], [1, undefined])
    },
  },
  {
    name: 'saves nothing but a login under the old id when its grace ends during the request (P4)',
    needs: ['server'],
    async run(fixture) {
      for (const use of ['set', 'login'] as const) {
        const { storage, events } = watched(fixture, { regenerateGrace: 30 })
        const first = await visit(storage, null, (s) => s.set('a', 1))
        const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
        const slow = await storage.read(first.cookie)
        if (use === 'set') slow.set('a', 2)
        else slow.login('ada')
        await fixture.clock.pass(30 * second)
        const saved = await storage.save(slow)
        if (use === 'set') {
          equal(saved, null)
          const end = events.at(-1)!
          same([end.type, 'reason' in end && end.reason], ['interrupted', 'rotated'])
        } else {
          const own = await storage.read(saved)
          equal(own.userId, 'ada')
          notEqual(own.handle, first.session.handle)
        }
        equal((await storage.read(rotated.cookie)).userId, undefined)
      }
    },
  },
  {
    name: 'ends the old id for servers whose clocks are behind, too, when a login or a kill comes after its grace (P4)',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const ends = {
        login: (s: Session) => s.login('ada'),
        kill: (s: Session) => s.regenerateId(true),
      }
      for (const [name, end] of Object.entries(ends)) {
        for (const wasInGrace of [false, true]) {
          const [ahead, behind] = [30 * second, 0].map((by) =>
            createStorage({ regenerateGrace: 30, now: () => clock.now() + by }),
          ) as [PeekableSessionStorage, PeekableSessionStorage]
          const first = await visit(behind, null, (s) => s.set('a', 1))
          const early = wasInGrace ? undefined : await ahead.read(first.cookie)
          const rotated = await visit(wasInGrace ? ahead : behind, first.cookie, (s) =>
            s.regenerateId(),
          )
          const slow = early ?? (await ahead.read(first.cookie))
          end(slow)
          if (wasInGrace) await clock.pass(30 * second)
          equal((await behind.read(first.cookie)).get('a'), 1)
          await ahead.save(slow)
          equal((await behind.read(first.cookie)).isNew, true, name)
          equal((await behind.read(rotated.cookie)).get('a'), 1)
        }
      }
    },
  },
  {
    name: 'takes a use of the old id for a use of the session (P5)',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100, regenerateGrace: 300 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      await clock.pass(60 * second)
      await visit(storage, first.cookie)
      await clock.pass(60 * second)
      equal((await storage.read(rotated.cookie)).get('a'), 1)
    },
  },
  {
    name: 'refuses what is too large under the old id, which stays as it was',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage({ maxBytes: 2000 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const old = await storage.read(first.cookie)
      old.set('large', 'x'.repeat(2500))
      await failsWith('ERR_SESSION_TOO_LARGE', () => storage.save(old))
      same((await storage.read(first.cookie)).data[0], { a: 1 })
    },
  },
  {
    name: 'says that the changes are lost when the old id ends itself (P4)',
    needs: ['server'],
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const old = await visit(storage, first.cookie, (s) => {
        s.regenerateId()
        same([s.id, s.dirty], [first.cookie, false])
        s.regenerateId(true)
        equal(s.handle, first.session.handle)
      })
      equal(old.saved, null)
      const end = events.at(-1)!
      same([end.type, 'reason' in end && end.reason], ['interrupted', 'rotated'])
    },
  },
  {
    name: 'knows an old id that a login ended: late for five seconds, reused after (P4)',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture, { regenerateGrace: 30 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      await fixture.clock.pass(28 * second)
      await visit(storage, first.cookie, (s) => s.login('ada'))
      await fixture.clock.pass(4 * second)
      equal((await visit(storage, first.cookie, (s) => s.set('late', 1))).saved, null)
      ok(!types().includes('reused-old-id') && !types().includes('tampered'))
      await fixture.clock.pass(1 * second)
      equal((await storage.read(first.cookie)).isNew, true)
      equal(types().at(-1), 'reused-old-id')
    },
  },
  {
    name: 'forgets what an old id saw, but not the id, when its grace is over (P4)',
    needs: ['server'],
    async run(fixture) {
      for (const regenerateGrace of [0, 30]) {
        const { storage, types } = watched(fixture, { regenerateGrace })
        const first = await visit(storage, null, (s) => s.set('a', 'needle'))
        const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
        await fixture.clock.pass(regenerateGrace * second)
        if (regenerateGrace > 0) await visit(storage, rotated.cookie, (s) => s.set('b', 1))
        const { value } = (await fixture.gate!.store.read(first.session.handle))!
        equal(value.split('needle').length - 1, 1, `grace of ${regenerateGrace}`)
        equal((await storage.read(first.cookie)).isNew, true)
        equal(types().at(-1), 'reused-old-id')
      }
    },
  },
  {
    name: 'takes the old id for late, not for forged, when there was no room for what it saw',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture, { maxBytes: 2000 })
      const first = await visit(storage, null, (s) => s.set('a', 'x'.repeat(1500)))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      equal((await visit(storage, first.cookie, (s) => s.set('late', 1))).saved, null)
      ok(!types().includes('tampered'))
      const other = await visit(storage, null, (s) => s.set('a', 'x'.repeat(1500)))
      const large = await storage.read(other.cookie)
      large.regenerateId()
      large.set('b', 'x'.repeat(1500))
      await failsWith('ERR_SESSION_TOO_LARGE', () => storage.save(large))
      notEqual((await storage.read(other.cookie)).get('a'), undefined)
    },
  },
  {
    name: 'leaves a user who logs in again under the old id with one session',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const first = await visit(storage, null, (s) => s.login('ada'))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const own = await visit(storage, first.cookie, (s) => s.login('ada'))
      equal((await storage.sessionsOf('ada')).length, 1)
      equal((await storage.read(rotated.cookie)).isNew, true)
      equal(await storage.revokeAll('ada'), 1)
      for (const { cookie } of [rotated, own]) equal((await storage.read(cookie)).isNew, true)
    },
  },
]
