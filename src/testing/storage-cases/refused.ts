import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

class Cart extends Array<string> {}

function withToJSON<T extends object>(value: T): T {
  return Object.defineProperty(value, 'toJSON', { value: () => 'another' })
}

/** With these on top of what every object inherits. They are hidden, so that no driver stumbles over them. */
async function whileInherited(fields: Record<string, unknown>, work: () => unknown): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    // oxlint-disable-next-line no-extend-native -- that is what it is about
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  }
  try {
    await work()
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name)
  }
}

/** What is kept is kept as it is, and all else is refused: nothing is changed silently, and nothing is made up. */
export const refusedCases: readonly StorageCase[] = [
  {
    name: 'refuses what JSON would change without a word, and says where it is',
    async run({ createStorage, gate }) {
      const session = await createStorage().read(null)
      const bad: [value: unknown, said: RegExp][] = [
        [-0, /-0 would come back as 0/],
        [{ total: [1, -0] }, /in culprit\.total\[1\], -0/],
        [/b/.exec('abc'), /its property "groups"|its property "index"|its property "input"/],
        [Object.assign([1], { note: 'x' }), /its property "note"/],
        [{ rows: [Object.assign([], { total: 1 })] }, /in culprit\.rows\[0\], .*"total"/],
        [new Cart('coat'), /a Cart would come back as an Array/],
        [withToJSON({ a: 1 }), /with a toJSON/],
        [withToJSON([1]), /with a toJSON/],
        [{ at: new Date() }, /in culprit\.at, a Date/],
        [{ [Symbol('hint')]: 1 }, /Symbol\(hint\)/],
      ]
      for (const [value, said] of bad) {
        for (const put of ['set', 'flash'] as const) {
          try {
            session[put]('culprit', value)
            ok(false, `accepted, and not told: ${said}`)
          } catch (error) {
            const { code, message } = error as { code?: string; message: string }
            equal(code, 'ERR_SESSION_VALUE', message)
            ok(said.test(message), message)
          }
        }
      }
      equal(session.dirty, false)
      equal(gate?.calls.write ?? 0, 0)
    },
  },
  {
    name: 'refuses keys that are no strings, which would come back as others',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => {
        for (const key of ['42', 'undefined', 'null', 'true']) s.set(key, 1)
      })
      const session = await storage.read(cookie)
      for (const key of [42, undefined, null, true, Symbol('s')]) {
        const put = [
          () => session.set(key as never, 1),
          () => session.flash(key as never, 1),
          () => session.update(key as never, () => 1),
        ]
        const others = [
          () => session.set(key as never, undefined),
          () => session.flash(key as never, null),
          () => session.get(key as never),
          () => session.has(key as never),
          () => session.unset(key as never),
          () => session.delete(key as never),
          () => session.keep(key as never),
        ]
        for (const action of [...put, ...others]) await failsWith('ERR_SESSION_VALUE', action)
      }
      equal(session.dirty, false)
    },
  },
  {
    name: 'refuses a function that returns a promise, of which update() would keep nothing',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie, session } = await visit(storage, null, (s) => s.set('n', 1))
      const refused: ((value: unknown) => unknown)[] = [
        async () => 2,
        () => Promise.reject(new Error('too late')),
        // oxlint-disable-next-line unicorn/no-thenable -- promises of other libraries are
        () => ({ then: (done?: (value: number) => void) => done?.(2) }),
      ]
      for (const fn of refused) {
        try {
          session.update('n', fn as () => number)
          ok(false, 'accepted')
        } catch (error) {
          const { code, message } = error as { code?: string; message: string }
          equal(code, 'ERR_SESSION_VALUE', message)
          ok(/await first/i.test(message), message)
        }
      }
      equal(await storage.save(session), null)
      equal((await storage.read(cookie)).get('n'), 1)
    },
  },
  {
    name: 'refuses in words to save what is no session of this library',
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const own = await storage.read(null)
      const others = [
        undefined,
        null,
        {},
        'session',
        Object.create(own),
        { id: own.id, data: [{ a: 1 }, {}] },
      ]
      for (const other of others) {
        await failsWith('ERR_SESSION_CONFIG', () => storage.save(other as typeof own))
      }
      try {
        await storage.save(storage.read(null) as unknown as typeof own)
        ok(false, 'accepted a promise')
      } catch (error) {
        ok(/await storage\.read/.test((error as Error).message), (error as Error).message)
      }
      equal(gate?.calls.write ?? 0, 0)
    },
  },
  {
    name: 'looks at no more of an object than a record can hold, when it is set and when it was changed',
    async run({ createStorage }) {
      const storage = createStorage({ maxBytes: 2000 })
      const { cookie } = await visit(storage, null, (s) => s.set('tree', { children: [1] }))
      const branches: ((tree: object) => object)[] = [
        (tree) => [tree, tree],
        (tree) => ({ left: tree, right: tree }),
      ]
      for (const branch of branches) {
        let looks = 0
        let tree: object = {
          get leaf() {
            looks++
            return 1
          },
        }
        for (let depth = 0; depth < 22; depth++) tree = branch(tree)
        const session = await storage.read(cookie)
        await failsWith('ERR_SESSION_TOO_LARGE', () => session.set('other', tree))
        session.get('tree').children = tree
        await failsWith('ERR_SESSION_TOO_LARGE', () => storage.save(session))
        ok(looks < 20_000, `looked ${looks} times`)
      }
      same((await storage.read(cookie)).get('tree'), { children: [1] })
    },
  },
  {
    name: 'keeps keys that every object has a property for',
    async run({ createStorage }) {
      const storage = createStorage()
      const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'o', 'p']
      const { cookie } = await visit(storage, null, (s) => {
        for (const key of keys) s.set(key, { [key]: key })
      })
      const { session } = await visit(storage, cookie)
      equal(session.size, keys.length)
      for (const key of keys) {
        const value = session.get(key) as object
        same([Object.keys(value), Object.hasOwn(value, key)], [[key], true], key)
      }
    },
  },
  {
    name: 'reads nothing out of a record that is only inherited, and saves no such thing',
    async run({ createStorage }) {
      const storage = createStorage()
      const mine = await visit(storage, null, (s) => s.set('theme', 'dark'))
      const previous = { s: 'x', t: 9e15, d: { admin: true } }
      const ids = { r: [['x', 9e15]], n: 1, b: 'x', g: 1 }
      const all = {
        o: 'admin',
        l: 'label',
        a: 1,
        f: { note: 'x' },
        p: previous,
        h: { l: 9, x: { admin: true } },
        admin: true,
        ...ids,
      }
      let after = mine
      await whileInherited(all, async () => {
        after = await visit(storage, mine.cookie, (s) => {
          same(
            [s.userId, s.authenticatedAt, s.get('admin'), s.get('note'), s.level, s.context],
            [null, null, null, null, null, null],
          )
          s.set('n', 1)
        })
      })
      const { session } = await visit(storage, after.cookie)
      equal(session.userId, undefined)
      equal(session.authenticatedAt, undefined)
      same(session.data, [{ theme: 'dark', n: 1 }, {}])
    },
  },
  {
    name: 'never writes a record that could not be read again',
    async run({ createStorage, clock }) {
      let time: number = clock.now()
      const storage = createStorage({ now: () => time })
      for (const label of [42, {}, []]) {
        const session = await storage.read(null)
        await failsWith('ERR_SESSION_CONFIG', async () => {
          session.login('user', { label: label as never })
          await storage.save(session)
        })
      }
      const session = await storage.read(null)
      session.set('a', 1)
      time = Number.NaN
      await failsWith('ERR_SESSION_CONFIG', () => storage.save(session))
    },
  },
]
