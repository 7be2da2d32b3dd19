import { equal, same } from '../expect.ts'
import type { Session } from '../../core/session/session.ts'
import { type AdapterApp, type AdapterCase, withApp } from './app.ts'

const handlers: AdapterApp['handlers'] = {
  '/begin': (session: Session) => {
    session.set('cart', ['scarf'])
    return { text: 'ok' }
  },
  '/login': (session: Session) => {
    session.login('ada')
    return { redirect: '/look' }
  },
  '/logout': (session: Session) => {
    session.destroy()
    return { redirect: '/look' }
  },
  '/look': (session: Session) => ({ json: [session.userId ?? null, session.get('cart')] }),
}

/** Login and logout. */
export const endings: readonly AdapterCase[] = [
  {
    name: 'a login gives the visitor another id, and the old one is dead',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        await visitor.text('/begin')
        const before = visitor.copy()
        await visitor.send('/login', { method: 'POST' })
        same(JSON.parse(await visitor.text('/look')), ['ada', ['scarf']])
        same(JSON.parse(await before.text('/look')), [null, null])
      }),
  },
  {
    name: 'a logout ends the session, and the browser forgets the cookie',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        await visitor.send('/login', { method: 'POST' })
        const thief = visitor.copy()
        await visitor.send('/logout', { method: 'POST' })
        equal(visitor.cookies.length, 0)
        same(JSON.parse(await thief.text('/look')), [null, null])
      }),
  },
]
