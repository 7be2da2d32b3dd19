import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRouter } from '@remix-run/fetch-router'
import { Session, SessionError } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, secrets, sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { signal } from './watched-store.ts'

function isNested(error: unknown): boolean {
  return (
    error instanceof SessionError &&
    error.code === 'ERR_SESSION_NESTED' &&
    error.message.includes('"session"')
  )
}

describeEntries('One owner of a session', (serveWith) => {
  it('a second middleware for the same cookie throws, whatever its storage', async () => {
    const cookie = sessionCookie()
    const storage = createMemorySessionStorage()
    const twin = { cookie: sessionCookie(), storage: createMemorySessionStorage() }
    for (const inner of [{ cookie, storage }, twin]) {
      const inside = withSession(inner, () => new Response())
      const serve = serveWith({ cookie, storage }, (request) => inside(request))
      await assert.rejects(new Visitor(serve).get(), isNested)
    }
  })

  it('a request may be served again when it has been answered', async () => {
    const options = { cookie: sessionCookie(), storage: createMemorySessionStorage() }
    const serve = serveWith(options, () => new Response(null, { status: 404 }))
    const request = new Request('https://shop.example/')
    assert.equal((await serve(request)).status, 404)
    assert.equal((await serve(request)).status, 404)
  })

  it('two cookies of different names have a session each', async () => {
    const visits = createCookie('visits', { secrets: [secrets[0]!] })
    const storage = createMemorySessionStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (request, outer) =>
      withSession({ cookie: visits, storage }, (_, inner) => {
        const n = inner.update('n', (before) => (before ?? 0) + 1)
        outer.set('name', `Ada ${outer.get('name') ?? ''}`.trim())
        return new Response(`${n} ${outer.get('name')} ${outer.get('n')} ${inner.get('name')}`)
      })(request),
    )
    const visitor = new Visitor(serve)
    const response = await visitor.get()
    assert.equal(setCookies(response, 'session').length, 1)
    assert.equal(setCookies(response, 'visits').length, 1)
    assert.equal(response.headers.get('Vary'), 'Cookie')
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
    assert.equal(await response.text(), '1 Ada undefined undefined')
    assert.equal(await visitor.text(), '2 Ada Ada undefined undefined')
    assert.notEqual(visitor.jar.value('session'), visitor.jar.value('visits'))
  })

  it('a session’s cookie is worth nothing under another cookie’s name', async () => {
    const storage = createMemorySessionStorage()
    const visits = createCookie('visits', { secrets: [secrets[0]!] })
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, current) => {
      current.set('name', 'Ada')
      return new Response()
    })
    const visitor = new Visitor(serve)
    await visitor.get()
    const other = serveWith({ cookie: visits, storage }, (_, current) => {
      return new Response(String(current.get('name')))
    })
    const headers = { Cookie: `visits=${visitor.jar.value('session')}` }
    const response = await other(new Request('https://shop.example/', { headers }))
    assert.equal(await response.text(), 'undefined')
  })

  it('the same handler serves many requests at once, each with its own session', async () => {
    const serve = serveWith(
      { cookie: sessionCookie(), storage: createMemorySessionStorage() },
      async ({ url }, current) => {
        current.set('name', new URL(url).pathname)
        await new Promise((resolve) => setTimeout(resolve, 0))
        return new Response(current.get('name'))
      },
    )
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`)
    const texts = await Promise.all(paths.map((path) => new Visitor(serve).text(path)))
    assert.deepEqual(texts, paths)
  })
})

describe('One owner of a session in a router', () => {
  it('the middleware installed twice throws', async () => {
    const cookie = sessionCookie()
    const storage = createMemorySessionStorage()
    const router = createRouter({
      middleware: [session(cookie, storage), session(cookie, storage)],
    })
    router.get('/', () => new Response())
    await assert.rejects(router.fetch('https://shop.example/'), isNested)
  })

  it('once for the router and once for a route throws as well', async () => {
    const cookie = sessionCookie()
    const storage = createMemorySessionStorage()
    const router = createRouter({ middleware: [session(cookie, storage)] })
    router.get('/', { middleware: [session(cookie, storage)], handler: () => new Response() })
    await assert.rejects(router.fetch('https://shop.example/'), isNested)
  })

  it('with two cookies, handlers get the session of the innermost', async () => {
    const storage = createMemorySessionStorage()
    const admin = createCookie('admin', { secrets: [secrets[0]!] })
    const router = createRouter({
      middleware: [session(sessionCookie(), storage), session(admin, storage)],
    })
    router.get('/', (context) => {
      assert.equal(context.session, context.get(Session))
      context.session.set('role', 'admin')
      return new Response()
    })
    const response = await router.fetch('https://shop.example/')
    assert.equal(setCookies(response, 'admin').length, 1)
    assert.equal(setCookies(response, 'session').length, 0)
  })

  it('a route without the middleware has no session', async () => {
    const router = createRouter()
    router.get('/plain', (context) => new Response(String(context.has(Session))))
    router.get('/with', {
      middleware: [session(sessionCookie(), createMemorySessionStorage())],
      handler: (context) => new Response(String(context.has(Session))),
    })
    const visitor = new Visitor((request) => router.fetch(request))
    assert.equal(await visitor.text('/plain'), 'false')
    assert.equal(await visitor.text('/with'), 'true')
  })

  it('a handler that goes on after its visitor went away is told that nothing is saved', async () => {
    const storage = createMemorySessionStorage()
    const router = createRouter({ middleware: [session(sessionCookie(), storage)] })
    const leaving = new AbortController()
    const [started, start] = signal()
    const [left, leave] = signal()
    const [done, finish] = signal()
    let code = 'no error'
    router.get('/', async (context) => {
      start()
      await left
      try {
        context.session.destroy()
      } catch (error) {
        code = (error as SessionError).code
      }
      finish()
      return new Response()
    })
    const request = new Request('https://shop.example/', { signal: leaving.signal })
    const response = router.fetch(request)
    await started
    leaving.abort()
    await assert.rejects(response, { name: 'AbortError' })
    leave()
    await done
    assert.equal(code, 'ERR_SESSION_COMMITTED')
  })
})
