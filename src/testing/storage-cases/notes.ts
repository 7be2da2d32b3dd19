import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, same } from '../expect.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const none = { flashUse: () => 'none' as const }
const add = (n: number | undefined) => (n ?? 0) + 1

/** What a request notes of what it does: nothing twice, nothing of what it took back. */
export const noteCases: readonly StorageCase[] = [
  {
    name: 'belongs to nobody after destroy',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      const session = await storage.read(cookie)
      session.destroy()
      same([session.userId, session.authenticatedAt], [undefined, undefined])
    },
  },
  {
    name: 'refuses a user id that is not a string with something in it, or not well-formed',
    async run({ createStorage }) {
      const session = await createStorage().read(null)
      for (const userId of ['', 42, null, undefined, ['ada'], 'ada\ud800']) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login(userId as string))
      }
      same([session.userId, session.dirty], [undefined, false])
    },
  },
  {
    name: 'shows nothing of a login that came while the session was being saved (P7)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      const [saved] = await whileHeld(gate!.hold('write'), storage.save(session), async () => {
        await failsWith('ERR_SESSION_COMMITTED', () => session.login('ada'))
        equal(session.userId, undefined)
      })
      equal((await storage.read(saved)).userId, undefined)
    },
  },
  {
    name: 'refuses by its key what became unstorable in an object that was set, read or updated',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('list', [1]))
      const uses: ((session: Session) => void)[] = [
        (s) => {
          const list: unknown[] = []
          s.set('list', list)
          list.push(new Map())
        },
        (s) => s.get('list').push(new Map()),
        (s) => {
          s.get('list').push(new Map())
          s.update('list', (list: unknown) => list as never)
        },
      ]
      for (const use of uses) {
        await failsWith('ERR_SESSION_VALUE', () => visit(storage, cookie, use))
        same((await storage.read(cookie)).get('list'), [1])
      }
    },
  },
  {
    name: 'removes and updates what it has handed out as if it had not (P1)',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.set('gone', [1])
        s.set('list', [1])
      })
      const second = await visit(storage, first.cookie, (s) => {
        s.get('gone')
        s.unset('gone')
        s.get('list')
        s.update('list', (list: number[]) => [...list, 2])
      })
      same((await storage.read(second.cookie)).data[0], { list: [1, 2] })
    },
  },
  {
    name: 'updates exactly the objects that it has handed out before (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.set('list', []))
      const [one, two] = [await storage.read(cookie), await storage.read(cookie)]
      for (const [session, item] of [
        [one, 'x'],
        [two, 'y'],
      ] as const) {
        session.get('list')
        session.update('list', (list: string[]) => [...list, item])
        await storage.save(session)
      }
      same((await storage.read(cookie)).get('list'), ['x', 'y'])
    },
  },
  {
    name: 'stores no change of an object that an update has replaced (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      for (const interfere of [false, true]) {
        const storage = createStorage()
        const { cookie } = await visit(storage, null, (s) => s.set('n', 0))
        const session = await storage.read(cookie)
        const list = ['x']
        session.set('list', list)
        session.update('list', (before: string[]) => [...before, 'y'])
        list.push('replaced')
        if (interfere) await visit(storage, cookie, (s) => s.update('n', add))
        await storage.save(session)
        same((await storage.read(cookie)).get('list'), ['x', 'y'])
      }
    },
  },
  {
    name: 'uses a message up also when another request has written meanwhile (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.flash('message', 1))
      const page = await storage.read(cookie)
      await visit(storage, cookie, (s) => s.set('a', 1), none)
      equal(page.get('message'), 1)
      await storage.save(page)
      equal((await storage.read(cookie)).get('message'), undefined)
    },
  },
  {
    name: 'uses up the message that it saw, not another one of that name that came meanwhile (P1)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => s.flash('message', 'old'))
      const page = await storage.read(cookie)
      await visit(storage, cookie, (s) => s.flash('message', 'new'), none)
      equal(page.get('message'), 'old')
      await storage.save(page)
      equal((await storage.read(cookie)).get('message'), 'new')
    },
  },
  {
    name: 'removes unread messages with unset and for another user, with and without a conflict',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const removals = [(s: Session) => s.unset('m'), (s: Session) => s.login('grace')]
      for (const flashUse of ['read', 'none'] as const) {
        for (const remove of removals) {
          for (const interfere of [false, true]) {
            const storage = createStorage()
            const { cookie } = await visit(storage, null, (s) => {
              s.login('ada')
              s.set('m', 'value')
              s.flash('m', 'message')
            })
            const session = await storage.read(cookie, { flashUse: () => flashUse })
            remove(session)
            if (interfere) await visit(storage, cookie, (s) => s.set('a', 1), none)
            const saved = await storage.save(session)
            equal((await storage.read(saved)).get('m'), undefined)
          }
        }
      }
    },
  },
  {
    name: 'finds a change in place also when the object is read again afterwards',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('list', [1]))
      const second = await visit(storage, first.cookie, (s) => {
        s.get('list').push(2)
        equal(s.get('list').length, 2)
      })
      same((await storage.read(second.cookie)).get('list'), [1, 2])
    },
  },
  {
    name: 'leaves a message once, and uses one up once, however often the object is saved',
    async run({ createStorage, traits }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.flash('message', 1)
      let cookie = await storage.save(session)
      equal(session.dirty, false)
      equal(await storage.save(session), null)
      const page = await visit(storage, cookie)
      equal(page.session.dirty, false)
      equal(await storage.save(page.session), null)
      session.set('a', 1)
      cookie = (await storage.save(session)) ?? cookie
      // In a cookie the last response wins, and this one still has the message.
      const left = traits.has('server') ? undefined : 1
      equal((await storage.read(cookie)).get('message'), left)
    },
  },
  {
    name: 'leaves no message that was taken back or unset, whatever else is saved',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        s.flash('hasty', 1)
        s.flash('hasty', null)
        s.flash('unset', 1)
        s.unset('unset')
        s.flash('left', 1)
      })
      const read = { flashUse: () => 'read' as const }
      const second = await visit(
        storage,
        first.cookie,
        (s) => {
          same([s.has('hasty'), s.has('unset'), s.has('left')], [false, false, true])
          s.unset('left')
        },
        read,
      )
      equal((await storage.read(second.cookie)).size, 0)
    },
  },
  {
    name: 'leaves another user neither messages nor objects of the one before',
    async run({ createStorage }) {
      const storage = createStorage()
      const ada = await visit(storage, null, (s) => {
        s.login('ada')
        s.set('cart', ['scarf'])
      })
      const grace = await visit(storage, ada.cookie, (s) => {
        s.get('cart').push('mittens')
        s.flash('message', 'for ada')
        s.login('grace')
      })
      equal((await storage.read(grace.cookie)).size, 0)
    },
  },
  {
    name: 'keeps the old id dead when a rotation with grace comes after the one that killed it (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      for (const kill of [(s: Session) => s.regenerateId(true), (s: Session) => s.login('ada')]) {
        const storage = createStorage()
        const first = await visit(storage, null, (s) => s.set('a', 1))
        const second = await visit(storage, first.cookie, (s) => {
          kill(s)
          s.regenerateId()
        })
        equal((await storage.read(first.cookie)).isNew, true)
        equal((await storage.read(second.cookie)).get('a'), 1)
      }
    },
  },
]
