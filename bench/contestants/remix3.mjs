import { createRouter } from '@remix-run/fetch-router'
import { Session } from '@remix-run/session'
import { createCookieSessionStorage } from '@remix-run/session/cookie-storage'
import { createFsSessionStorage } from '@remix-run/session/fs-storage'
import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import { session } from '@remix-run/session-middleware'
import { fetchApp } from '../lib/fetch-app.mjs'
import { fill, plainCookie } from '../lib/payload.mjs'
import { cycle, sessionCookie } from '../lib/remix3-cycle.mjs'

function bareApp(context) {
  const router = createRouter()
  const answer = ({ headers }) => new Response(headers.get('cookie') ? '1' : '0')
  for (const path of ['/start', '/rw', '/ro']) router.get(path, answer)
  const app = fetchApp((request) => router.fetch(request), context.mode)
  return { ...app, start: () => plainCookie(context) }
}

function app({ mode, data }, storage) {
  const router = createRouter({ middleware: [session(sessionCookie(), storage)] })
  router.get('/start', (context) => {
    fill(context.get(Session), data)
    return new Response('ok')
  })
  router.get('/rw', (context) => {
    const session = context.get(Session)
    const count = session.get('count')
    session.set('count', count + 1)
    return new Response(String(count))
  })
  router.get('/ro', (context) => new Response(String(context.get(Session).get('count'))))
  return fetchApp((request) => router.fetch(request), mode)
}

const bare = 'remix3 fetch-router without sessions'

export const contestants = [
  {
    workload: 'cookie',
    name: 'remix3 cookie (signed)',
    kind: 'peer',
    make: (context) => cycle(context, createCookieSessionStorage()),
  },
  {
    workload: 'memory',
    name: 'remix3 memory',
    kind: 'peer',
    make: (context) => cycle(context, createMemorySessionStorage()),
  },
  {
    workload: 'fs',
    name: 'remix3 fs',
    kind: 'peer',
    make: (context) => cycle(context, createFsSessionStorage(`${context.folder}/remix3`)),
  },
  { workload: ['cookie', 'memory'], name: bare, kind: 'base', make: bareApp },
  {
    workload: 'cookie',
    name: 'remix3 fetch-router app, cookie (signed)',
    kind: 'peer',
    minus: bare,
    make: (context) => app(context, createCookieSessionStorage()),
  },
  {
    workload: 'memory',
    name: 'remix3 fetch-router app, memory',
    kind: 'peer',
    minus: bare,
    make: (context) => app(context, createMemorySessionStorage()),
  },
  {
    workload: 'heap',
    name: 'remix3 memory',
    kind: 'peer',
    note: 'has no expiry',
    make() {
      const storage = createMemorySessionStorage()
      return {
        async put(data) {
          const session = await storage.read(null)
          fill(session, data)
          return storage.save(session)
        },
      }
    },
  },
]
