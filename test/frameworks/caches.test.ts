import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Session } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import {
  describeEntries,
  sessionCookie,
  setCookies,
  type Handle,
  type MakeServe,
} from './entries.ts'
import { SharedCache } from './shared-cache.ts'
import { Visitor } from './visitor.ts'

/** Everything an application can ask of a session or do to it. */
const looks: Record<string, (session: Session) => unknown> = {
  get: (session) => session.get('name'),
  'get of a missing key': (session) => session.get('missing'),
  has: (session) => session.has('name'),
  set: (session) => session.set('name', 'Eve'),
  unset: (session) => session.unset('name'),
  'unset of a missing key': (session) => session.unset('missing'),
  delete: (session) => session.delete('name'),
  update: (session) => session.update('n', () => 1),
  flash: (session) => session.flash('notice', 'hello'),
  'flash taken back': (session) => session.flash('notice', null),
  keep: (session) => session.keep('notice'),
  reflash: (session) => session.reflash(),
  regenerateId: (session) => session.regenerateId(),
  login: (session) => session.login('ada'),
  destroy: (session) => session.destroy(),
  id: (session) => session.id,
  handle: (session) => session.handle,
  userId: (session) => session.userId,
  data: (session) => session.data,
  size: (session) => session.size,
  dirty: (session) => session.dirty,
  isNew: (session) => session.isNew,
  createdAt: (session) => session.createdAt,
  authenticatedAt: (session) => session.authenticatedAt,
  expiresAt: (session) => session.expiresAt,
}

/** Those that caches go by instead of Cache-Control: RFC 9213, and what CDNs and nginx have. */
const cdnHeaders = [
  'CDN-Cache-Control',
  'Cloudflare-CDN-Cache-Control',
  'Vercel-CDN-Cache-Control',
  'Netlify-CDN-Cache-Control',
  'Surrogate-Control',
  'X-Accel-Expires',
]

function serving(serveWith: MakeServe, handle: Handle) {
  return serveWith({ cookie: sessionCookie(), storage: createMemorySessionStorage() }, handle)
}

/** One request by somebody who has a session already. */
async function answer(serveWith: MakeServe, handle: Handle): Promise<Response> {
  const serve = serving(serveWith, (request, session) => {
    if (new URL(request.url).pathname !== '/begin') return handle(request, session)
    session.set('name', 'Ada')
    return new Response()
  })
  const visitor = new Visitor(serve)
  await visitor.get('/begin')
  return visitor.get()
}

