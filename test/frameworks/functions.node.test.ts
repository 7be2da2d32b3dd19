/* Functions of AWS Lambda, Vercel and Netlify, in the shapes in which these call them, through the adapters that Hono and h3 have. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import type { AppSession } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { session as h3Session } from 'coatcheck/h3'
import { session as honoSession } from 'coatcheck/hono'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session as nodeSession } from 'coatcheck/node'
import { H3, redirect, toNodeHandler } from 'h3'
import { Hono } from 'hono'
import { handle as toLambda } from 'hono/aws-lambda'
import { handle as toNetlify } from 'hono/netlify'
import { handle as toVercel } from 'hono/vercel'
import { sessionCookie } from './entries.ts'
import { fronts, type LambdaHandler, through } from './parts/lambda.ts'
import { listening } from './parts/server.ts'
import { type Serve, Visitor } from './visitor.ts'

type Storage = ReturnType<typeof createMemorySessionStorage>

const ownCookies = ['theme=dark; Path=/', 'language=en; Path=/']

function logIn(session: AppSession): void {
  session.login('ada')
  session.flash('notice', 'welcome')
}

const look = (session: AppSession) => [session.userId ?? null, session.get('notice') ?? null]

function honoApp(storage: Storage): Hono {
  const app = new Hono()
  app
    .use(honoSession(sessionCookie(), storage))
    .get('/', (c) => c.json(look(c.var.session)))
    .post('/login', async (c) => {
      assert.equal(await c.req.text(), 'name=ada')
      for (const line of ownCookies) c.header('Set-Cookie', line, { append: true })
      logIn(c.var.session)
      return c.redirect('/', 303)
    })
    .post('/logout', (c) => {
      c.var.session.destroy()
      return c.redirect('/', 303)
    })
  return app
}

function h3App(storage: Storage): H3 {
  return new H3()
    .use(h3Session(sessionCookie(), storage))
    .get('/', ({ context }) => look(context.session))
    .post('/login', async (event) => {
      assert.equal(await event.req.text(), 'name=ada')
      for (const line of ownCookies) event.res.headers.append('Set-Cookie', line)
      logIn(event.context.session)
      return redirect('/', 303)
    })
    .post('/logout', ({ context }) => {
      context.session.destroy()
      return redirect('/', 303)
    })
}

async function answer(request: Request, session: AppSession): Promise<Response> {
  const { pathname } = new URL(request.url)
  const headers = new Headers({ Location: '/' })
  if (pathname === '/login') {
    assert.equal(await request.text(), 'name=ada')
    for (const line of ownCookies) headers.append('Set-Cookie', line)
    logIn(session)
  } else if (pathname === '/logout') session.destroy()
  else return Response.json(look(session))
  return new Response(null, { status: 303, headers })
}

/** h3's own server layer, which is installed with it. */
const srvx = createRequire(createRequire(import.meta.url).resolve('h3')).resolve('srvx/aws-lambda')
const { toLambdaHandler } = (await import(pathToFileURL(srvx).href)) as {
  toLambdaHandler(options: { fetch(request: Request): unknown }): LambdaHandler
}

const ofHono = (storage: Storage) => toLambda(honoApp(storage)) as LambdaHandler
const ofH3 = (storage: Storage) => toLambdaHandler({ fetch: h3App(storage).fetch })

/** By default it replaces the global `Response`, and then h3, in the same process here, does not know its own. */
const ofHonoOnNode = (storage: Storage) =>
  getRequestListener(honoApp(storage).fetch, { overrideGlobalObjects: false })

/** What Vercel's older signature passes: Node's own request and response, with helpers on them. */
function withHelpers(listener: (request: never, response: never) => unknown): RequestListener {
  return (request, response) => {
    const url = new URL(request.url!, 'https://shop.example')
    const cookies = Object.fromEntries(
      (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=')),
    )
    Object.assign(request, { query: Object.fromEntries(url.searchParams), cookies })
    Object.assign(response, {
      status(code: number) {
        response.statusCode = code
        return response
      },
      redirect: (code: number, to: string) => response.writeHead(code, { Location: to }).end(),
      json: (value: unknown) =>
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value)),
    })
    void listener(request as never, response as never)
  }
}

interface VercelResponse {
  redirect(code: number, to: string): void
  json(value: unknown): void
  setHeader(name: string, value: string | string[]): void
}

function nodeFunction(storage: Storage) {
  const serve = nodeSession(sessionCookie(), storage)
  return (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]) =>
    serve(request, response, (session) => {
      const helped = response as unknown as VercelResponse
      if (request.url === '/') return helped.json(look(session))
      if (request.url === '/login') {
        helped.setHeader('Set-Cookie', ownCookies)
        logIn(session)
      } else session.destroy()
      return helped.redirect(303, '/')
    })
}

