import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { SessionError } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, sessionCookie, setCookies, type Handle } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

/**
 * Streams are made with a type. Without one Bun gets a clone of them, because there the type that it
 * gives to a text is lost when the body is looked at: then the first piece is read ahead.
 */
const streamHeaders: HeadersInit =
  'Bun' in globalThis ? { 'Content-Type': 'text/event-stream' } : {}

describeEntries('Responses of every kind', (serveWith) => {
  function visit(handle: Handle): Visitor {
    return new Visitor(serveWith({ cookie: sessionCookie(), storage: watchedStorage() }, handle))
  }

  it('a response of another implementation is known by its shape', async () => {
    const visitor = visit((_, session) => {
      session.set('name', 'Ada')
      const { status, statusText, headers, body } = new Response('made elsewhere')
      return { status, statusText, headers, body } as Response
    })
    const response = await visitor.get('/')
    assert.equal(setCookies(response).length, 1)
  })

  it('Response.redirect() gets its cookie, and stays a redirect', async () => {
    const visitor = visit(({ url }, session) => {
      if (url.endsWith('/welcome')) return new Response(String(session.get('name')))
      session.set('name', 'Ada')
      return Response.redirect('https://shop.example/welcome', 303)
    })
    const response = await visitor.get('/login')
    assert.equal(response.status, 303)
    assert.equal(response.headers.get('Location'), 'https://shop.example/welcome')
    assert.equal(setCookies(response).length, 1)
    assert.equal(await visitor.text('/welcome'), 'Ada')
  })

  it('Response.json() and statuses without a body get their cookie', async () => {
    for (const make of [
      () => Response.json({ a: 1 }, { status: 201 }),
      () => new Response(null, { status: 204 }),
      () => new Response(null, { status: 205 }),
      () => new Response(null, { status: 304 }),
      () => new Response('gone', { status: 410, statusText: 'Gone for good' }),
    ]) {
      const visitor = visit((_, session) => {
        session.set('a', 1)
        return make()
      })
      const response = await visitor.get()
      assert.equal(response.status, make().status)
      assert.equal(response.statusText, make().statusText)
      assert.equal(await response.text(), await make().text())
      assert.equal(setCookies(response).length, 1)
    }
  })

  it('a response that nothing needs to be said about is passed on as it is', async () => {
    for (const made of [new Response('a page'), Response.error()]) {
      const visitor = visit(() => made)
      assert.equal(await visitor.get(), made)
    }
  })

  // No runtime lets a test make a real 101; this has what matters of one: status and fixed headers.
  function switching(): Response {
    const response = Response.redirect('https://shop.example/')
    Object.defineProperty(response, 'status', { value: 101 })
    const { headers } = response
    Object.defineProperty(headers, 'append', { value: refuse })
    Object.defineProperty(headers, 'set', { value: refuse })
    return response
  }

  function refuse(): never {
    throw new TypeError('immutable')
  }

  it('a 101 is left untouched when only read, and a session that must be told of is an error', async () => {
    const made = switching()
    const reading = visit((_, session) => {
      session.get('a')
      return made
    })
    assert.equal(await reading.get(), made)

    const writing = visit((_, session) => {
      session.set('a', 1)
      return switching()
    })
    await assert.rejects(
      writing.get(),
      (error) =>
        error instanceof SessionError &&
        error.code === 'ERR_SESSION_RESPONSE' &&
        error.message.includes('101'),
    )
  })

  it('a 101 whose headers can be changed, as in workerd, carries the cookie itself', async () => {
    const made = Object.defineProperty(new Response(null), 'status', { value: 101 })
    const visitor = visit((_, session) => {
      session.set('a', 1)
      return made
    })
    assert.equal(await visitor.get(), made)
    assert.equal(setCookies(made).length, 1)
  })

  it('Response.error() never drops a new cookie silently', async () => {
    const visitor = visit((_, session) => {
      session.set('a', 1)
      return Response.error()
    })
    const outcome = await visitor.get().then(
      (response) => setCookies(response).length === 1, // where its headers can be changed
      (error: unknown) => error instanceof SessionError && error.code === 'ERR_SESSION_RESPONSE',
    )
    assert.equal(outcome, true)
  })

  it('all Set-Cookie headers of the application survive, in their order', async () => {
    const visitor = visit((_, session) => {
      session.set('a', 1)
      const headers = new Headers()
      headers.append('Set-Cookie', 'theme=dark; Path=/; Expires=Thu, 01 Jan 2037 00:00:00 GMT')
      headers.append('Set-Cookie', 'session2=a; Path=/')
      headers.append('Set-Cookie', 'xsession=b; Path=/')
      return new Response(null, { headers })
    })
    const lines = (await visitor.get()).headers.getSetCookie()
    assert.deepEqual(
      lines.map((line) => line.split('=', 1)[0]),
      ['theme', 'session2', 'xsession', 'session'],
    )
    assert.match(lines[0]!, /Expires=Thu, 01 Jan 2037 00:00:00 GMT$/)
  })

  it('exactly one Set-Cookie of our name leaves', async () => {
    const visitor = visit((_, session) => {
      session.set('a', 1)
      const headers = new Headers()
      headers.append('Set-Cookie', 'session=older; Path=/')
      headers.append('Set-Cookie', 'theme=dark; Path=/')
      headers.append('Set-Cookie', 'session=older-still')
      return new Response(null, { headers })
    })
    const response = await visitor.get()
    assert.equal(setCookies(response).length, 1)
    assert.doesNotMatch(setCookies(response)[0]!, /older/)
    assert.equal(setCookies(response, 'theme').length, 1)
  })

  it('the headers of an immutable response survive its copy', async () => {
    const visitor = visit((_, session) => {
      session.set('a', 1)
      return Response.redirect('https://shop.example/next', 307)
    })
    const { headers, status } = await visitor.get()
    assert.equal(status, 307)
    assert.equal(headers.get('Location'), 'https://shop.example/next')
    assert.equal(headers.get('Cache-Control'), 'no-store')
  })

  it('a streaming body passes through untouched, and is pulled only when it is read', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(`${++pulled};`))
          if (pulled === 3) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const visitor = visit((_, session) => {
      session.set('a', 1)
      return new Response(body, { headers: streamHeaders })
    })
    const response = await visitor.get()
    assert.equal(pulled, 0)
    assert.equal(await response.text(), '1;2;3;')
  })

  it('the visitor who goes away cancels the stream behind the response', async () => {
    let reason: unknown
    const body = new ReadableStream({
      cancel(given) {
        reason = given
      },
    })
    const visitor = visit((_, session) => {
      session.set('a', 1)
      return new Response(body, { headers: streamHeaders })
    })
    const response = await visitor.get()
    await response.body!.cancel('gone')
    assert.equal(reason, 'gone')
  })

  it('HEAD saves and sets cookies as GET does', async () => {
    const visitor = visit((_, session) => {
      return new Response(String(session.update('n', (n) => (n ?? 0) + 1)))
    })
    assert.equal(setCookies(await visitor.fetch('/', { method: 'HEAD' })).length, 1)
    assert.equal(await visitor.text(), '2')
  })

  describe('fetched from another server', () => {
    let server: Server
    let address = ''

    before(async () => {
      server = createServer((_, response) => {
        response.writeHead(200, [
          ['Content-Type', 'text/plain'],
          ['Set-Cookie', 'backend=1; Path=/'],
          ['Set-Cookie', 'session=from-the-backend; Path=/'],
          ['Cache-Control', 'public, max-age=60'],
        ] as unknown as string[])
        response.end('from the backend')
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    })

    after(() => new Promise((resolve) => server.close(resolve)))

    it('a proxied response, whose headers are immutable, gets its cookie', async () => {
      const visitor = visit(async (_, session) => {
        session.set('a', 1)
        return fetch(address)
      })
      const response = await visitor.get()
      assert.equal(await response.text(), 'from the backend')
      assert.equal(response.headers.get('Content-Type'), 'text/plain')
      assert.equal(response.headers.get('Cache-Control'), 'no-store')
      assert.equal(response.headers.get('Vary'), 'Cookie')
      assert.deepEqual(setCookies(response, 'backend'), ['backend=1; Path=/'])
      assert.equal(setCookies(response).length, 1)
      assert.doesNotMatch(setCookies(response)[0]!, /from-the-backend/)
    })
  })
})

describe('coatcheck/fetch', () => {
  it('hands on the very response whose headers could be changed', async () => {
    const { withSession } = await import('coatcheck/fetch')
    const made = new Response('a page')
    const serve = withSession(
      { cookie: sessionCookie(), storage: createMemorySessionStorage() },
      (_, session) => {
        session.set('a', 1)
        return made
      },
    )
    assert.equal(await serve(new Request('https://shop.example/')), made)
  })
})