describeEntries('P11 caches cannot mix visitors up', (serveWith) => {
  it('a response that did not look at the session has no Vary', async () => {
    const response = await answer(serveWith, () => new Response())
    assert.equal(response.headers.get('Vary'), null)
    assert.equal(response.headers.get('Cache-Control'), null)
  })

  for (const [name, look] of Object.entries(looks)) {
    it(`session.${name} makes the response vary by Cookie`, async () => {
      const response = await answer(serveWith, (_, session) => {
        look(session)
        return new Response()
      })
      assert.equal(response.headers.get('Vary'), 'Cookie')
    })
  }

  for (const [before, after] of [
    ['Accept-Encoding', 'Accept-Encoding, Cookie'],
    ['Cookie', 'Cookie'],
    ['Accept, cOOkie', 'Accept, cOOkie'],
    ['X-Cookie', 'X-Cookie, Cookie'],
    ['*', '*'],
    ['Accept, *', 'Accept, *'],
  ] as const) {
    it(`Vary: ${before} becomes ${after}`, async () => {
      const response = await answer(serveWith, (_, session) => {
        session.get('name')
        return new Response(null, { headers: { Vary: before } })
      })
      assert.equal(response.headers.get('Vary'), after)
    })
  }

  for (const [before, after] of [
    [undefined, 'no-store'],
    ['public, max-age=3600', 'no-store'],
    ['max-age=3600', 'no-store'],
    ['s-maxage=60', 'no-store'],
    ['no-cache', 'no-store'],
    ['private', 'private'],
    ['private, max-age=60', 'private, max-age=60'],
    ['max-age=60,PRIVATE', 'max-age=60,PRIVATE'],
    ['no-store', 'no-store'],
    ['no-store, must-revalidate', 'no-store, must-revalidate'],
    ['private="set-cookie"', 'no-store'],
    ['public, x-private, not-no-store', 'no-store'],
  ] as const) {
    it(`Cache-Control: ${before ?? '(none)'} with a Set-Cookie becomes ${after}`, async () => {
      const response = await answer(serveWith, (_, session) => {
        session.regenerateId()
        return new Response(null, { headers: before ? { 'Cache-Control': before } : {} })
      })
      assert.equal(response.headers.getSetCookie().length, 1)
      assert.equal(response.headers.get('Cache-Control'), after)
    })
  }

  it('the header that clears the cookie is kept out of caches as well', async () => {
    const response = await answer(serveWith, (_, session) => {
      session.destroy()
      return new Response(null, { headers: { 'Cache-Control': 'public, max-age=60' } })
    })
    assert.match(response.headers.getSetCookie()[0]!, /^session=; .*Max-Age=0/)
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
  })

  for (const name of cdnHeaders) {
    it(`${name} lets no cache keep a Set-Cookie, and stays where there is none`, async () => {
      const withHeader = () => new Response(null, { headers: { [name]: 'max-age=600' } })
      const setting = await answer(serveWith, (_, session) => {
        session.regenerateId()
        return withHeader()
      })
      assert.equal(setCookies(setting).length, 1)
      assert.equal(setting.headers.get(name), null)
      const looking = await answer(serveWith, (_, session) => {
        session.get('name')
        return withHeader()
      })
      assert.equal(looking.headers.get(name), 'max-age=600')
    })
  }

  it('headers that only look like those of CDNs stay beside a Set-Cookie', async () => {
    const names = ['X-CDN-Cache-Control-Note', 'MyCDN-Cache-Control', 'Surrogate-Key']
    const response = await answer(serveWith, (_, session) => {
      session.regenerateId()
      return new Response(null, { headers: names.map((name) => [name, 'x'] as [string, string]) })
    })
    for (const name of names) assert.equal(response.headers.get(name), 'x', name)
  })

  it('a page that looked at the session is private, unless the application says otherwise', async () => {
    for (const [given, expected] of [
      [undefined, 'private'],
      ['no-cache', 'no-cache'],
    ] as const) {
      const response = await answer(serveWith, (_, session) => {
        session.get('name')
        return new Response(null, { headers: given ? { 'Cache-Control': given } : {} })
      })
      assert.equal(response.headers.get('Cache-Control'), expected)
    }
  })

  it('without a Set-Cookie the application’s Cache-Control is left alone', async () => {
    const response = await answer(serveWith, (_, session) => {
      session.get('name')
      return new Response(null, { headers: { 'Cache-Control': 'public, max-age=3600' } })
    })
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.equal(response.headers.get('Cache-Control'), 'public, max-age=3600')
  })

  it('a response without a body, kept as a constant, carries no cookie from one visitor to another', async () => {
    const done = new Response(null, { status: 204 })
    const serve = serving(serveWith, ({ url }, session) => {
      if (url.endsWith('/login')) session.login('ada')
      return done
    })
    const response = await new Visitor(serve).get('/login')
    assert.equal(response.status, 204)
    assert.equal(response.headers.getSetCookie().length, 1)
    assert.deepEqual((await new Visitor(serve).get()).headers.getSetCookie(), [])
    assert.deepEqual(done.headers.getSetCookie(), [])
  })

  it('a shared cache never serves one visitor’s page, or cookie, to another (CVE-2023-30861)', async () => {
    const cache = new SharedCache(
      serving(serveWith, ({ url }, session) => {
        const { pathname, searchParams } = new URL(url)
        const cacheable = { 'Cache-Control': 'public, max-age=3600' }
        if (pathname === '/logo') return new Response('logo', { headers: cacheable })
        if (pathname === '/login') session.set('name', searchParams.get('name'))
        return new Response(`Hello ${session.get('name') ?? 'stranger'}`, { headers: cacheable })
      }),
    )
    const ada = new Visitor(cache.fetch)
    const bob = new Visitor(cache.fetch)
    const nobody = new Visitor(cache.fetch)
    assert.equal(await ada.text('/login?name=Ada'), 'Hello Ada')
    assert.equal(await ada.text('/'), 'Hello Ada')
    assert.equal(await bob.text('/'), 'Hello stranger')
    assert.equal(await bob.text('/login?name=Bob'), 'Hello Bob')
    assert.equal(await bob.text('/'), 'Hello Bob')
    assert.equal(await ada.text('/'), 'Hello Ada')
    // The very page that answered with Ada's Set-Cookie, asked for again by somebody without one.
    assert.notEqual(ada.jar.value('session'), undefined)
    await nobody.get('/login?name=Ada')
    assert.notEqual(nobody.jar.value('session'), ada.jar.value('session'))
    assert.equal(cache.hits, 1, 'only Ada’s second look at her page may come from the cache')

    // What does not look at the session is shared, by those with a session too.
    assert.equal(await ada.text('/logo'), 'logo')
    assert.equal(await nobody.text('/logo'), 'logo')
    assert.equal(cache.hits, 2)
  })
})
