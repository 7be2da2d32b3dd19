import { equal, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

const values = { cart: ['coat'] }

/** Sessions that another library kept: whose they were, and who gets what was in them. */
export const importCases: readonly StorageCase[] = [
  {
    name: 'gives what an import brought to nobody who logs in, if it does not say whose it was',
    async run({ createStorage }) {
      const storage = createStorage()
      const atOnce = await visit(storage, 'old', (s) => s.login('eve'), { imported: { values } })
      same((await storage.read(atOnce.cookie)).data[0], {})
      const first = await visit(storage, 'old', undefined, { imported: { values } })
      const second = await visit(storage, first.cookie, (s) => {
        same(s.get('cart'), ['coat'])
        s.set('seen', true)
        s.regenerateId(true)
      })
      const later = await visit(storage, second.cookie, (s) => {
        s.login('eve')
        s.set('hat', 1)
        s.login('eve')
      })
      const { data, userId } = await storage.read(later.cookie)
      equal(userId, 'eve')
      same(data[0], { hat: 1 })
      const again = await visit(storage, later.cookie, (s) => s.login('eve'))
      same((await storage.read(again.cookie)).data[0], { hat: 1 })
    },
  },
  {
    name: 'lets who logs in keep what an import brought if it was theirs, or nobody’s',
    async run({ createStorage }) {
      const storage = createStorage()
      for (const userId of ['ada', null]) {
        const imported = { values, userId }
        const atOnce = await visit(storage, 'old', (s) => s.login('ada'), { imported })
        same((await storage.read(atOnce.cookie)).data[0], values)
        const first = await visit(storage, 'old', (s) => equal(s.userId, userId ?? undefined), {
          imported,
        })
        const later = await visit(storage, first.cookie, (s) => s.login('ada'))
        same((await storage.read(later.cookie)).data[0], values)
      }
    },
  },
]