/** Serves the requests of a visitor with a listener of Node, over a real connection. */
function overHttp(makeListener: () => RequestListener): Serve {
  return async (request) => {
    const server = await listening(createServer(makeListener()))
    try {
      const { method, headers } = request
      const body = method === 'POST' ? await request.text() : null
      const url = server.origin + new URL(request.url).pathname
      const response = await fetch(url, { method, headers, body, redirect: 'manual' })
      return new Response(await response.text(), {
        status: response.status,
        headers: response.headers,
      })
    } finally {
      await server.close()
    }
  }
}

/** Each makes a function of a storage. It is called for each request, as if each started a machine of its own. */
const functions: Record<string, (storage: Storage) => Serve> = {
  'AWS Lambda, HTTP API, Hono': (storage) => through(fronts.httpApi, ofHono(storage)),
  'AWS Lambda, REST API, Hono': (storage) => through(fronts.restApi, ofHono(storage)),
  'AWS Lambda, load balancer, Hono': (storage) => through(fronts.loadBalancer, ofHono(storage)),
  'AWS Lambda, HTTP API, h3': (storage) => through(fronts.httpApi, ofH3(storage)),
  'AWS Lambda, REST API, h3': (storage) => through(fronts.restApi, ofH3(storage)),
  'Netlify, event, Hono': (storage) => through(fronts.netlify, ofHono(storage)),
  'Netlify, event, h3': (storage) => through(fronts.netlify, ofH3(storage)),
  'Netlify, (request, context), Hono': (storage) => {
    const serve = toNetlify(honoApp(storage))
    return async (request) => serve(request, { ip: '203.0.113.7' })
  },
  'Netlify, (request, context), fetch': (storage) => {
    const serve = withSession(
      { cookie: sessionCookie(), storage },
      (request, session, context: { ip: string }) => {
        assert.equal(context.ip, '203.0.113.7')
        return answer(request, session)
      },
    )
    return (request) => serve(request, { ip: '203.0.113.7' })
  },
  'Vercel, (request), Hono': (storage) => {
    const serve = toVercel(honoApp(storage))
    return async (request) => serve(request)
  },
  'Vercel, (request), fetch': (storage) =>
    withSession({ cookie: sessionCookie(), storage }, answer),
  'Vercel, (req, res), Hono': (storage) =>
    overHttp(() => withHelpers(ofHonoOnNode(storage) as never)),
  'Vercel, (req, res), h3': (storage) =>
    overHttp(() => withHelpers(toNodeHandler(h3App(storage)) as never)),
  'Vercel, (req, res), node': (storage) =>
    overHttp(() => withHelpers(nodeFunction(storage) as never)),
}

const read = async (visitor: Visitor) => JSON.parse(await visitor.text('/')) as unknown
const namesOf = (response: Response) =>
  response.headers.getSetCookie().map((line) => line.slice(0, line.indexOf('=')))

/** What a visitor does. Returns a copy of the browser from before the logout. */
async function story(serve: Serve): Promise<Visitor> {
  const visitor = new Visitor(serve)
  const stranger = await visitor.get('/')
  assert.deepEqual([await stranger.json(), namesOf(stranger)], [[null, null], []])

  const login = await visitor.post('/login', { name: 'ada' })
  assert.deepEqual([login.status, login.headers.get('Location')], [303, '/'])
  assert.deepEqual(namesOf(login).toSorted(), ['language', 'session', 'theme'])

  assert.deepEqual(await read(visitor), ['ada', 'welcome'])
  assert.deepEqual(await read(visitor), ['ada', null])

  const copy = visitor.copy()
  await visitor.post('/logout')
  assert.equal(visitor.jar.value('session'), undefined)
  assert.deepEqual(await read(visitor), [null, null])
  return copy
}

describe('A function keeps sessions', () => {
  for (const [name, make] of Object.entries(functions)) {
    it(`in a store: ${name}`, async () => {
      const storage = createMemorySessionStorage()
      const copy = await story((request) => make(storage)(request))
      assert.deepEqual(await read(copy), [null, null])
    })

    it(`in the cookie, when each request starts another machine: ${name}`, async () => {
      await story((request) => make(createCookieSessionStorage() as never)(request))
    })
  }

  it('and loses cookies behind a load balancer without multi-value headers, as the guide says', async () => {
    const visitor = new Visitor(
      through(fronts.plainLoadBalancer, ofHono(createMemorySessionStorage())),
    )
    assert.deepEqual(namesOf(await visitor.post('/login', { name: 'ada' })), ['theme'])
  })
})
