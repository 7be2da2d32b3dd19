import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import type { Session } from 'coatcheck'
import { paths, secretA, secretB, valueOf, web } from '../cookie/cookie-paths.ts'

/** A visitor's browser, as far as one cookie goes. */
function visitor(serve: (request: Request) => Promise<Response>) {
  let jar = ''
  return async (path: string): Promise<Response> => {
    const headers = jar === '' ? new Headers() : new Headers({ Cookie: jar })
    const response = await serve(new Request(`https://example.com${path}`, { headers }))
    for (const line of response.headers.getSetCookie()) jar = line.split(';')[0]!
    return response
  }
}

function handle(request: Request, session: Session): Response {
  const { pathname } = new URL(request.url)
  if (pathname === '/login') session.login('ada')
  if (pathname === '/logout') session.destroy()
  if (pathname === '/count') session.update('count', (n) => ((n as number | undefined) ?? 0) + 1)
  if (pathname === '/fill') {
    session.set('small', 'x')
    session.set('big', 'x'.repeat(4000))
  }
  return Response.json({
    count: session.get('count'),
    user: session.userId,
    handle: session.handle,
  })
}

for (const { name, ...path } of paths) {
  const storages = [
    { kind: 'memory', create: path.createMemorySessionStorage },
    { kind: 'cookie', create: path.createCookieSessionStorage },
  ]

  for (const { kind, create } of storages) {
    describe(`a server with ${kind} storage on ${name}`, () => {
      const cookie = path.createCookie('session', { secrets: [secretA] })

      it('keeps what it is told, from login to logout', async () => {
        const visit = visitor(path.withSession({ cookie, storage: create() }, handle))
        await visit('/count')
        await visit('/count')
        await visit('/login')
        const { count, user } = (await (await visit('/count')).json()) as Record<string, unknown>
        assert.deepEqual([count, user], [3, 'ada'])
        const { headers } = await visit('/logout')
        assert.match(headers.get('Set-Cookie')!, /^session=;.*Max-Age=0/)
        assert.deepEqual(Object.keys((await (await visit('/')).json()) as object), ['handle'])
      })

      it('sends a cookie again that an older secret sealed', async () => {
        const storage = create()
        const rotated = path.createCookie('session', { secrets: [secretB, secretA] })
        const first = await path.withSession(
          { cookie, storage },
          handle,
        )(new Request('https://a.test/count'))
        const headers = { Cookie: first.headers.get('Set-Cookie')!.split(';')[0]! }
        const serve = path.withSession({ cookie: rotated, storage }, handle)
        const second = await serve(new Request('https://a.test/count', { headers }))
        const later = path.createCookie('session', { secrets: [secretB] })
        assert.ok(await later.parse(`session=${valueOf(second.headers.get('Set-Cookie')!)}`))
        assert.equal(((await second.json()) as { count: number }).count, 2)
      })
    })
  }

  it(`P9 names the biggest keys when a session does not fit its cookie, on ${name}`, async () => {
    const cookie = path.createCookie('session', { secrets: [secretA] })
    const storage = path.createCookieSessionStorage()
    const serve = path.withSession({ cookie, storage }, handle)
    const error = await serve(new Request('https://a.test/fill')).catch((reason: unknown) => reason)
    const { code, keys, message } = error as {
      code: string
      keys: { key: string }[]
      message: string
    }
    assert.equal(code, 'ERR_SESSION_COOKIE_SIZE')
    assert.deepEqual(
      keys.map(({ key }) => key),
      ['big', 'small'],
    )
    assert.match(message, /"big" \(400\d\)/)
  })

  it(`P1 loses no update of many at once on ${name}`, async () => {
    const cookie = path.createCookie('session', { secrets: [secretA] })
    const storage = path.createMemorySessionStorage()
    const serve = path.withSession({ cookie, storage }, handle)
    const first = await serve(new Request('https://a.test/count'))
    const headers = { Cookie: first.headers.get('Set-Cookie')!.split(';')[0]! }
    const requests = Array.from(
      { length: 50 },
      () => new Request('https://a.test/count', { headers }),
    )
    await Promise.all(requests.map(serve))
    const last = (await (await serve(new Request('https://a.test/', { headers }))).json()) as object
    assert.equal((last as { count: number }).count, 51)
  })
}

/** Makes one call of Web Crypto fail, the so-manieth from now on. Returns how to stop that. */
function failAt(
  method: 'importKey' | 'deriveBits' | 'encrypt' | 'sign',
  nth: number,
  failure: Error,
) {
  const original = crypto.subtle[method].bind(crypto.subtle) as (...args: unknown[]) => unknown
  let calls = 0
  const { mock: mocked } = mock.method(crypto.subtle, method, (...args: unknown[]) =>
    ++calls === nth ? Promise.reject(failure) : original(...args),
  )
  return () => mocked.restore()
}

describe('Web Crypto that fails once', () => {
  const failure = new DOMException('not now', 'OperationError')

  for (const [encrypt, method, calls] of [
    [true, 'importKey', 4],
    [true, 'deriveBits', 3],
    [true, 'encrypt', 1],
    [false, 'importKey', 3],
    [false, 'deriveBits', 2],
    [false, 'sign', 1],
  ] as const) {
    it(`at ${method} leaves a ${encrypt ? 'sealing' : 'signing'} cookie that works afterwards`, async () => {
      for (let nth = 1; nth <= calls; nth++) {
        const cookie = web.createCookie('session', { secrets: [secretA], encrypt })
        const restore = failAt(method, nth, failure)
        try {
          await assert.rejects(async () => cookie.serialize('value'), failure, `call ${nth}`)
        } finally {
          restore()
        }
        const text = valueOf(await cookie.serialize('value'))
        assert.equal(await cookie.parse(`session=${text}`), 'value')
      }
    })
  }
})
