import fastifyCookie from '@fastify/cookie'
import secureSession from '@fastify/secure-session'
import fastifySession from '@fastify/session'
import Fastify from 'fastify'
import { exchange } from '../lib/node-http.mjs'
import { fill, plainCookie, secret } from '../lib/payload.mjs'

const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' }

/** The plugin's own functions: no request, no reply, no framework. */
async function secureSessionCycle({ mode, data }) {
  const app = Fastify()
  await app.register(secureSession, {
    key: Buffer.alloc(32, 7),
    cookieName: 'session',
    cookie: attributes,
  })
  await app.ready()
  const setCookie = (session) =>
    app.serializeCookie('session', app.encodeSecureSession(session), attributes)
  return {
    start() {
      const session = app.createSecureSession({})
      fill(session, data)
      return setCookie(session)
    },
    request(header) {
      const session = app.decodeSecureSession(app.parseCookie(header).session)
      const count = session.get('count')
      if (mode === 'ro') return { count }
      session.set('count', count + 1)
      return { count, setCookie: setCookie(session) }
    },
  }
}

async function bareApp(context) {
  const { mode } = context
  const app = Fastify()
  await app.register(fastifyCookie)
  app.get('/ro', (request, reply) => void reply.send(request.cookies.session))
  app.get('/rw', (request, reply) => {
    reply.setCookie('session', request.cookies.session, attributes).send('ok')
  })
  await app.ready()
  return {
    start: () => plainCookie(context),
    request: (header) => exchange(app.routing, `/${mode}`, header),
  }
}

async function sessionApp({ mode, data, ttl = 3_600_000, store }) {
  const app = Fastify()
  await app.register(fastifyCookie)
  await app.register(fastifySession, {
    secret,
    store,
    cookieName: 'session',
    cookie: { ...attributes, secure: 'auto', maxAge: ttl },
    saveUninitialized: false,
    rolling: false,
  })
  let count
  app.get('/start', ({ session }, reply) => {
    fill(session, data)
    reply.send('ok')
  })
  app.get('/ro', ({ session }, reply) => {
    count = session.get('count')
    reply.send('ok')
  })
  app.get('/rw', ({ session }, reply) => {
    count = session.get('count')
    session.set('count', count + 1)
    reply.send('ok')
  })
  await app.ready()
  return {
    start: () => exchange(app.routing, '/start'),
    async request(header) {
      const setCookie = await exchange(app.routing, `/${mode}`, header)
      return { count, setCookie }
    },
    put(newData) {
      data = newData
      return exchange(app.routing, '/start')
    },
  }
}

const bare = 'fastify without sessions'

export const contestants = [
  {
    workload: 'cookie',
    name: '@fastify/secure-session (sealed)',
    kind: 'peer',
    make: secureSessionCycle,
  },
  { workload: 'memory', name: bare, kind: 'base', make: bareApp },
  {
    workload: 'memory',
    name: '@fastify/session memory',
    kind: 'peer',
    minus: bare,
    make: sessionApp,
  },
  {
    workload: 'heap',
    name: '@fastify/session memory',
    kind: 'peer',
    async make({ ttl }) {
      const { put } = await sessionApp({ ttl, store: new fastifySession.MemoryStore() })
      return { put }
    },
  },
]
