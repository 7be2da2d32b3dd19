import { createServer } from 'node:http'
import { createRouter } from '@remix-run/fetch-router'
import { Elysia } from 'elysia'
import express from 'express'
import Fastify from 'fastify'
import { H3 } from 'h3'
import { Hono } from 'hono'
import Koa from 'koa'
import type { AppSession, Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { csrfToken } from 'coatcheck/csrf'
import { csrf as astroCsrf } from 'coatcheck/csrf/astro'
import { csrf as elysiaCsrf } from 'coatcheck/csrf/elysia'
import { csrf as expressCsrf } from 'coatcheck/csrf/express'
import { csrf as fastifyCsrf } from 'coatcheck/csrf/fastify'
import { withCsrf } from 'coatcheck/csrf/fetch'
import { csrf as routerCsrf } from 'coatcheck/csrf/fetch-router'
import { csrf as h3Csrf } from 'coatcheck/csrf/h3'
import { csrf as honoCsrf } from 'coatcheck/csrf/hono'
import { csrf as koaCsrf } from 'coatcheck/csrf/koa'
import { csrf as reactRouterCsrf } from 'coatcheck/csrf/react-router'
import { csrf as svelteKitCsrf } from 'coatcheck/csrf/sveltekit'
import { session as astroSession } from 'coatcheck/astro'
import { session as elysiaSession } from 'coatcheck/elysia'
import { session as expressSession } from 'coatcheck/express'
import { session as fastifySession } from 'coatcheck/fastify'
import { withSession } from 'coatcheck/fetch'
import { session as routerSession } from 'coatcheck/fetch-router'
import { session as h3Session } from 'coatcheck/h3'
import { session as honoSession } from 'coatcheck/hono'
import { session as koaSession } from 'coatcheck/koa'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session as reactRouterSession, sessionContext } from 'coatcheck/react-router'
import { session as svelteKitSession } from 'coatcheck/sveltekit'
import { express4 } from './express-apps.ts'
import { serving } from './fetch-server.ts'
import { reactRouterApp } from './react-router-app.ts'
import { listening } from './server.ts'

/*
 * An app in each framework: GET /form answers with a token, POST /buy notes the item of a form, GET /bought shows it.
 */

type Running = ReturnType<typeof listening>

function parts() {
  const secrets = ['a key of these tests: 9Yt2-Lm4x-Kq7R']
  return [createCookie('__Host-session', { secrets }), createMemorySessionStorage()] as const
}

function buy(session: AppSession | Session, item: unknown): string {
  session.set('bought', item)
  return 'ok'
}
const bought = (session: AppSession | Session): string => String(session.get('bought') ?? 'nothing')

/** What the handler of a fetch-like framework does, once it has the session. */
async function answer(request: Request, session: AppSession | Session): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/form') return new Response(await csrfToken(session))
  if (pathname === '/bought') return new Response(bought(session))
  const isForm = request.headers.get('Content-Type')?.includes('form') ?? false
  return new Response(buy(session, isForm ? (await request.formData()).get('item') : 'json'))
}

function inExpress(make: typeof express): Running {
  const app = make()
  app.set('env', 'test')
  app.use(expressSession(...parts()), make.urlencoded({ extended: false }), expressCsrf())
  app.get('/form', async (request, response) => {
    response.send(await csrfToken(request.session))
  })
  app.post('/buy', (request, response) => {
    response.send(buy(request.session, (request.body as { item?: string })?.item ?? 'json'))
  })
  app.get('/bought', (request, response) => {
    response.send(bought(request.session))
  })
  return listening(createServer(app))
}

async function inFastify(): Running {
  const app = Fastify()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  await app.register(fastifySession(...parts()))
  await app.register(fastifyCsrf())
  app.get('/form', (request) => csrfToken(request.session))
  app.post('/buy', async (request) =>
    buy(request.session, (request.body as { item?: string } | null)?.item ?? 'json'),
  )
  app.get('/bought', async (request) => bought(request.session))
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  return { origin, close: () => app.close() }
}

