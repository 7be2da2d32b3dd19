// Compiled, never run: handlers get the session of the storage's type.
import { createRouter, type MiddlewareContext } from '@remix-run/fetch-router'
import { Session, type Cookie, type SessionConflictError, type StoreError } from 'coatcheck'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session as elysiaSession } from 'coatcheck/elysia'
import { session as honoSession } from 'coatcheck/hono'
import { session as reactRouterSession } from 'coatcheck/react-router'
import { Elysia } from 'elysia'
import { Hono } from 'hono'
import { createContext, type LoaderFunctionArgs } from 'react-router'
import { z } from 'zod'
import { exactly } from './equal.ts'

type Data = { count: number }
type Flash = { notice: string }

export function fetching(cookie: Cookie): void {
  const storage = createMemorySessionStorage<Data, Flash>()
  const serve = withSession({ cookie, storage }, (request, current) => {
    exactly<Request>()(request)
    exactly<Session<Data, Flash>>()(current)
    // @ts-expect-error -- no such key
    current.set('other', 1)
    return new Response()
  })
  exactly<(request: Request) => Promise<Response>>()(serve)

  const schema = z.object({ count: z.number().optional() })
  withSession({ cookie, storage: createMemorySessionStorage({ schema }) }, async (_, current) => {
    exactly<number | undefined>()(current.get('count'))
    return new Response()
  })
  withSession({ cookie, storage: createMemorySessionStorage() }, (_, current) => {
    exactly<Session>()(current)
    return new Response()
  })

  const options = {
    cookie,
    storage,
    onStoreError(error: StoreError | SessionConflictError, request: Request) {
      return new Response(`${error.code} ${request.url}`)
    },
  }
  withSession(options, () => new Response())
  // @ts-expect-error -- a handler answers with a Response
  withSession({ cookie, storage }, () => 'a page')
  // @ts-expect-error -- a cookie is not its name
  withSession({ cookie: 'session', storage }, () => new Response())
  // @ts-expect-error -- no storage
  withSession({ cookie }, () => new Response())
}

export function routing(cookie: Cookie): void {
  const storage = createMemorySessionStorage<Data, Flash>()
  const router = createRouter({ middleware: [session(cookie, storage)] })
  router.get('/users/:id', (context) => {
    exactly<Session<Data, Flash>>()(context.get(Session))
    exactly<Session<Data, Flash>>()(context.session)
    exactly<string>()(context.params.id)
    // @ts-expect-error -- another type
    context.session.set('count', 'one')
    // @ts-expect-error -- no such message
    context.get(Session).flash('other', 'hello')
    return new Response()
  })

  type Context = MiddlewareContext<[ReturnType<typeof session<Data, Flash>>]>
  router.get('/named', ({ session: current }: Context) => {
    exactly<Session<Data, Flash>>()(current)
    return new Response()
  })

  type Unnamed = MiddlewareContext<[ReturnType<typeof session>]>
  const unnamed = ({ get, session: current }: Unnamed) => {
    exactly<Session>()(get(Session))
    current.login('ada')
    return new Response(String(get(Session).get('count')))
  }
  router.get('/unnamed', unnamed)

  const untyped = createRouter({ middleware: [session(cookie, createMemorySessionStorage())] })
  untyped.get('/', ({ get, session: current }) => {
    exactly<Session>()(get(Session))
    exactly<Session>()(current)
    return new Response()
  })

  const without = createRouter()
  without.get('/', (context) => {
    exactly<Session<any, any> | undefined>()(context.get(Session))
    // @ts-expect-error -- the middleware is missing
    void context.session
    return new Response()
  })

  // @ts-expect-error -- the storage is missing
  session(cookie)
  // @ts-expect-error -- no such option
  session(cookie, storage, { onError: () => new Response() })
}

export function hono(cookie: Cookie): void {
  const storage = createMemorySessionStorage<Data, Flash>()
  const admin = createMemorySessionStorage<{ role: string }>()
  new Hono()
    .use(honoSession(cookie, storage))
    .use(honoSession(cookie, admin, { property: 'adminSession' }))
    .get('/', (c) => {
      exactly<Session<Data, Flash>>()(c.var.session)
      exactly<Session<{ role: string }>>()(c.var.adminSession)
      // @ts-expect-error -- another type
      c.var.session.set('count', 'one')
      return c.text('')
    })

  const app = new Hono<{ Variables: { session: Session<Data, Flash> } }>()
  app.use(honoSession(cookie, storage))
  app.get('/', (c) => {
    exactly<Session<Data, Flash>>()(c.var.session)
    return c.text('')
  })
  // @ts-expect-error -- no such option
  honoSession(cookie, storage, { name: 'adminSession' })
}

export function elysia(cookie: Cookie): void {
  const storage = createMemorySessionStorage<Data, Flash>()
  const admin = createMemorySessionStorage<{ role: string }>()
  new Elysia()
    .decorate('number', 1)
    .use(elysiaSession(cookie, storage))
    .use(elysiaSession(cookie, admin, { property: 'adminSession' }))
    .get('/', ({ session: current, adminSession, number }) => {
      exactly<Session<Data, Flash>>()(current)
      exactly<Session<{ role: string }>>()(adminSession)
      exactly<number>()(number)
      // @ts-expect-error -- another type
      current.set('count', 'one')
      return ''
    })
}

export function reactRouter(cookie: Cookie, { context }: LoaderFunctionArgs): void {
  const own = createContext<Session<Data, Flash>>()
  const middleware = [
    reactRouterSession(cookie, createMemorySessionStorage()),
    reactRouterSession(cookie, createMemorySessionStorage<Data, Flash>(), { context: own }),
  ]
  exactly<Session<Data, Flash>>()(context.get(own))
  void middleware
  const other = createMemorySessionStorage<{ role: string }>()
  // @ts-expect-error -- a context for sessions of another storage
  reactRouterSession(cookie, other, { context: own })
}
