// Whole servers of each framework with the same three pages.
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { liveServer } from './live-server.mjs'
import { fill, plainCookie } from './payload.mjs'

/** What the pages do with a session that has get() and set(). */
export const methods = {
  start: (session, data) => fill(session, data),
  ro: (session) => session.get('count'),
  rw(session) {
    const count = session.get('count')
    session.set('count', count + 1)
    return count
  },
}
/** The same with one that has its values as properties. */
export const properties = {
  start: (session, data) => void Object.assign(session, data),
  ro: (session) => session.count,
  rw: (session) => session.count++,
}
/** The same with one that gives and takes all of its values at once, later. */
export const wholes = {
  start: (session, data) => session.update(data),
  ro: async (session) => (await session.get()).count,
  async rw(session) {
    const data = await session.get()
    await session.update({ ...data, count: data.count + 1 })
    return data.count
  },
}
/** The same with what lib/by-hand.mjs opens; its /start is answered before any page. */
export const byHand = {
  ro: ({ data }) => data.count,
  rw({ data, keep }) {
    const { count } = data
    data.count = count + 1
    keep(data)
    return count
  },
}

/** hono-sessions sends its cookie twice, and the later one counts. */
function lastOfEach(setCookies) {
  const nameOf = (line) => line.slice(0, line.indexOf('='))
  return Array.from(new Map(setCookies.map((line) => [nameOf(line), line])).values())
}

/** An app that `build` makes: it gives what node:http takes, and calls `page(name, session)` in its handlers. */
export const app = (build, pages) => async (context) => {
  let count
  const answer = (value) => {
    count = value
    return 'ok'
  }
  const page = (name, session) => {
    if (pages === undefined) return 'ok'
    const value = pages[name](session, context.data)
    return value instanceof Promise ? value.then(answer) : answer(value)
  }
  const { exchange, close } = await liveServer(await build(page, context))
  return {
    start: async () => (pages ? lastOfEach(await exchange('/start')) : plainCookie(context)),
    async request(header) {
      const setCookie = await exchange(`/${context.mode}`, header)
      return pages ? { count, setCookie } : { setCookie: plainCookie(context) }
    },
    inspect: ({ count, setCookie }) => ({ count, setCookie: lastOfEach(setCookie) }),
    close,
  }
}

/** `middleware(context)` makes what the app uses first. */
export const expressApp = (middleware) => (page, context) => {
  const server = express()
  if (middleware !== undefined) server.use(middleware(context))
  for (const name of ['start', 'ro', 'rw']) {
    server.get(`/${name}`, (request, response) => response.send(page(name, request.session)))
  }
  return server
}

export const koaApp = (middleware) => (page, context) => {
  const server = new Koa()
  if (middleware !== undefined) server.use(middleware(context, server))
  server.use((ctx) => {
    ctx.body = page(ctx.path.slice(1), ctx.session)
  })
  return server.callback()
}

export const fastifyApp = (register) => async (page, context) => {
  const server = Fastify()
  await register?.(server, context)
  for (const name of ['start', 'ro', 'rw']) {
    server.get(`/${name}`, (request, reply) => void reply.send(page(name, request.session)))
  }
  await server.ready()
  return server.routing
}

export const honoApp = (middleware) => (page, context) => {
  const server = new Hono()
  if (middleware !== undefined) server.use(middleware(context))
  for (const name of ['start', 'ro', 'rw']) {
    server.get(`/${name}`, async (c) => c.text(await page(name, c.get('session'))))
  }
  return getRequestListener(server.fetch)
}
