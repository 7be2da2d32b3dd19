import type { StorageCase } from 'coatcheck/testing'
import { same, visit } from './helpers.ts'
import { releases } from './two-versions.ts'

const { first, second } = releases

/** Two releases that write to one session at the same time. */
export const versionRaceCases: readonly StorageCase[] = [
  {
    name: 'loses nothing when two releases write at the same time, whichever is first',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const [old, next] = [createStorage(first), createStorage(second)]
      for (const isOldFirst of [true, false]) {
        const begun = await visit(old, null, (s) => s.set('cart', ['coat']))
        const before = await old.read(begun.cookie)
        before.set('cart', ['coat', 'hat'])
        before.set('theme', 'dark')
        const after = await next.read(begun.cookie)
        after.set('note', { text: 'new' })
        after.update('basket', (basket: { items: string[] }) => ({
          items: [...basket.items, 'bag'],
        }))
        for (const [storage, session] of isOldFirst
          ? ([
              [old, before],
              [next, after],
            ] as const)
          : ([
              [next, after],
              [old, before],
            ] as const)) {
          await storage.save(session)
        }
        const { session } = await visit(next, begun.cookie)
        same([session.get('look'), session.get('note')], [{ theme: 'dark' }, { text: 'new' }])
        const items = isOldFirst ? ['coat', 'hat', 'bag'] : ['coat', 'bag', 'coat', 'hat']
        same(session.get('basket'), { items })
      }
    },
  },
  {
    name: 'goes on with the same session object after the other release has written',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const [old, next, plain] = [createStorage(first), createStorage(second), createStorage()]
      for (const older of [old, plain]) {
        const begun = await visit(older, null, (s) => s.set('n', 1))
        const session = await older.read(begun.cookie)
        session.set('one', 1)
        await visit(next, begun.cookie, (s) => {
          s.set('note', { text: 'new' })
          s.set('look', { theme: 'dark' })
        })
        await older.save(session)
        session.set('two', 2)
        await older.save(session)
        session.set('cart', ['coat'])
        await older.save(session)
        const stored = { n: 1, note: { text: 'new' }, look: { theme: 'dark' }, one: 1, two: 2 }
        const seen = (await next.read(begun.cookie)).data[0]
        same(seen, { ...stored, basket: { items: ['coat'] } })
      }
      const begun = await visit(old, null, (s) => s.set('cart', ['coat']))
      const session = await next.read(begun.cookie)
      session.set('one', 1)
      await visit(old, begun.cookie, (s) => s.set('cart', ['hat']))
      await next.save(session)
      session.set('two', 2)
      await next.save(session)
      same((await old.read(begun.cookie)).get('cart'), ['hat'])
      session.get('basket').items.push('bag')
      await next.save(session)
      const { session: last } = await visit(next, begun.cookie)
      same(last.data[0], { basket: { items: ['hat', 'bag'] }, one: 1, two: 2 })
    },
  },
  {
    name: 'shows an older id in its grace what it could see, to either release',
    needs: ['server'],
    async run({ createStorage }) {
      const [old, next] = [createStorage(first), createStorage(second)]
      const begun = await visit(old, null, (s) => s.set('cart', ['coat']))
      const rotated = await visit(next, begun.cookie, (s) => {
        s.regenerateId()
        s.set('basket', { items: ['coat', 'hat'] })
      })
      same((await old.read(begun.cookie)).get('cart'), ['coat'])
      same((await next.read(begun.cookie)).get('basket'), { items: ['coat'] })
      // A late request under it writes to what that id sees, and to nothing of the newer one.
      await visit(next, begun.cookie, (s) => s.get('basket').items.push('bag'))
      same((await next.read(begun.cookie)).get('basket'), { items: ['coat', 'bag'] })
      await visit(old, begun.cookie, (s) => s.set('note', 'late'))
      same((await next.read(begun.cookie)).get('note'), { text: 'late' })
      same((await next.read(rotated.cookie)).get('basket'), { items: ['coat', 'hat'] })
      const newest = await visit(next, null, (s) => s.set('note', { text: 'new' }))
      await visit(next, newest.cookie, (s) => s.regenerateId())
      same((await next.read(newest.cookie)).get('note'), { text: 'new' })
    },
  },
]
