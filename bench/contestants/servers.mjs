// Whole servers, with the sessions of each framework's own libraries, with ours, and with sessions by hand.
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { useSession } from '@hono/session'
import expressSession from 'express-session'
import { MemoryStore, sessionMiddleware } from 'hono-sessions'
import koaSession from 'koa-session'
import { session as forExpress } from '../../dist/frameworks/express.js'
import { session as forFastify } from '../../dist/frameworks/fastify.js'
import { session as forHono } from '../../dist/frameworks/hono.js'
import { session as forKoa } from '../../dist/frameworks/koa.js'
import { createMemorySessionStorage } from '../../dist/storages/memory.js'
import { createMapSessions } from '../lib/by-hand.mjs'
import { sessionCookie } from '../lib/coatcheck-cycle.mjs'
import { attributes, sessionOptions } from '../lib/connect-app.mjs'
import { secret } from '../lib/payload.mjs'
import {
  app,
  byHand,
  expressApp,
  fastifyApp,
  honoApp,
  koaApp,
  methods,
  properties,
  wholes,
} from '../lib/server-apps.mjs'

const ours = () => [sessionCookie(), createMemorySessionStorage()]

async function registerFastifySession(server) {
  await server.register(fastifyCookie)
  await server.register(fastifySession, {
    secret,
    cookieName: 'session',
    cookie: { ...attributes, secure: false, maxAge: 3_600_000 },
    saveUninitialized: false,
    rolling: false,
  })
}

/** Keeps sessions in the process, as text, so that no two requests share an object. */
function mapStore() {
  const texts = new Map()
  return {
    get: (key) => JSON.parse(texts.get(key) ?? 'null'),
    set: (key, session) => void texts.set(key, JSON.stringify(session)),
    destroy: (key) => void texts.delete(key),
  }
}

function koaSessions(_context, server) {
  server.keys = [secret]
  const options = { ...attributes, key: 'session', maxAge: 3_600_000, store: mapStore() }
  return koaSession(options, server)
}

const expressSessions = () =>
  expressSession({
    ...sessionOptions,
    cookie: { ...sessionOptions.cookie, secure: false },
    store: new expressSession.MemoryStore(),
  })

const honoSessions = () =>
  sessionMiddleware({
    store: new MemoryStore(),
    expireAfterSeconds: 3600,
    cookieOptions: { ...attributes, sameSite: 'Lax' },
  })

function honoSession() {
  const entries = new Map()
  const storage = {
    get: (id) => entries.get(id) ?? null,
    set: (id, value) => void entries.set(id, value),
    delete: (id) => void entries.delete(id),
  }
  const use = useSession({ secret, duration: { absolute: 3600 } })
  return (c, next) => {
    c.set('sessionStorage', storage)
    return use(c, next)
  }
}

/** `open(path, header)`: the session, or the Set-Cookie of a new one where the path is /start. */
function openByHand({ data }) {
  const sessions = createMapSessions()
  return (path, header) =>
    path === '/start' ? { setCookie: sessions.begin(data) } : sessions.open(header)
}

const expressByHand = (context) => {
  const open = openByHand(context)
  return (request, response, next) => {
    const session = open(request.url, request.headers.cookie)
    if (session.setCookie) return response.setHeader('Set-Cookie', session.setCookie).end()
    request.session = session
    next()
  }
}
const koaByHand = (context) => {
  const open = openByHand(context)
  return (ctx, next) => {
    const session = open(ctx.url, ctx.headers.cookie)
    if (session.setCookie) {
      ctx.set('Set-Cookie', session.setCookie)
      ctx.body = ''
      ctx.status = 200
      return undefined
    }
    ctx.session = session
    return next()
  }
}
const fastifyByHand = (server, context) => {
  const open = openByHand(context)
  server.decorateRequest('session')
  server.addHook('onRequest', (request, reply, done) => {
    const session = open(request.url, request.headers.cookie)
    if (session.setCookie) return void reply.header('Set-Cookie', session.setCookie).send('')
    request.session = session
    done()
  })
}
const honoByHand = (context) => {
  const open = openByHand(context)
  return (c, next) => {
    const session = open(c.req.path, c.req.header('cookie'))
    if (session.setCookie) return c.text('', 200, { 'Set-Cookie': session.setCookie })
    c.set('session', session)
    return next()
  }
}

function rows(framework, build, mine, hand, ...peers) {
  const minus = `${framework} without sessions`
  const row = (kind, library, make, note) => {
    return { workload: 'servers', name: `${framework} with ${library}`, kind, minus, make, note }
  }
  return [
    { workload: 'servers', name: minus, kind: 'base', make: app(build()) },
    row('ours', 'coatcheck', app(build(mine), methods)),
    row('limit', 'a Map by hand', app(build(hand), byHand)),
    ...peers.map(([library, pages, middleware, note]) =>
      row('peer', library, app(build(middleware), pages), note),
    ),
  ]
}

export const contestants = [
  ...rows('express', expressApp, () => forExpress(...ours()), expressByHand, [
    'express-session',
    properties,
    expressSessions,
  ]),
  ...rows('koa', koaApp, () => forKoa(...ours()), koaByHand, [
    'koa-session',
    properties,
    koaSessions,
  ]),
  ...rows(
    'fastify',
    fastifyApp,
    (server) => server.register(forFastify(...ours())),
    fastifyByHand,
    ['@fastify/session', methods, registerFastifySession],
  ),
  ...rows(
    'hono',
    honoApp,
    () => forHono(...ours()),
    honoByHand,
    ['hono-sessions', methods, honoSessions, 'id cookie neither signed nor sealed'],
    ['@hono/session', wholes, honoSession],
  ),
]
