import assert from 'node:assert/strict'
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, it } from 'node:test'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { describeEntries, sessionCookie, type Handle } from './entries.ts'
import { CookieJar } from './jar.ts'
import { watchedStorage } from './watched-store.ts'

const handle: Handle = async (request, session) => {
  const { pathname, origin } = new URL(request.url)
  if (pathname === '/count') {
    return new Response(String(session.update('n', (n) => (n ?? 0) + 1)))
  }
  if (pathname === '/read') return new Response(String(session.get('n')))
  if (pathname === '/public') return new Response('for all')
  if (pathname === '/redirect') {
    session.flash('notice', 'moved')
    return Response.redirect(`${origin}/notice`, 303)
  }
  if (pathname === '/notice') return new Response(String(session.get('notice')))
  if (pathname === '/logout') {
    session.destroy()
    return new Response(null, { status: 204 })
  }
  if (pathname === '/form') {
    session.set('name', (await request.formData()).get('name'))
    return new Response(session.get('name'))
  }
  if (pathname === '/fail') throw new Error('a handler failed')
  if (pathname === '/proxy') {
    session.set('proxied', true)
    return fetch(`${origin}/public`)
  }
  session.update('streams', (n) => (n ?? 0) + 1)
  let chunks = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      controller.enqueue(new TextEncoder().encode(`${++chunks};`))
      if (chunks === 3) controller.close()
    },
  })
  const headers = new Headers()
  headers.append('Set-Cookie', 'theme=dark; Path=/')
  headers.append('Set-Cookie', 'size=large; Path=/')
  return new Response(body, { headers })
}

describeEntries('Behind node:http', (serveWith) => {
  const storage = watchedStorage()
  let server: Server
  let origin = ''

  before(async () => {
    const serve = serveWith({ cookie: sessionCookie(), storage }, handle)
    const onError = () => new Response('the server caught it', { status: 500 })
    server = createServer(createRequestListener(serve, { onError }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  after(() => new Promise((resolve) => server.close(resolve)))

  function browse() {
    const jar = new CookieJar()
    return async (path: string, method = 'GET', form?: string): Promise<IncomingMessage> => {
      const url = origin + path
      const cookies = jar.headerFor(url)
      const headers = {
        ...(cookies === null ? {} : { Cookie: cookies }),
        ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      }
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(url, { method, headers }, resolve).on('error', reject).end(form)
      })
      jar.take(url, response.headers['set-cookie'] ?? [])
      return response
    }
  }

  async function sessionOf(key: string, value: unknown) {
    const session = await storage.read(null)
    session.set(key, value)
    return session
  }

  it('counts across requests', async () => {
    const get = browse()
    for (const expected of ['1', '2', '3']) assert.equal(await text(await get('/count')), expected)
  })

  it('P7 the status line waits for the save', async () => {
    const get = browse()
    const write = storage.hold('write')
    let answered = false
    const response = get('/stream').finally(() => {
      answered = true
    })
    await write.reached
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(answered, false)
    write.release()
    assert.equal(await text(await response), '1;2;3;')
  })

  it('several Set-Cookie headers arrive as several', async () => {
    const response = await browse()('/stream')
    const names = response.headers['set-cookie']!.map((line) => line.split('=', 1)[0])
    assert.deepEqual(names, ['theme', 'size', 'session'])
    await text(response)
  })

  it('a redirect carries the cookie, and the page behind it the message, once', async () => {
    const get = browse()
    const response = await get('/redirect')
    assert.equal(response.statusCode, 303)
    assert.equal(response.headers.location, `${origin}/notice`)
    await text(response)
    assert.equal(await text(await get('/notice')), 'moved')
    assert.equal(await text(await get('/notice')), 'undefined')
  })

  it('a response fetched from another server carries the cookie', async () => {
    const response = await browse()('/proxy')
    assert.equal(response.headers['set-cookie']?.length, 1)
    assert.equal(await text(response), 'for all')
  })

  it('P10 P11 a page that does not look at the session has no word of it', async () => {
    const get = browse()
    await text(await get('/count'))
    const { headers } = await get('/public')
    assert.equal(headers.vary, undefined)
    assert.equal(headers['set-cookie'], undefined)
    assert.equal(headers['cache-control'], undefined)
  })

  it('HEAD has the headers of GET, saves, and has no body', async () => {
    const get = browse()
    const response = await get('/count', 'HEAD')
    assert.equal(response.headers['set-cookie']?.length, 1)
    assert.equal(response.headers['cache-control'], 'no-store')
    assert.equal(await text(response), '')
    assert.equal(await text(await get('/count')), '2')
  })

  it('several Cookie headers count as one', async () => {
    const cookie = sessionCookie()
    const id = await storage.save(await sessionOf('n', 7))
    const pair = (await cookie.serialize(id!)).split(';', 1)[0]!
    for (const [first, second] of [
      ['theme=dark', pair],
      [pair, 'theme=dark'],
    ]) {
      const lines = `Host: localhost\r\nCookie: ${first}\r\nCookie: ${second}\r\nConnection: close`
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.write(`GET /read HTTP/1.1\r\n${lines}\r\n\r\n`)
      assert.match(await text(socket), /\r\n7\r\n/)
    }
  })

  it('a posted form reaches the handler', async () => {
    const response = await browse()('/form', 'POST', 'name=Ada+Lovelace')
    assert.equal(await text(response), 'Ada Lovelace')
  })

  it('a handler that fails leaves the session as it was', async () => {
    const get = browse()
    await text(await get('/count'))
    const response = await get('/fail')
    assert.equal(response.statusCode, 500)
    assert.equal(response.headers['set-cookie'], undefined)
    await text(response)
    assert.equal(await text(await get('/read')), '1')
  })

  it('answers 503 while the store is down, and as before afterwards', async () => {
    const get = browse()
    await text(await get('/count'))
    storage.broken.add('read')
    const response = await get('/count')
    storage.broken.delete('read')
    assert.equal(response.statusCode, 503)
    assert.equal(response.headers['retry-after'], '5')
    assert.equal(response.headers['set-cookie'], undefined)
    await text(response)
    assert.equal(await text(await get('/count')), '2')
  })

  it('P2 after logging out the cookie is gone from the browser', async () => {
    const get = browse()
    await text(await get('/count'))
    const response = await get('/logout')
    assert.equal(response.statusCode, 204)
    assert.match(response.headers['set-cookie']![0]!, /^session=;.*Max-Age=0/)
    await text(response)
    assert.equal(await text(await get('/read')), 'undefined')
  })

  it('P1 forty requests of one visitor at the same time are all counted', async () => {
    const get = browse()
    await text(await get('/count'))
    await Promise.all(Array.from({ length: 40 }, async () => text(await get('/count'))))
    assert.equal(await text(await get('/read')), '41')
  })
})
