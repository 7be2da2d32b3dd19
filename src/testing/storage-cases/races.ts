import type { SessionEvent } from '../../core/events.ts'
import type { Session } from '../../core/session/session.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, notEqual, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

function reasonOf(events: SessionEvent[]): string | undefined {
  const interrupted = events.find(({ type }) => type === 'interrupted')
  return interrupted?.type === 'interrupted' ? interrupted.reason : undefined
}

const add = (n: number | undefined) => (n ?? 0) + 1

/** Requests at the same time, of which one ends the session or its id (P2, P4). */
export const raceCases: readonly StorageCase[] = [
  {
    name: 'saves nothing of a slow request after the session was destroyed (P2)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const slow: Record<string, (session: Session) => void> = {
        set: (s) => s.set('a', 'late'),
        update: (s) => s.update('n', add),
        'in place': (s) => s.get('list').push('late'),
        flash: (s) => s.flash('message', 'late'),
        rotation: (s) => s.regenerateId(),
        kill: (s) => s.regenerateId(true),
        login: (s) => s.login('ada'),
        'use of a flash': () => {},
      }
      for (const [name, use] of Object.entries(slow)) {
        for (const moment of ['before the write', 'during the write'] as const) {
          const { storage, events } = watched(fixture)
          const { cookie } = await visit(storage, null, (s) => {
            s.set('list', [])
            s.flash('pending', 1)
          })
          const session = await storage.read(cookie)
          use(session)
          const held = moment === 'during the write' ? fixture.gate!.hold('write') : undefined
          let saving = held && storage.save(session)
          await held?.reached
          const logout = await fixture.createStorage().read(cookie)
          logout.destroy()
          equal(await fixture.createStorage().save(logout), '')
          held?.release()
          saving ??= storage.save(session)
          // By now the browser may hold the cookie of a login that came after.
          equal(await saving, null, `${name}, ${moment}`)
          equal(reasonOf(events), 'gone')
          equal((await storage.read(cookie)).isNew, true)
          equal((await storage.read(session.id)).isNew, true)
          equal(await fixture.gate!.store.read(session.handle), undefined)
        }
      }
    },
  },
  {
    name: 'saves a slow request whose own look at the session is too old, if others kept the session alive',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const slow = await storage.read(cookie)
      slow.set('slow', true)
      await clock.pass(60_000)
      await visit(storage, cookie, (s) => s.set('b', 2))
      await clock.pass(60_000)
      notEqual(await storage.save(slow), null)
      same((await storage.read(cookie)).data[0], { a: 1, b: 2, slow: true })
    },
  },
  {
    name: 'does not bring a session back by noting its use (P2)',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(50_000)
      const reading = await storage.read(cookie)
      const [touched] = await whileHeld(gate!.hold('write'), storage.save(reading), () =>
        visit(storage, cookie, (s) => s.destroy()),
      )
      equal(touched, null)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'saves nothing under an id that was rotated out meanwhile (P4)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      for (const order of ['login first', 'login between'] as const) {
        const { storage, events } = watched(fixture)
        const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
        const slow = await storage.read(cookie)
        slow.set('planted', true)
        const held = order === 'login between' ? fixture.gate!.hold('write') : undefined
        let saving = held && storage.save(slow)
        await held?.reached
        const login = await visit(fixture.createStorage(), cookie, (s) => s.login('ada'))
        held?.release()
        saving ??= storage.save(slow)
        // The browser holds the new id under the same name: clearing it would log the visitor out.
        equal(await saving, null, order)
        equal(reasonOf(events), 'rotated')
        const session = await storage.read(login.cookie)
        same([session.userId, session.data[0]], ['ada', { a: 1 }])
      }
    },
  },
  {
    name: 'writes under both ids what was under way during a rotation with grace (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const slow = await storage.read(cookie)
      slow.set('slow', true)
      const rotated = await visit(storage, cookie, (s) => {
        s.regenerateId()
        s.set('new', true)
      })
      equal(await storage.save(slow), null)
      same((await storage.read(cookie)).data[0], { a: 1, slow: true })
      // It might as well have finished before the rotation, and then its change would be in both.
      same((await storage.read(rotated.cookie)).data[0], { a: 1, new: true, slow: true })
    },
  },
  {
    name: 'keeps what others saved before the rotation came (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const login = await storage.read(cookie)
      login.login('ada')
      await visit(storage, cookie, (s) => s.set('b', 2))
      const value = await storage.save(login)
      same((await storage.read(value)).data[0], { a: 1, b: 2 })
    },
  },
  {
    name: 'gives each of two users who log in at once a session of their own (P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const [one, two] = [await storage.read(cookie), await storage.read(cookie)]
      one.login('ada')
      two.login('grace')
      const saved = await Promise.all([storage.save(one), storage.save(two)])
      const sessions = await Promise.all(saved.map((value) => storage.read(value)))
      same(
        sessions.map(({ userId }) => userId),
        ['ada', 'grace'],
      )
      notEqual(sessions[0]!.handle, sessions[1]!.handle)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'leaves a user who clicks on "log in" four times with one session',
    needs: ['indexed', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      for (let click = 1; click <= 4; click++) {
        const login = await visit(storage, cookie, (s) => s.login('ada'))
        const sessions = await storage.sessionsOf('ada')
        same(
          sessions.map(({ handle }) => handle),
          [login.session.handle],
        )
      }
    },
  },
  {
    name: 'leaves a user who logs in twice at once with one session',
    needs: ['indexed', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const clicks = [await storage.read(cookie), await storage.read(cookie)]
      for (const click of clicks) click.login('ada')
      const saved = [await storage.save(clicks[0]!), await storage.save(clicks[1]!)]
      same(
        [(await storage.read(saved[0]!)).isNew, (await storage.read(saved[1]!)).userId],
        [true, 'ada'],
      )
      equal((await storage.sessionsOf('ada')).length, 1)
      // A request that was sent with one of the ended ids puts nothing over the login.
      for (const old of [cookie, saved[0]!]) {
        equal((await visit(storage, old, (s) => s.set('visits', 1))).saved, null)
      }
    },
  },
  {
    name: 'does not sweep a session away that is used meanwhile',
    needs: ['server', 'atomic', 'sweepable'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(99_000)
      await visit(storage, cookie)
      await clock.pass(2000)
      const store = gate!.store as unknown as { deleteExpired(): Promise<number> }
      equal(await store.deleteExpired(), 0)
      equal((await storage.read(cookie)).get('a'), 1)
    },
  },
  {
    name: 'refuses a change while the session is being saved: it would be lost (P7)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      const [cookie] = await whileHeld(gate!.hold('write'), storage.save(session), () =>
        failsWith('ERR_SESSION_COMMITTED', () => session.set('b', 2)),
      )
      session.set('c', 3)
      await storage.save(session)
      same((await storage.read(cookie)).data[0], { a: 1, c: 3 })
    },
  },
  {
    name: 'stores with the next save what was done in place while the session was being saved (P1)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('old', [1]))
      const session = await storage.read(cookie)
      const lists = [session.get('old'), []]
      lists[0].push(2)
      session.set('new', lists[1])
      await whileHeld(gate!.hold('write'), storage.save(session), async () => {
        for (const list of lists) list.push(3)
      })
      await storage.save(session)
      same((await storage.read(cookie)).data[0], { old: [1, 2, 3], new: [3] })
    },
  },
  {
    name: 'lets a visitor who lost the response of a rotation go on in the grace',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, cookie, (s) => s.regenerateId())
      equal((await storage.read(cookie)).get('a'), 1)
    },
  },
]
