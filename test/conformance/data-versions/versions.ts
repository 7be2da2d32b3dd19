import { createDataVersion } from 'coatcheck/data'
import type { StorageCase } from 'coatcheck/testing'
import { failsWith, ok, same, visit, watched } from './helpers.ts'
import { releases } from './two-versions.ts'

const { first, second } = releases

/** A rolling deploy, and a rollback: two releases of an app, whose data has not the same shape, on the same sessions. */
export const versionCases: readonly StorageCase[] = [
  {
    name: 'shows a newer release what an older one wrote as it migrates it, and leaves it stored as it is',
    async run({ createStorage, clock }) {
      const [old, next] = [createStorage(first), createStorage(second)]
      const begun = await visit(old, null, (s) => {
        s.set('cart', ['coat'])
        s.set('n', 1)
        s.login('ada')
      })
      const seen = await visit(next, begun.cookie, (s) => {
        same([s.get('basket'), s.has('cart'), s.get('n')], [{ items: ['coat'] }, false, 1])
        same(s.dirty, false)
      })
      same(seen.saved, null)
      // A use, a new id, and a change of what has stayed the same are writes, too.
      await clock.pass(3 * 3_600_000)
      const used = await visit(next, seen.cookie)
      const rotated = await visit(next, used.cookie, (s) => s.regenerateId())
      const changed = await visit(next, rotated.cookie, (s) => {
        s.set('n', 2)
        s.set('added', true)
      })
      const back = await visit(old, changed.cookie, (s) => {
        same(
          [s.get('cart'), s.get('n'), s.get('added'), s.has('basket')],
          [['coat'], 2, true, false],
        )
        same(s.userId, 'ada')
      })
      same((await next.read(back.cookie)).get('basket'), { items: ['coat'] })
    },
  },
  {
    name: 'stores all that it migrated as the newer release has it, once that changes some of it',
    async run({ createStorage }) {
      const [old, next, plain] = [createStorage(first), createStorage(second), createStorage()]
      const uses = [
        (s: { get(key: string): { items: string[] } }) => s.get('basket').items.push('hat'),
        (s: { set(key: string, value: unknown): void }) =>
          s.set('basket', { items: ['coat', 'hat'] }),
        (s: { update(key: string, fn: (value: { items: string[] }) => unknown): void }) =>
          s.update('basket', ({ items }) => ({ items: [...items, 'hat'] })),
      ]
      for (const use of uses) {
        const begun = await visit(old, null, (s) => {
          s.set('cart', ['coat'])
          s.set('theme', 'dark')
          s.set('n', 1)
        })
        const { cookie } = await visit(next, begun.cookie, (s) => use(s as never))
        const stored = { basket: { items: ['coat', 'hat'] }, look: { theme: 'dark' }, n: 1 }
        same((await plain.read(cookie)).data[0], stored)
        same((await next.read(cookie)).data[0], stored)
        const gone = await visit(next, cookie, (s) => s.unset('basket'))
        same((await next.read(gone.cookie)).has('basket'), false)
      }
    },
  },
  {
    name: 'lets an older release change nothing of a newer one but the keys that it sets',
    async run(fixture) {
      const { storage: old, events } = watched(fixture, first)
      const [next, plain] = [fixture.createStorage(second), fixture.createStorage()]
      const values = { look: { theme: 'dark' }, note: { text: 'a' }, n: 1 }
      const begun = await visit(next, null, (s) => {
        for (const [key, value] of Object.entries(values)) s.set(key, value)
      })
      const seen = await visit(old, begun.cookie, (s) => {
        // Its schema fills in a theme of its own, which it did not set.
        same([s.get('note'), s.get('n'), s.get('theme')], [null, 1, 'light'])
        s.update('n', (n: number) => n + 1)
      })
      const keys = events.flatMap((event) => (event.type === 'corrupt' ? event.keys : []))
      same([...new Set(keys)], ['note'])
      same((await plain.read(seen.cookie)).data[0], { ...values, n: 2 })
      same((await next.read(seen.cookie)).data[0], { ...values, n: 2 })
    },
  },
  {
    name: 'migrates what an older release has set in a newer record, beside what is there',
    async run({ createStorage }) {
      const [old, next] = [createStorage(first), createStorage(second)]
      const begun = await visit(next, null, (s) => {
        s.set('basket', { items: ['coat'] })
        s.set('look', { theme: 'dark' })
      })
      const set = await visit(old, begun.cookie, (s) => {
        s.set('cart', ['hat'])
        s.set('note', 'text')
      })
      const seen = await visit(next, set.cookie, (s) => {
        same(s.get('basket'), { items: ['coat', 'hat'] })
        same([s.get('note'), s.get('look')], [{ text: 'text' }, { theme: 'dark' }])
        s.get('note').text = 'changed'
      })
      const last = await visit(next, seen.cookie)
      same(last.session.get('basket'), { items: ['coat', 'hat'] })
      same(last.session.get('note'), { text: 'changed' })
      same((await old.read(last.cookie)).has('cart'), false)
    },
  },
  {
    name: 'keeps what is written of versions where a release without any writes, and goes on from there',
    async run({ createStorage }) {
      const [old, next, none] = [createStorage(first), createStorage(second), createStorage()]
      const begun = await visit(next, null, (s) => s.set('look', { theme: 'dark' }))
      const mixed = await visit(old, begun.cookie, (s) => s.set('cart', ['hat']))
      const kept = await visit(none, mixed.cookie, (s) => {
        same(s.data[0], { look: { theme: 'dark' }, cart: ['hat'] })
        s.set('n', 1)
        s.login('ada')
      })
      const seen = await visit(next, kept.cookie, (s) => s.set('m', 2))
      const values = { look: { theme: 'dark' }, basket: { items: ['hat'] }, n: 1, m: 2 }
      same((await next.read(seen.cookie)).data[0], values)
      const newest = await visit(next, null, (s) => {
        s.login('ada')
        s.set('look', { theme: 'dark' })
      })
      // What another user had goes, and its version with it.
      const other = await visit(none, newest.cookie, (s) => s.login('eve'))
      const last = await visit(none, other.cookie, (s) => s.set('cart', ['bag']))
      same((await next.read(last.cookie)).data[0], { basket: { items: ['bag'] } })
    },
  },
  {
    name: 'shows nothing of what it migrated for one user to another one who logs in',
    async run({ createStorage }) {
      const [old, next] = [createStorage(first), createStorage(second)]
      const begun = await visit(old, null, (s) => {
        s.set('cart', ['coat'])
        s.set('theme', 'dark')
        s.login('ada')
      })
      const other = await visit(next, begun.cookie, (s) => {
        same(s.get('look'), { theme: 'dark' })
        s.login('eve')
        s.set('basket', { items: ['hat'] })
      })
      same((await next.read(other.cookie)).data[0], { basket: { items: ['hat'] } })
      const back = await old.read(other.cookie)
      same([back.has('cart'), back.get('theme')], [false, 'light'])
    },
  },
  {
    name: 'keeps a session whose values cannot be migrated: they are hidden, reported, and there when they can',
    async run(fixture) {
      const begun = await visit(fixture.createStorage(first), null, (s) => {
        s.set('cart', ['coat'])
        s.login('ada')
      })
      const wrong = [
        () => {
          throw new Error('a mistake')
        },
        () => undefined as never,
        () => ({ basket: 1n }),
      ]
      let { cookie } = begun
      for (const migrate of wrong) {
        const dataVersion = createDataVersion({ version: 2, migrate })
        const { storage, events } = watched(fixture, { dataVersion })
        const seen = await visit(storage, cookie, (s) => {
          same([s.userId, s.data[0]['cart'] ?? null, s.has('basket')], ['ada', null, false])
          s.set('n', ((s.get('n') as number | undefined) ?? 0) + 1)
        })
        ok(events.some((event) => event.type === 'corrupt' && event.error instanceof Error))
        const reported = events.flatMap((event) => (event.type === 'corrupt' ? event.keys : []))
        same([...new Set(reported)], ['cart'])
        cookie = seen.cookie
      }
      const { session } = await visit(fixture.createStorage(second), cookie)
      same([session.get('basket'), session.get('n')], [{ items: ['coat'] }, 3])
      const dataVersion = createDataVersion({ version: 2, migrate: wrong[0]! })
      const ended = await visit(fixture.createStorage({ dataVersion }), cookie, (s) => s.destroy())
      same(ended.saved, '')
    },
  },
  {
    name: 'refuses a migration that is asynchronous, and ends the session all the same',
    needs: ['server'],
    async run({ createStorage }) {
      const { cookie, session } = await visit(createStorage(first), null, (s) => s.set('cart', []))
      const dataVersion = createDataVersion({ version: 2, migrate: (async () => ({})) as never })
      const storage = createStorage({ dataVersion })
      await failsWith('ERR_SESSION_CONFIG', () => storage.read(cookie))
      await (storage as unknown as { revoke(handle: string): Promise<void> }).revoke(session.handle)
      same((await createStorage(first).read(cookie)).isNew, true)
    },
  },
  {
    name: 'migrates the sessions of other libraries as those of no version',
    async run({ createStorage }) {
      const imported = { values: { cart: ['coat'], n: 1 } }
      const next = createStorage(second)
      const { cookie } = await visit(next, 'old', (s) => s.set('m', 2), { imported })
      const stored = { basket: { items: ['coat'] }, n: 1, m: 2 }
      same((await createStorage().read(cookie)).data[0], stored)
      const dataVersion = createDataVersion({
        version: 2,
        migrate: () => {
          throw new Error('a mistake')
        },
      })
      const failed = await visit(createStorage({ dataVersion }), 'old', () => {}, { imported })
      same(failed.session.size, 0)
      same((await next.read(failed.cookie)).get('basket'), { items: ['coat'] })
    },
  },
]
