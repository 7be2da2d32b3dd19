import type { SessionEvent } from '../../core/events.ts'
import type { Session } from '../../core/session.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

function reasonOf(events: SessionEvent[]): string | undefined {
  const interrupted = events.find(({ type }) => type === 'interrupted')
  return interrupted?.type === 'interrupted' ? interrupted.reason : undefined
}

const add = (n: number | undefined) => (n ?? 0) + 1

/** Requests at the same time on one session: no update is lost (P1), logged out is logged out (P2). */
export const raceCases: readonly StorageCase[] = [
  {
    name: 'R-01 keeps what two requests set under different keys (P1)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { cookie } = await visit(storage, null, (s) => s.set('base', 0))
      const [a, b] = [await storage.read(cookie), await storage.read(cookie)]
      a.set('a', 1)
      a.unset('base')
      b.set('b', 2)
      const held = fixture.gate!.hold('write')
      const saving = storage.save(b)
      await held.reached
      await storage.save(a)
      held.release()
      ok(await saving)
      same((await storage.read(cookie)).data[0], { a: 1, b: 2 })
      same(b.data[0], { a: 1, b: 2 })
      ok(types().includes('conflict'))
    },
  },
  {
    name: 'R-01 keeps changes in place and flash messages of requests at once (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => {
        s.set('x', [1])
        s.set('y', [1])
        s.flash('seen', 'old')
      })
      const reads = await Promise.all(Array.from({ length: 4 }, () => storage.read(cookie)))
      const [a, b, c, d] = reads as [Session, Session, Session, Session]
      a.get('x').push(2)
      b.get('y').push(2)
      c.flash('from c', 1)
      d.flash('seen', 'new')
      for (const session of [a, b, c, d]) await storage.save(session)
      const next = await storage.read(cookie)
      same(next.data[0], { x: [1, 2], y: [1, 2] })
      same([next.get('from c'), next.get('seen')], [1, 'new'])
    },
  },
  {
    name: 'R-01 keeps all of 100 keys that 100 requests set at once (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('base', 0))
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => visit(storage, cookie, (s) => s.set(`key${i}`, i))),
      )
      equal((await storage.read(cookie)).size, 101)
    },
  },
  {
    name: 'R-01 counts to exactly 100 with 100 updates at once (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('n', 0))
      await Promise.all(
        Array.from({ length: 100 }, () => visit(storage, cookie, (s) => s.update('n', add))),
      )
      equal((await storage.read(cookie)).get('n'), 100)
    },
  },
  {
    name: 'R-01 does the same after a conflict as without one, however sets, updates and changes in place are mixed (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const mixes: ((session: Session) => void)[] = [
        (s) => {
          s.set('cart', [])
          s.update('cart', (cart: string[]) => (cart.push('x'), cart))
        },
        (s) => {
          s.get('cart').push('x')
          s.update('cart', (cart: string[]) => [...cart, 'y'])
        },
        (s) => {
          s.update('cart', (cart: string[]) => [...cart, 'x'])?.push('y')
        },
        (s) => {
          s.update('cart', (cart: string[]) => (cart.push('x'), cart))
          s.update('cart', (cart: string[]) => (cart.push('y'), cart))
        },
        (s) => {
          try {
            s.update('cart', (cart: string[]) => {
              cart.push('x')
              throw new Error('half-way')
            })
          } catch {
            s.set('failed', true)
          }
        },
      ]
      for (const [index, mix] of mixes.entries()) {
        const outcomes: unknown[] = []
        for (const interfere of [false, true]) {
          const storage = createStorage()
          const { cookie } = await visit(storage, null, (s) => s.set('cart', ['base']))
          const session = await storage.read(cookie)
          mix(session)
          if (interfere) await visit(storage, cookie, (s) => s.set('other', 1))
          await storage.save(session)
          outcomes.push((await storage.read(cookie)).get('cart'))
        }
        same(outcomes[1], outcomes[0], `mix ${index}`)
      }
    },
  },
  {
    name: 'R-02 saves nothing of a slow request after the session was destroyed (P2)',
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
          equal(await saving, '', `${name}, ${moment}`)
          equal(reasonOf(events), 'gone')
          equal((await storage.read(cookie)).isNew, true)
          equal((await storage.read(session.id)).isNew, true)
          equal(await fixture.gate!.store.read(session.handle), undefined)
        }
      }
    },
  },
  {
    name: 'R-03 does not bring a session back by noting its use (P2)',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(50_000)
      const reading = await storage.read(cookie)
      const held = gate!.hold('write')
      const touching = storage.save(reading)
      await held.reached
      await visit(storage, cookie, (s) => s.destroy())
      held.release()
      equal(await touching, '')
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'R-04 saves nothing under an id that was rotated out meanwhile (P4)',
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
    name: 'R-04 writes to the old branch what was under way during a rotation with grace (P4)',
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
      same((await storage.read(rotated.cookie)).data[0], { a: 1, new: true })
    },
  },
  {
    name: 'R-04 keeps what others saved before the rotation came (P1, P4)',
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
    name: 'R-05 lets one of two logins at once through, and never mixes them',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const [one, two] = [await storage.read(cookie), await storage.read(cookie)]
      one.login('ada')
      two.login('grace')
      const saved = await Promise.all([storage.save(one), storage.save(two)])
      equal(saved.filter((value) => value !== null).length, 1)
      equal(reasonOf(events), 'rotated')
      const winner = saved[0] === null ? two : one
      equal((await storage.read(saved.find((value) => value !== null)!)).userId, winner.userId)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'R-09 gives parallel first requests a session each, and only those that write',
    async run({ createStorage }) {
      const storage = createStorage()
      const visits = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          visit(storage, null, (s) => (i % 2 === 0 ? s.set('i', i) : s.get('i'))),
        ),
      )
      const cookies = visits.map(({ cookie }) => cookie).filter((cookie) => cookie !== null)
      equal(new Set(cookies).size, 5)
    },
  },
  {
    name: 'R-10 does not sweep a session away that is used meanwhile',
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
      const held = gate!.hold('write')
      const saving = storage.save(session)
      await held.reached
      await failsWith('ERR_SESSION_COMMITTED', () => session.set('b', 2))
      held.release()
      const cookie = await saving
      session.set('c', 3)
      await storage.save(session)
      same((await storage.read(cookie)).data[0], { a: 1, c: 3 })
    },
  },
  {
    name: 'saves a session object once at a time, however often it is told to',
    async run({ createStorage }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      const saved = await Promise.all([storage.save(session), storage.save(session)])
      equal(saved.filter((value) => value !== null).length, 1)
      equal((await storage.read(saved[0]!)).id, session.id)
    },
  },
  {
    name: 'R-11 lets a visitor who lost the response of a rotation go on in the grace',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, cookie, (s) => s.regenerateId())
      equal((await storage.read(cookie)).get('a'), 1)
    },
  },
  {
    name: 'lets the last response win, having nothing to compare and swap with',
    lacks: 'server',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('base', 0))
      await visit(storage, cookie, (s) => s.set('a', 1))
      const last = await visit(storage, cookie, (s) => s.set('b', 2))
      same((await storage.read(last.cookie)).data[0], { base: 0, b: 2 })
    },
  },
]
