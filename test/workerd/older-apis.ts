import { CookieSessionStorage, MemorySessionStorage } from 'coatcheck/compat/classes'
import { ironSession, reactRouterCookie } from 'coatcheck/compat/cookies'
import * as reactRouter from 'coatcheck/compat/react-router'
import {
  CookieSessionStorage as RemasteredStorage,
  getSessionStore,
} from 'coatcheck/compat/remastered'
import { createCookie } from 'coatcheck/cookie'
import { expectSame } from './worker-case.ts'

const secret = 'kX7vPq2mZt9RwLs4NdYh8BcJf3GaUe6T'
const cookie = createCookie('session', { secrets: [secret] })

/** The older APIs where there are no modules of Node: they load, and serve a visit. */
export const cases = [
  ...[reactRouter.createCookieSessionStorage, reactRouter.createMemorySessionStorage].map(
    (createStorage) => ({
      name: `${createStorage.name} of React Router's API: set, flash, read, destroy`,
      async run(): Promise<void> {
        const storage = createStorage({ cookie: { secrets: [secret] } })
        const session = await storage.getSession()
        session.set('user', 'ada')
        session.flash('notice', 'welcome')
        const [pair] = (await storage.commitSession(session)).split(';')
        const again = await storage.getSession(pair)
        const seen = [again.get('user'), again.get('notice'), again.get('notice') ?? null]
        expectSame(seen, ['ada', 'welcome', null])
        const cleared = await storage.destroySession(again)
        expectSame(/^__session=;.*Expires=Thu, 01 Jan 1970/.test(cleared), true)
      },
    }),
  ),
  ...[new CookieSessionStorage(cookie), new MemorySessionStorage()].map((storage) => ({
    name: `${storage.constructor.name} of the classes: update, read, delete`,
    async run(): Promise<void> {
      const session = await storage.read(null)
      session.set('user', 'ada')
      const value = await storage.update(session.id, session.data)
      const again = await storage.read(value)
      expectSame([again.get('user'), await storage.delete(again.id)], ['ada', ''])
    },
  })),
  {
    name: 'CookieSessionStorage of Remastered: set, flash, commit',
    async run(): Promise<void> {
      const getSession = getSessionStore(RemasteredStorage({ cookie: { name: 'visit', secret } }))
      const visit = (Cookie = '') => new Request('https://shop.example', { headers: { Cookie } })
      const session = await getSession(visit())
      session.set('user', 'ada')
      session.flash('notice', 'welcome')
      const [pair] = (await session.commit()).split(';')
      const again = await getSession(visit(pair))
      expectSame([again.get('user'), again.get('notice')], ['ada', 'welcome'])
    },
  },
  {
    name: 'importers read nothing that is forged',
    async run(): Promise<void> {
      const accept = [ironSession({ password: secret }), reactRouterCookie()]
      const moving = createCookie('session', { secrets: [secret], accept })
      const mac = 'A'.repeat(43)
      const seal = `Fe26.2*1*${'0'.repeat(64)}*${'A'.repeat(22)}*${'A'.repeat(22)}**${'0'.repeat(64)}*${mac}~2`
      for (const forged of [seal, `eyJhIjoxfQ==.${mac}`]) {
        expectSame((await moving.read(`session=${forged}`)).problem, 'cookie')
      }
    },
  },
]
