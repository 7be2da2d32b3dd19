/*
 * What scripts bring along from older libraries: a session that is replaced, and properties of a session. In CommonJS, whose
 * scripts are not strict, nothing would be said of the second.
 */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { describe, it } from 'node:test'
import flash from 'connect-flash'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import { Session } from 'coatcheck'
import { session as expressSession } from 'coatcheck/express'
import { session as fastifySession } from 'coatcheck/fastify'
import { session as koaSession } from 'coatcheck/koa'
import { Browser, createParts, isConfig } from './parts/browser.ts'
import { express4 } from './parts/express-apps.ts'
import { Koa2 } from './parts/koa-apps.ts'
import { listening } from './parts/server.ts'

type Holder = { session: Session }
type Handle = (holder: Holder) => unknown
/** Serves these handlers by path, and tells of errors. */
type Start = (handlers: Record<string, Handle>, tell: (error: Error) => void) => Promise<Server>

function startExpress(make: typeof express): Start {
  return async (handlers, tell) => {
    const { cookie, storage } = createParts()
    const app = make()
    app.use(expressSession(cookie, storage))
    app.use((request, response, next) => {
      try {
        response.json(handlers[request.path]!(request))
      } catch (error) {
        next(error)
      }
    })
    app.use(((error, _, response, next) => {
      tell(error)
      if (response.headersSent) next(error)
      else response.status(500).end()
    }) as express.ErrorRequestHandler)
    return createServer(app)
  }
}

function startKoa(Framework: typeof Koa): Start {
  return async (handlers, tell) => {
    const { cookie, storage } = createParts()
    const app = new Framework()
    app.on('error', tell)
    app.use(koaSession(cookie, storage))
    app.use((ctx) => {
      ctx.body = JSON.stringify(handlers[ctx.path]!(ctx as never))
    })
    return createServer(app.callback())
  }
}

const startFastify: Start = async (handlers, tell) => {
  const { cookie, storage } = createParts()
  let server!: Server
  const serverFactory = (handle: Parameters<typeof createServer>[1]) =>
    (server = createServer(handle))
  const app = Fastify({ serverFactory: serverFactory as never })
  await app.register(fastifySession(cookie, storage))
  app.setErrorHandler((error, _, reply) => {
    tell(error as Error)
    return reply.code(500).send('')
  })
  for (const [path, handle] of Object.entries(handlers)) {
    app.get(path, async (request) => JSON.stringify(handle(request)))
  }
  await app.ready()
  return server
}

/** What a script that is not strict does with a session, which it gets as `session`. */
const sloppy = (code: string): ((session: object) => unknown) =>
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- here are no scripts that are not strict
  new Function('session', code) as never

for (const [name, start] of [
  ['Express 5', startExpress(express)],
  ['Express 4', startExpress(express4)],
  ['Koa 3', startKoa(Koa)],
  ['Koa 2', startKoa(Koa2)],
  ['Fastify 5', startFastify],
] as const) {
  describe(`a session in ${name}`, () => {
    const handlers: Record<string, Handle> = {
      '/login': ({ session }) => session.login('ada') ?? 'in',
      '/look': ({ session }) => session.userId ?? null,
      '/null': (holder) => (holder.session = null as never),
      '/another': (holder) => {
        holder.session.set('name', 'Ada')
        return (holder.session = { name: 'Eve' } as never)
      },
      '/delete': (holder) => delete (holder as Partial<Holder>).session,
      '/ended': (holder) => {
        holder.session.destroy()
        return (holder.session = null as never)
      },
      '/sloppy': ({ session }) => sloppy('session.userId = "eve"')(session),
    }

    it('is not replaced without a word: in other libraries that is the logout', async () => {
      const errors: Error[] = []
      const server = await listening(await start(handlers, (error) => errors.push(error)))
      try {
        const browser = new Browser(server.origin)
        await browser.text('/login')
        const { cookies } = browser
        for (const path of ['/null', '/another', '/delete', '/sloppy']) {
          assert.equal((await browser.send(path)).status, 500, path)
          const words = path === '/sloppy' ? /session\.login\(userId\)/ : /call destroy\(\)/
          isConfig(words)(errors.pop())
        }
        assert.equal(await browser.json('/look'), 'ada')
        assert.deepEqual([browser.cookies, errors], [cookies, []])
        // Who has ended it may take it away.
        assert.equal(await browser.json('/ended'), null)
        assert.equal(await browser.json('/look'), null)
        assert.deepEqual(errors, [])
      } finally {
        await server.close()
      }
    })
  })
}

describe('a property of a session', () => {
  const { cookie, storage } = createParts()
  expressSession(cookie, storage)

  it('is refused with what to write, be the script strict or not', async () => {
    const session = await storage.read(null)
    const strict = (code: string) => sloppy(`'use strict'; ${code}`)
    for (const script of [sloppy, strict]) {
      for (const [code, words] of [
        ['session.views = 1', /"views": write session\.set\("views", value\)/],
        ['session.userId = "ada"', /"userId".*call session\.login\(userId\)/],
        ['session.data = {}', /"data"/],
        ['session.get = 1', /"get"/],
      ] as const) {
        assert.throws(() => script(code)(session), isConfig(words), code)
      }
      assert.equal(script('return session.views')(session), undefined)
    }
    assert.deepEqual([session.userId, session.size, session.dirty], [undefined, 0, false])
  })

  it('is refused to connect-flash, which would keep the messages of all visitors in our method', async () => {
    const session = await storage.read(null)
    const request = { session } as { session: typeof session; flash(...args: string[]): unknown }
    flash()(request as never, {} as never, () => {})
    assert.throws(() => request.flash('info', 'for Ada alone'), isConfig(/"flash"/))
    assert.deepEqual(Object.keys(session.flash), [])
  })

  it('is the business of a class that extends Session', () => {
    class Visit extends Session {
      views = 0
    }
    const visit = new Visit()
    sloppy('session.views++; session.pages = 2')(visit)
    assert.deepEqual([visit.views, (visit as unknown as { pages: number }).pages], [1, 2])
  })
})