function inKoa(): Running {
  const app = new Koa()
  app.silent = true
  app.use(koaSession(...parts()))
  app.use(async (ctx, next) => {
    if (ctx.is('urlencoded')) {
      let text = ''
      for await (const chunk of ctx.req) text += chunk
      Object.assign(ctx.request, { body: Object.fromEntries(new URLSearchParams(text)) })
    }
    await next()
  })
  app.use(koaCsrf())
  app.use(async (ctx) => {
    const { body } = ctx.request as { body?: { item?: string } }
    if (ctx.path === '/form') ctx.body = await csrfToken(ctx.session)
    else if (ctx.path === '/bought') ctx.body = bought(ctx.session)
    else ctx.body = buy(ctx.session, body?.item ?? 'json')
  })
  return listening(createServer(app.callback()))
}

function inHono(): Running {
  const app = new Hono().use(honoSession(...parts()), honoCsrf()).all('*', async (c) => {
    if (c.req.path !== '/buy') return answer(c.req.raw, c.var.session)
    const { item = 'json' } = await c.req.parseBody()
    return c.text(buy(c.var.session, item))
  })
  return serving((request) => app.fetch(request))
}

function inH3(): Running {
  const app = new H3({ silent: true }).use(h3Session(...parts())).use(h3Csrf())
  app.all('/**', (event) => answer(event.req, event.context.session))
  return serving((request) => app.fetch(request))
}

function inElysia(): Running {
  const app = new Elysia()
    .use(elysiaSession(...parts()))
    .use(elysiaCsrf())
    .get('/form', ({ session }) => csrfToken(session))
    .get('/bought', ({ session }) => bought(session))
    .post('/buy', ({ session, body }) =>
      buy(session, (body as { item?: string } | undefined)?.item ?? 'json'),
    )
  return serving((request) => app.handle(request))
}

function inReactRouter(): Running {
  const middleware = [reactRouterSession(...parts()), reactRouterCsrf()]
  const respond = ({ request, context }: { request: Request; context: any }) =>
    answer(request, context.get(sessionContext))
  const route = { loader: respond, action: respond }
  return serving(reactRouterApp(middleware, { '/form': route, '/bought': route, '/buy': route }))
}

function inFetchRouter(): Running {
  const router = createRouter({ middleware: [routerSession(...parts()), routerCsrf()] })
  for (const path of ['/form', '/bought']) {
    router.get(path, (context) => answer(context.request, context.session))
  }
  router.post('/buy', (context) => answer(context.request, context.session))
  return serving((request) => router.fetch(request))
}

function inFetch(): Running {
  const [cookie, storage] = parts()
  return serving(withSession({ cookie, storage }, withCsrf(answer)))
}

type Locals = { session: AppSession }

function inSvelteKit(): Running {
  const handles = [svelteKitSession(...parts()), svelteKitCsrf()] as const
  return serving((request) => {
    const event = { request, locals: {} as Locals, cookies: { set() {} } }
    return handles[0]({
      event,
      resolve: (outer) =>
        handles[1]({ event: outer, resolve: () => answer(request, event.locals.session) }),
    })
  })
}

function inAstro(): Running {
  const first = astroSession(...parts())
  const second = astroCsrf()
  return serving((request) => {
    const context = { request, locals: {} as Locals }
    return first(context, () => second(context, () => answer(request, context.locals.session)))
  })
}

export const csrfApps: Record<string, () => Running> = {
  'Express 5': () => inExpress(express),
  'Express 4': () => inExpress(express4),
  Fastify: inFastify,
  Koa: inKoa,
  Hono: inHono,
  h3: inH3,
  Elysia: inElysia,
  'React Router': inReactRouter,
  'fetch-router': inFetchRouter,
  'the Fetch API': inFetch,
  'SvelteKit, by its interface': inSvelteKit,
  'Astro, by its interface': inAstro,
}
