// Compiled, never run: handlers get the session of the storage's type.
import { createRouter, type MiddlewareContext } from '@remix-run/fetch-router'
import { Session, type Cookie, type SessionConflictError, type StoreError } from 'coatcheck'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
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
