// Whole servers, with the sessions of each framework's own libraries and with ours.
import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import express from 'express'
import expressSession from 'express-session'
import Fastify from 'fastify'
import Koa from 'koa'
import koaSession from 'koa-session'
import { session as forExpress } from '../../dist/frameworks/express.js'
import { session as forFastify } from '../../dist/frameworks/fastify.js'
import { session as forKoa } from '../../dist/frameworks/koa.js'
import { createMemorySessionStorage } from '../../dist/storages/memory.js'
import { sessionCookie } from '../lib/coatcheck-cycle.mjs'
import { attributes, sessionOptions } from '../lib/connect-app.mjs'
import { liveServer } from '../lib/live-server.mjs'
import { fill, plainCookie, secret } from '../lib/payload.mjs'

const ours = () => [sessionCookie(), createMemorySessionStorage()]

/** What the pages do with a session that has get() and set(). */
const methods = {
  start: (session, data) => fill(session, data),
  ro: (session) => session.get('count'),
  rw(session) {
    const count = session.get('count')
    session.set('count', count + 1)
    return count
  },
}
/** The same with one that has its values as properties. */
const properties = {
  start: (session, data) => void Object.assign(session, data),
  ro: (session) => session.count,
  rw: (session) => session.count++,
}

/** An app that `build` makes: it gives what node:http takes, and calls `page(name, session)` in its handlers. */
const app = (build, pages) => async (context) => {
  let count
  const page = (name, session) => {
    if (pages === undefined) return 'ok'
    count = pages[name](session, context.data)
    return 'ok'
  }
  const { exchange, close } = await liveServer(await build(page))
  return {
    start: () => (pages === undefined ? plainCookie(context) : exchange('/start')),
    async request(header) {
      const setCookie = await exchange(`/${context.mode}`, header)
      return pages === undefined ? { setCookie: plainCookie(context) } : { count, setCookie }
    },
    close,
  }
}

const expressApp = (middleware) => (page) => {
  const server = express()
  if (middleware !== undefined) server.use(middleware())
  for (const name of ['start', 'ro', 'rw']) {
    server.get(`/${name}`, (request, response) => response.send(page(name, request.session)))
  }
  return server
}

const koaApp = (middleware) => (page) => {
  const server = new Koa()
  if (middleware !== undefined) server.use(middleware(server))
  server.use((ctx) => {
    ctx.body = page(ctx.path.slice(1), ctx.session)
  })
  return server.callback()
}

const fastifyApp = (register) => async (page) => {
  const server = Fastify()
  await register?.(server)
  for (const name of ['start', 'ro', 'rw']) {
    server.get(`/${name}`, (request, reply) => void reply.send(page(name, request.session)))
  }
  await server.ready()
  return server.routing
}

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

function koaSessions(server) {
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

function rows(framework, base, mine, [library, peer, pages]) {
  const minus = `${framework} without sessions`
  const workload = 'servers'
  return [
    { workload, name: minus, kind: 'base', make: app(base) },
    {
      workload,
      name: `${framework} with coatcheck`,
      kind: 'ours',
      minus,
      make: app(mine, methods),
    },
    { workload, name: `${framework} with ${library}`, kind: 'peer', minus, make: app(peer, pages) },
  ]
}

export const contestants = [
  ...rows(
    'express',
    expressApp(),
    expressApp(() => forExpress(...ours())),
    ['express-session', expressApp(expressSessions), properties],
  ),
  ...rows(
    'koa',
    koaApp(),
    koaApp(() => forKoa(...ours())),
    ['koa-session', koaApp(koaSessions), properties],
  ),
  ...rows(
    'fastify',
    fastifyApp(),
    fastifyApp((server) => server.register(forFastify(...ours()))),
    ['@fastify/session', fastifyApp(registerFastifySession), methods],
  ),
]
