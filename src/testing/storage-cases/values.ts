import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** Reading and changing values. */
export const valueCases: readonly StorageCase[] = [
  {
    name: 'starts with an empty session that is not saved by itself (P10)',
    async run(fixture) {
      const storage = fixture.createStorage()
      for (const cookie of [null, '', 'nonsense']) {
        const { session, saved } = await visit(storage, cookie, (s) => {
          equal(s.isNew, true)
          equal(s.size, 0)
          equal(s.get('anything'), undefined)
          s.unset('anything')
        })
        equal(saved, null, String(cookie))
        equal(session.dirty, false)
      }
      equal(fixture.gate?.calls.write ?? 0, 0, 'writes')
    },
  },
  {
    name: 'gives back what was set, as it was',
    async run({ createStorage }) {
      const storage = createStorage()
      const values = {
        text: 'é "quoted" 漢字 😀 \u2028 </script>',
        number: -1.5e-7,
        yes: true,
        list: [1, [2, { three: null }]],
        object: { deep: { deeper: ['x'] }, '': 'empty name' },
      }
      const first = await visit(storage, null, (s) => {
        for (const [key, value] of Object.entries(values)) s.set(key, value)
        same(s.data[0], values)
      })
      const { session } = await visit(storage, first.cookie)
      same(session.data, [values, {}])
      equal(session.size, 5)
      equal(session.isNew, false)
    },
  },
  {
    name: 'writes nothing and returns null when nothing was changed',
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('a', { b: 1 }))
      const writes = gate?.calls.write
      const second = await visit(storage, cookie, (s) => {
        s.get('a')
        s.has('b')
        equal(s.dirty, false)
      })
      equal(second.saved, null)
      equal(gate?.calls.write, writes)
    },
  },
  {
    name: 'removes with unset, delete, and by setting null or undefined',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        for (const key of ['a', 'b', 'c', 'd', 'e']) s.set(key, 1)
      })
      const second = await visit(storage, first.cookie, (s) => {
        s.unset('a')
        s.delete('b')
        s.set('c', null)
        s.set('d', undefined)
        equal(s.has('a') || s.has('b') || s.has('c') || s.has('d'), false)
      })
      const { session } = await visit(storage, second.cookie)
      same(session.data[0], { e: 1 })
    },
  },
  {
    name: 'finds objects that were changed in place, and takes such a key as set',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        const cart = ['apple']
        s.set('cart', cart)
        cart.push('pear')
        s.set('other', { n: 1 })
      })
      const second = await visit(storage, first.cookie, (s) => {
        equal(s.dirty, false)
        s.get('cart').push('plum')
        equal(s.dirty, true)
      })
      const third = await visit(storage, second.cookie, (s) => {
        s.data[0].other.n = 2
      })
      const { session } = await visit(storage, third.cookie)
      same(session.data[0], { cart: ['apple', 'pear', 'plum'], other: { n: 2 } })
    },
  },
  {
    name: 'is not changed through objects that the app keeps (isolation)',
    async run({ createStorage }) {
      const storage = createStorage()
      const cart = ['apple']
      const { cookie } = await visit(storage, null, (s) => s.set('cart', cart))
      cart.push('stolen')
      const reading = await storage.read(cookie)
      reading.get('cart').push('never saved')
      const { session } = await visit(storage, cookie)
      same(session.get('cart'), ['apple'])
    },
  },
  {
    name: 'updates with a function, and removes when it returns null',
    async run({ createStorage }) {
      const storage = createStorage()
      const add = (n: number | undefined) => (n ?? 0) + 1
      const first = await visit(storage, null, (s) => {
        equal(s.update('n', add), 1)
        equal(s.update('n', add), 2)
      })
      const second = await visit(storage, first.cookie, (s) => {
        equal(s.update('n', add), 3)
        equal(s.get('n'), 3)
        s.update('gone', () => null)
      })
      const third = await visit(storage, second.cookie, (s) => s.update('n', () => null))
      const { session } = await visit(storage, third.cookie)
      same([second.session.get('n'), session.data[0]], [3, {}])
      await failsWith('ERR_SESSION_VALUE', () => session.update('n', () => undefined as never))
    },
  },
  {
    name: 'runs an update once when nobody interferes, even if it changes its argument',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('list', [1]))
      let runs = 0
      const second = await visit(storage, first.cookie, (s) => {
        s.update('list', (list: number[]) => {
          runs++
          list.push(2)
          return list
        })
      })
      const { session } = await visit(storage, second.cookie)
      same([runs, session.get('list')], [1, [1, 2]])
    },
  },
  {
    name: 'refuses what cannot be stored, by its key, before anything is written',
    async run({ createStorage, gate }) {
      const cycle: Record<string, unknown> = {}
      cycle['self'] = cycle
      const bad = [1n, () => 1, Symbol('s'), NaN, cycle, new Date(), new Map(), [undefined], [1n]]
      const session = await createStorage().read(null)
      for (const value of bad) {
        for (const put of ['set', 'flash'] as const) {
          try {
            session[put]('culprit', value)
            ok(false, 'accepted')
          } catch (error) {
            equal((error as { code: string }).code, 'ERR_SESSION_VALUE')
            equal((error as { key: string }).key, 'culprit')
          }
        }
      }
      equal(session.dirty, false)
      equal(gate?.calls.write ?? 0, 0)
    },
  },
  {
    name: 'refuses an object that was made unstorable in place',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('list', [1]))
      const session = await storage.read(cookie)
      session.get('list').push(1n)
      await failsWith('ERR_SESSION_VALUE', () => storage.save(session))
      same((await storage.read(cookie)).get('list'), [1])
      const message = { count: 1 as unknown }
      const other = await storage.read(cookie)
      other.flash('message', message)
      message.count = new Map()
      await failsWith('ERR_SESSION_VALUE', () => storage.save(other))
    },
  },
  {
    name: 'refuses a session over maxBytes, naming its biggest keys',
    async run(fixture) {
      const { storage, types } = watched(fixture, { maxBytes: 2000 })
      const { cookie } = await visit(storage, null, (s) => s.set('small', 1))
      const session = await storage.read(cookie)
      session.set('big', 'é'.repeat(900))
      session.set('bigger', 'x'.repeat(1500))
      try {
        await storage.save(session)
        ok(false, 'saved')
      } catch (error) {
        const { code, keys } = error as { code: string; keys: { key: string; bytes: number }[] }
        equal(code, 'ERR_SESSION_TOO_LARGE')
        same(keys.slice(0, 2), [
          { key: 'big', bytes: 1802 },
          { key: 'bigger', bytes: 1502 },
        ])
      }
      ok(types().includes('oversize'))
      same((await storage.read(cookie)).data[0], { small: 1 })
    },
  },
  {
    name: 'takes __proto__ and constructor for keys like any other',
    async run({ createStorage }) {
      const storage = createStorage()
      const fresh = await storage.read(null)
      for (const key of ['__proto__', 'constructor', 'toString']) equal(fresh.get(key), undefined)
      const first = await visit(storage, null, (s) => {
        s.set('__proto__', { polluted: true })
        s.set('constructor', 'c')
        s.flash('__proto__', 'f')
      })
      const { session } = await visit(storage, first.cookie)
      same(session.get('__proto__'), { polluted: true })
      equal(session.get('constructor'), 'c')
      equal(({} as Record<string, unknown>)['polluted'], undefined)
      equal(Object.getPrototypeOf(session.data[0]), Object.prototype)
    },
  },
  {
    name: 'saves the same session object again, and again',
    async run({ createStorage }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      const first = await storage.save(session)
      session.set('b', 2)
      const second = await storage.save(session)
      equal(await storage.save(session), null)
      ok(first && second)
      same((await storage.read(second)).data[0], { a: 1, b: 2 })
      const list = [1]
      session.set('list', list)
      await storage.save(session)
      list.push(2)
      equal(session.dirty, true)
      same((await storage.read(await storage.save(session))).get('list'), [1, 2])
    },
  },
]
