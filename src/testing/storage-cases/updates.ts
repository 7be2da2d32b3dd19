import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

const add = (n: number | undefined) => (n ?? 0) + 1

/** Requests at the same time on one session: no update is lost (P1). */
export const updateCases: readonly StorageCase[] = [
  {
    name: 'keeps what two requests set under different keys (P1)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { cookie } = await visit(storage, null, (s) => s.set('base', 0))
      const [a, b] = [await storage.read(cookie), await storage.read(cookie)]
      a.set('a', 1)
      a.unset('base')
      b.set('b', 2)
      const [saved] = await whileHeld(fixture.gate!.hold('write'), storage.save(b), () =>
        storage.save(a),
      )
      ok(saved)
      same((await storage.read(cookie)).data[0], { a: 1, b: 2 })
      same(b.data[0], { a: 1, b: 2 })
      ok(types().includes('conflict'))
    },
  },
  {
    name: 'keeps changes in place and flash messages of requests at once (P1)',
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
    name: 'keeps all of 100 keys that 100 requests set at once (P1)',
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
    name: 'counts to exactly 100 with 100 updates at once (P1)',
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
    name: 'does the same after a conflict as without one, however sets, updates and changes in place are mixed (P1)',
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
    name: 'goes on with a session object after a save that met a conflict (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => {
        s.set('cart', ['apple'])
        s.flash('message', 'hi')
      })
      const session = await storage.read(cookie)
      const cart = session.get('cart')
      session.set('a', 1)
      await visit(storage, cookie, (s) => s.set('b', 2), { flashUse: () => 'none' })
      await storage.save(session)
      cart.push('pear')
      session.keep('message')
      equal(session.dirty, true)
      await storage.save(session)
      const next = await storage.read(cookie)
      same(next.data[0], { cart: ['apple', 'pear'], a: 1, b: 2 })
      equal(next.get('message'), 'hi')
    },
  },
  {
    name: 'uses a message up that the app changed in place, also after a conflict',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.flash('errors', ['b', 'a']))
      const session = await storage.read(cookie)
      session.get('errors').sort()
      await visit(storage, cookie, (s) => s.set('b', 2), { flashUse: () => 'none' })
      await storage.save(session)
      equal((await storage.read(cookie)).get('errors'), undefined)
    },
  },
  {
    name: 'gives parallel first requests a session each, but only those that write',
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
