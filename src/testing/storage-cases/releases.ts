import type { SessionCodec } from '../../core/record/codec.ts'
import type { StandardSchema } from '../../core/record/schema.ts'
import { equal, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** A schema as an older release has it: it wants a list under `cart`, and knows nothing of what else there is. */
const older: StandardSchema<Record<string, unknown>> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { cart, name, ...rest } = value as Record<string, unknown>
      if (cart !== undefined && !Array.isArray(cart)) return { issues: [{ path: ['cart'] }] }
      // It strips what it does not know inside of a value.
      const known = name === undefined ? {} : { name: { first: (name as { first: string }).first } }
      return { value: { ...rest, ...(cart !== undefined && { cart }), ...known } }
    },
  },
}

/** A codec that does not know what a newer one has written. */
const olderCodec: SessionCodec = {
  encode: (value) => value,
  decode(stored) {
    if (typeof stored === 'object' && stored !== null && 'newer' in stored) throw new Error('what?')
    return stored
  },
}

const values = { cart: { items: ['coat'] }, name: { first: 'Ada', last: 'L' }, money: { newer: 1 } }

/** Two releases of an app at the same time, of which the older one does not understand all that is there. */
export const releaseCases: readonly StorageCase[] = [
  {
    name: 'keeps what a schema or codec refuses as it is stored, hidden, through other writes',
    async run(fixture) {
      const { clock } = fixture
      const newer = fixture.createStorage()
      const { storage, events } = watched(fixture, { schema: older, codec: olderCodec })
      const first = await visit(newer, null, (s) => {
        for (const [key, value] of Object.entries(values)) s.set(key, value)
        s.flash('note', { newer: 2 })
      })
      const second = await visit(storage, first.cookie, (s) => {
        same([s.get('cart'), s.has('money'), s.get('note')], [null, false, null])
        same(s.data[0], { name: { first: 'Ada' } })
        equal(s.size, 1)
        s.set('n', 1)
      })
      const keys = events.flatMap((event) => (event.type === 'corrupt' ? event.keys : []))
      same([...new Set(keys)].sort(), ['cart', 'money', 'note'])
      // A mere use, a login, a rotation, and a second save of the same session are writes, too.
      await clock.pass(3 * 3_600_000)
      const third = await visit(storage, second.cookie)
      const fourth = await visit(storage, third.cookie, (s) => s.login('ada'))
      const fifth = await visit(storage, fourth.cookie, (s) => s.regenerateId())
      const { session } = await visit(newer, fifth.cookie)
      same(session.data[0], { ...values, n: 1 })
      same(session.get('note'), { newer: 2 })
    },
  },
  {
    name: 'keeps it in what an older id may still see, and when others write at the same time',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const newer = createStorage()
      const storage = createStorage({ schema: older, codec: olderCodec })
      const first = await visit(newer, null, (s) => {
        for (const [key, value] of Object.entries(values)) s.set(key, value)
        s.flash('note', { newer: 2 })
      })
      const one = await storage.read(first.cookie)
      one.set('one', 1)
      await visit(storage, first.cookie, (s) => s.set('two', 2))
      await storage.save(one)
      one.set('three', 3)
      await storage.save(one)
      const all = { ...values, one: 1, two: 2, three: 3 }
      const stored = await newer.read(first.cookie)
      same([stored.data[0], stored.get('note')], [all, { newer: 2 }])
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      await visit(storage, first.cookie, (s) => s.set('late', 4))
      const seen = (await newer.read(first.cookie)).data[0]
      same([seen['cart'], seen['money']], [values.cart, values.money])
      same((await newer.read(rotated.cookie)).data[0]['money'], values.money)
    },
  },
  {
    name: 'lets go of it when the app sets or unsets that key, and when another user logs in',
    async run({ createStorage }) {
      const newer = createStorage()
      const storage = createStorage({ schema: older, codec: olderCodec })
      const first = await visit(newer, null, (s) => {
        for (const [key, value] of Object.entries(values)) s.set(key, value)
        s.login('ada')
      })
      const second = await visit(storage, first.cookie, (s) => {
        s.set('cart', ['hat'])
        s.unset('money')
        s.get('name').first = 'Bea'
      })
      const third = await visit(newer, second.cookie)
      same(third.session.data[0], { cart: ['hat'], name: { first: 'Bea' } })
      const fourth = await visit(newer, third.cookie, (s) => s.set('cart', { items: ['secret'] }))
      const fifth = await visit(storage, fourth.cookie, (s) => s.login('eve'))
      same((await newer.read(fifth.cookie)).data[0], {})
    },
  },
  {
    name: 'leaves out of an imported session what its schema refuses, for good',
    async run({ createStorage }) {
      const storage = createStorage({ schema: older })
      const imported = { values: { cart: { items: ['coat'] }, n: 1 } }
      const { cookie } = await visit(storage, 'old', (s) => s.set('m', 2), { imported })
      same((await createStorage().read(cookie)).data[0], { n: 1, m: 2 })
    },
  },
]
