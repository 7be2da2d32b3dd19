// connect-style middleware, driven with stand-ins for req and res whose own cost is taken off.
import cookieSession from 'cookie-session'
import expressSession from 'express-session'
import createMemoryStore from 'memorystore'
import { exchange } from '../lib/node-http.mjs'
import { plainCookie, secret } from '../lib/payload.mjs'

const attributes = { httpOnly: true, sameSite: 'lax', path: '/' }

function connectApp({ mode, data }, middleware) {
  let count
  const routes = {
    '/start': (session) => Object.assign(session, data),
    '/ro': (session) => (count = session.count),
    '/rw': (session) => {
      count = session.count
      session.count = count + 1
    },
  }
  const handle = (req, res) =>
    new Promise((resolve, reject) => {
      middleware(req, res, (error) => {
        if (error) return reject(error)
        routes[req.url](req.session)
        res.end('ok')
        resolve()
      })
    })
  return {
    start: () => exchange(handle, '/start'),
    async request(header) {
      const setCookie = await exchange(handle, `/${mode}`, header)
      return { count, setCookie }
    },
  }
}

const bare = 'req and res without sessions'
const bareApp = (context) => ({
  start: () => plainCookie(context),
  request: (header) => exchange((_req, res) => res.end('ok'), '/', header),
})

const heapStore =
  (make) =>
  ({ ttl }) => {
    const store = make()
    const cookie = { ...attributes, originalMaxAge: ttl, maxAge: ttl }
    return {
      put(data) {
        const id = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url')
        const expires = new Date(Date.now() + ttl)
        store.set(id, { ...data, cookie: { ...cookie, expires } }, () => {})
      },
    }
  }

export const contestants = [
  { workload: ['cookie', 'memory'], name: bare, kind: 'base', make: bareApp },
  {
    workload: 'cookie',
    name: 'cookie-session (signed, SHA-1)',
    kind: 'peer',
    minus: bare,
    make: (context) =>
      connectApp(
        context,
        cookieSession({ ...attributes, name: 'session', keys: [secret], secure: true }),
      ),
  },
  {
    workload: 'memory',
    name: 'express-session memory',
    kind: 'peer',
    minus: bare,
    make: (context) =>
      connectApp(
        context,
        expressSession({
          name: 'session',
          secret,
          resave: false,
          saveUninitialized: false,
          store: new expressSession.MemoryStore(),
          cookie: { ...attributes, secure: 'auto', maxAge: 3_600_000 },
        }),
      ),
  },
  {
    workload: 'heap',
    name: 'express-session MemoryStore',
    kind: 'peer',
    make: heapStore(() => new expressSession.MemoryStore()),
  },
  {
    workload: 'heap',
    name: 'express-session + memorystore',
    kind: 'peer',
    note: 'sweeps every second',
    make: heapStore(() => new (createMemoryStore(expressSession))({ checkPeriod: 1000 })),
  },
]
