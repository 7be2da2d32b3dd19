import { equal, ok } from '../expect.ts'
import type { Session } from '../../core/session/session.ts'
import { type AdapterApp, type AdapterCase, type Reply, withApp } from './app.ts'

const page = (headers: readonly (readonly [string, string])[] = []): Reply => ({
  text: 'a page',
  headers,
})

const look =
  (headers?: readonly (readonly [string, string])[]) =>
  (session: Session): Reply => {
    void session.userId
    return page(headers)
  }

const handlers: AdapterApp['handlers'] = {
  '/login': (session) => {
    session.login('ada')
    return { redirect: '/look' }
  },
  '/logout': (session) => {
    session.destroy()
    return { redirect: '/look' }
  },
  '/logout-by-app': (session) => {
    session.destroy()
    return page([['Clear-Site-Data', '"*"']])
  },
  '/look': look(),
  '/private': look([['Cache-Control', 'private, max-age=60']]),
  '/public': look([['Cache-Control', 'public, max-age=60']]),
  '/static': () => page([['Cache-Control', 'public, max-age=60']]),
}

/** What is left in the browser of somebody who was logged in. */
export const privacy: readonly AdapterCase[] = [
  {
    name: 'with clearSiteData a logout asks the browser to forget the site, and nothing else does (ASVS 14.3.1)',
    run: (fixture) =>
      withApp(
        fixture,
        handlers,
        async ({ browser }) => {
          const visitor = browser()
          for (const path of ['/login', '/look']) {
            const { headers } = await visitor.send(path)
            equal(headers.get('clear-site-data'), null, path)
          }
          const tab = visitor.copy()
          // Also where the session was ended before, as by a second click.
          for (const one of [visitor, tab, browser()]) {
            const { headers } = await one.send('/logout', { method: 'POST' })
            equal(headers.get('clear-site-data'), '"cache", "storage"')
          }
          const { headers } = await visitor.send('/logout-by-app')
          equal(headers.get('clear-site-data'), '"*"')
        },
        { options: { clearSiteData: true } },
      ),
  },
  {
    name: 'with noStore the pages of somebody who is logged in are kept nowhere, unless the app says how (ASVS 14.3.2)',
    run: (fixture) =>
      withApp(
        fixture,
        handlers,
        async ({ browser }) => {
          const visitor = browser()
          const cacheControlOf = async (path: string) =>
            (await visitor.send(path)).headers.get('cache-control') ?? ''
          ok(!/no-store/.test(await cacheControlOf('/public')), 'a page of a stranger')
          await visitor.send('/login')
          ok(/no-store/.test(await cacheControlOf('/look')), 'without a header of the app')
          ok(/no-store/.test(await cacheControlOf('/public')), 'with a public one')
          ok(/private, max-age=60/.test(await cacheControlOf('/private')), 'with a private one')
          ok(/max-age=60/.test(await cacheControlOf('/static')), 'a page that does not look')
        },
        { options: { noStore: true } },
      ),
  },
]
