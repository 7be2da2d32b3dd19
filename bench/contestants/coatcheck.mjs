import { withSession } from '../../dist/frameworks/fetch.js'
import { createCookieSessionStorage } from '../../dist/storages/cookie.js'
import { createFsSessionStorage } from '../../dist/storages/fs.js'
import { createMemorySessionStorage } from '../../dist/storages/memory.js'
import { cycle, handlers, sessionCookie } from '../lib/coatcheck-cycle.mjs'
import { fetchApp } from '../lib/fetch-app.mjs'
import { fill } from '../lib/payload.mjs'

const routeOf = ({ url }) => url.slice(url.lastIndexOf('/') + 1)

/** The whole middleware over Request and Response. */
function app({ mode, data }, storage) {
  const answer = (request, session) => {
    const handle = handlers[routeOf(request)] ?? ((session) => fill(session, data))
    return new Response(String(handle(session)))
  }
  const handler = withSession({ cookie: sessionCookie(), storage }, answer)
  return { ...fetchApp(handler, mode), close: () => storage.close?.() }
}

/** The same Request, with a cookie as long as ours, and the same Response without a session. */
function bareApp(context) {
  const { workload, mode } = context
  const handler = async (request) => {
    routeOf(request)
    return new Response(request.headers.get('cookie') ? '1' : '0')
  }
  const storage = { cookie: createCookieSessionStorage, memory: createMemorySessionStorage }
  const { start } = cycle(context, storage[workload]())
  return { ...fetchApp(handler, mode), start }
}

const bare = 'fetch handler without sessions'
const ours = (workload, name, make, rest) => ({ workload, name, kind: 'ours', make, ...rest })

export const contestants = [
  ours('cookie', 'coatcheck cookie (sealed)', (context) =>
    cycle(context, createCookieSessionStorage()),
  ),
  ours('cookie', 'coatcheck cookie (signed)', (context) =>
    cycle(context, createCookieSessionStorage(), { encrypt: false }),
  ),
  ours('memory', 'coatcheck memory', (context) => cycle(context, createMemorySessionStorage())),
  ours('memory', 'coatcheck memory (signed id)', (context) =>
    cycle(context, createMemorySessionStorage(), { encrypt: false }),
  ),
  ours('fs', 'coatcheck fs', (context) =>
    cycle(context, createFsSessionStorage(`${context.folder}/coatcheck`)),
  ),
  { workload: ['cookie', 'memory'], name: bare, kind: 'base', make: bareApp },
  ours(
    'cookie',
    'coatcheck withSession, cookie (sealed)',
    (context) => app(context, createCookieSessionStorage()),
    { minus: bare },
  ),
  ours(
    'memory',
    'coatcheck withSession, memory',
    (context) => app(context, createMemorySessionStorage()),
    { minus: bare },
  ),
  ours(
    'heap',
    'coatcheck memory',
    ({ ttl }) => {
      const storage = createMemorySessionStorage({ idleTimeout: ttl / 1000 })
      return {
        async put(data) {
          const session = await storage.read(null)
          fill(session, data)
          return storage.save(session)
        },
        sweep: () => storage.deleteExpired(),
        close: () => storage.close(),
      }
    },
    { note: 'sweeps every minute; told to here' },
  ),
]
