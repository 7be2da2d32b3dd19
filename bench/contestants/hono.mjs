// Both libraries exist as Hono middleware only: a whole app is measured, less the app without them.
import { useSession } from '@hono/session'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { CookieStore, MemoryStore, sessionMiddleware } from 'hono-sessions'
import { fetchApp } from '../lib/fetch-app.mjs'
import { fill, plainCookie, secret } from '../lib/payload.mjs'

const attributes = { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' }

function bareApp(context) {
  const { mode } = context
  const app = new Hono()
  app.get('/ro', (context) => context.text(getCookie(context, 'session')))
  app.get('/rw', (context) => {
    setCookie(context, 'session', getCookie(context, 'session'), attributes)
    return context.text('1')
  })
  return { ...fetchApp(app.fetch, mode), start: () => plainCookie(context) }
}

function honoSessions({ mode, data }, options) {
  const app = new Hono()
  app.use(
    '*',
    sessionMiddleware({ expireAfterSeconds: 3600, cookieOptions: attributes, ...options }),
  )
  app.get('/start', (context) => {
    fill(context.get('session'), data)
    return context.text('ok')
  })
  app.get('/rw', (context) => {
    const session = context.get('session')
    const count = session.get('count')
    session.set('count', count + 1)
    return context.text(String(count))
  })
  app.get('/ro', (context) => context.text(String(context.get('session').get('count'))))
  return lastCookieOnly(fetchApp(app.fetch, mode))
}

function honoSession({ mode, data }, entries) {
  const app = new Hono()
  if (entries) {
    const storage = {
      get: (id) => entries.get(id) ?? null,
      set: (id, value) => void entries.set(id, value),
      delete: (id) => void entries.delete(id),
    }
    app.use('*', async (context, next) => {
      context.set('sessionStorage', storage)
      await next()
    })
  }
  app.use('*', useSession({ secret, duration: { absolute: 3600 } }))
  app.get('/start', async (context) => {
    await context.var.session.update(data)
    return context.text('ok')
  })
  app.get('/rw', async (context) => {
    const current = await context.var.session.get()
    await context.var.session.update({ ...current, count: current.count + 1 })
    return context.text(String(current.count))
  })
  app.get('/ro', async (context) => {
    const { count } = await context.var.session.get()
    return context.text(String(count))
  })
  return lastCookieOnly(fetchApp(app.fetch, mode))
}

/** hono-sessions sends its cookie twice, and the later one counts. */
function lastCookieOnly(app) {
  const last = (setCookies) => setCookies.slice(-1)
  return {
    ...app,
    start: async () => last(await app.start()),
    setCookieOf: (response) => last(app.setCookieOf(response)),
    async inspect(response) {
      const { count, setCookie } = await app.inspect(response)
      return { count, setCookie: last(setCookie) }
    },
  }
}

const bare = 'hono without sessions'

export const contestants = [
  { workload: ['cookie', 'memory'], name: bare, kind: 'base', make: bareApp },
  {
    workload: 'cookie',
    name: 'hono-sessions app, cookie (sealed)',
    kind: 'peer',
    minus: bare,
    make: (context) => honoSessions(context, { store: new CookieStore(), encryptionKey: secret }),
  },
  {
    workload: 'cookie',
    name: '@hono/session app, cookie (sealed)',
    kind: 'peer',
    minus: bare,
    make: (context) => honoSession(context),
  },
  {
    workload: 'memory',
    name: 'hono-sessions app, memory',
    kind: 'peer',
    minus: bare,
    note: 'id cookie neither signed nor sealed',
    make: (context) => honoSessions(context, { store: new MemoryStore() }),
  },
  {
    workload: 'memory',
    name: '@hono/session app, Map',
    kind: 'peer',
    minus: bare,
    make: (context) => honoSession(context, new Map()),
  },
  {
    workload: 'heap',
    name: 'hono-sessions MemoryStore',
    kind: 'peer',
    make({ ttl }) {
      const store = new MemoryStore()
      return {
        put(data) {
          const id = Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString('base64url')
          const values = Object.entries(data).map(([key, value]) => [key, { value, flash: false }])
          store.createSession(id, {
            _data: Object.fromEntries(values),
            _expire: new Date(Date.now() + ttl).toISOString(),
            _delete: false,
            _accessed: new Date().toISOString(),
          })
        },
      }
    },
  },
]
