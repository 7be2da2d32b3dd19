import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

const laptop = { browser: 'Firefox', country: 'NO', isKnown: true, screens: 2 }
const phone = { browser: 'Safari', country: 'NO' }

/** What a login notes of the client. */
export const contextCases: readonly StorageCase[] = [
  {
    name: 'keeps the context of a login for as long as that login counts',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => {
        equal(s.context, undefined)
        s.login('ada', { context: laptop })
        same(s.context, laptop)
      })
      const changed = await visit(storage, first.cookie, (s) => {
        same(s.context, laptop)
        s.set('a', 1)
      })
      const rotated = await visit(storage, changed.cookie, (s) => s.regenerateId(true))
      const proved = await visit(storage, rotated.cookie, (s) => {
        s.reauthenticate({ level: 2 })
        same([s.context, s.level], [laptop, 2])
      })
      const moved = await visit(storage, proved.cookie, (s) => {
        same(s.context, laptop)
        s.reauthenticate({ context: phone })
        same(s.context, phone)
      })
      const plain = await visit(storage, moved.cookie, (s) => {
        same([s.context, s.level], [phone, 2])
        s.login('ada')
        equal(s.context, undefined)
      })
      equal((await storage.read(plain.cookie)).context, undefined)
      const other = await visit(storage, first.cookie, (s) => {
        s.login('ada', { context: laptop })
        s.login('grace')
      })
      equal((await storage.read(other.cookie)).context, undefined)
      const ended = await visit(storage, null, (s) => s.login('ada', { context: laptop }))
      const over = await storage.read(ended.cookie)
      over.destroy()
      equal(over.context, undefined)
    },
  },
  {
    name: 'shows the context of each session in the list of its user (ASVS 7.5.2)',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) =>
        s.login('ada', { label: 'laptop', context: laptop }),
      )
      const listed = async () => (await storage.sessionsOf('ada')).map((one) => one.context ?? null)
      same(await listed(), [laptop])
      await visit(storage, cookie, (s) => s.reauthenticate({ context: phone }))
      same(await listed(), [phone])
      await visit(storage, null, (s) => s.login('grace'))
      equal((await storage.sessionsOf('grace'))[0]!.context, undefined)
    },
  },
  {
    name: 'leaves out of a context what there is not, such as a header, and lets nobody change it in place',
    async run({ createStorage }) {
      const storage = createStorage()
      const given: Record<string, string | null | undefined> = {
        browser: 'Firefox',
        country: null,
        town: undefined,
      }
      const { cookie } = await visit(storage, null, (s) => {
        s.login('ada', { context: given })
        given['browser'] = 'Safari'
        same(Object.keys(s.context!), ['browser'])
      })
      const { context, dirty } = await storage.read(cookie)
      same([context, Object.isFrozen(context), dirty], [{ browser: 'Firefox' }, true, false])
      const none = await visit(storage, cookie, (s) => s.reauthenticate({ context: {} }))
      same((await storage.read(none.cookie)).context, {})
    },
  },
  {
    name: 'takes a context of 1,024 bytes, and refuses one that is larger or holds anything but texts, numbers and booleans',
    async run({ createStorage }) {
      const storage = createStorage()
      // `{"a":""}` takes eight bytes.
      for (const most of ['x'.repeat(1016), 'é'.repeat(508)]) {
        const { cookie } = await visit(storage, null, (s) =>
          s.login('ada', { context: { a: most } }),
        )
        same((await storage.read(cookie)).context, { a: most })
        const context = { a: `${most}x` }
        const session = await storage.read(cookie)
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { context }))
        await failsWith('ERR_SESSION_CONFIG', () => session.reauthenticate({ context }))
      }
      const session = await storage.read(null)
      const around: Record<string, unknown> = {}
      around['a'] = around
      const of = [{}, [], NaN, BigInt(1), Symbol('a'), () => 1, new Map(), new Date(), around]
      const whole = [5, 'text', null, ['a'], new Map(), new Headers(), new Error('x')]
      const bad = [...whole, ...of.map((a) => ({ a }))] as never[]
      for (const context of bad) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { context }))
      }
      equal(session.userId, undefined)
      session.login('ada')
      for (const context of bad) {
        await failsWith('ERR_SESSION_CONFIG', () => session.reauthenticate({ context }))
      }
      equal(session.context, undefined)
    },
  },
]
