import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createCookie, type CookieOptions } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, type MakeServe, secrets } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'

const origin = 'https://app.example.com'

/** One site with a storage, and its releases: the same app under cookies of other scopes. */
function openSite(serveWith: MakeServe) {
  const events: SessionEvent[] = []
  const storage = createMemorySessionStorage({ onEvent: (event) => events.push(event) })

  function release(options: CookieOptions = {}) {
    const cookie = createCookie('session', { secrets: [secrets[0]!], ...options })
    return serveWith({ cookie, storage }, ({ url }, session) => {
      const { pathname, searchParams } = new URL(url)
      if (pathname.endsWith('/login')) session.login(searchParams.get('user')!)
      if (pathname.endsWith('/logout')) session.destroy()
      if (pathname.endsWith('/count')) session.update('count', (n) => Number(n ?? 0) + 1)
      return new Response(`${session.userId} ${session.get('count') ?? 0}`)
    })
  }

  /** The cookie of somebody who has logged in, as a Set-Cookie header for this scope. */
  async function planted(user: string, scope: string): Promise<string> {
    const thief = new Visitor(release(), { origin })
    await thief.text(`/login?user=${user}`)
    return `session=${thief.jar.value('session')}; Secure; ${scope}`
  }

  return { storage, events, release, planted }
}

function sessionsIn(jar: CookieJar, path = '/'): number {
  return (jar.headerFor(origin + path)?.match(/session=/g) ?? []).length
}

describeEntries('Several cookies of our name', (serveWith) => {
  const moves: Record<string, [before: CookieOptions, after: CookieOptions]> = {
    'gets a domain': [{}, { domain: 'example.com' }],
    'loses its domain': [{ domain: 'example.com' }, {}],
    'moves to another path': [{}, { path: '/app' }],
  }
  for (const [name, [before, after]] of Object.entries(moves)) {
    it(`a login works when the cookie ${name}, and the old one goes in time`, async () => {
      const { release } = openSite(serveWith)
      const jar = new CookieJar()
      await new Visitor(release(before), { origin, jar }).text('/login?user=ada')
      const visitor = new Visitor(release(after), { origin, jar })
      for (let i = 0; i < 3; i++) {
        await visitor.text('/app/login?user=ada')
        assert.equal(await visitor.text('/app'), 'ada 0')
      }
      assert.equal(sessionsIn(jar, '/app'), 1)
    })

    it(`formerScopes clear the old one at once when the cookie ${name}`, async () => {
      const { release } = openSite(serveWith)
      const jar = new CookieJar()
      await new Visitor(release(before), { origin, jar }).text('/login?user=ada')
      const { domain, path } = before
      const formerScopes = [domain === undefined ? {} : { domain }, { path: path ?? '/' }]
      const visitor = new Visitor(release({ ...after, formerScopes }), { origin, jar })
      await visitor.text('/app/login?user=ada')
      assert.equal(sessionsIn(jar, '/app'), 1)
      assert.equal(await visitor.text('/app'), 'ada 0')
      await visitor.text('/app/logout')
      assert.equal(sessionsIn(jar, '/app'), 0)
    })
  }

  it('a planted one logs nobody out, and nobody in as somebody else', async () => {
    const { release, planted, events } = openSite(serveWith)
    const visitor = new Visitor(release(), { origin })
    await visitor.text('/login?user=ada')
    await visitor.text('/count')
    visitor.jar.take(origin, [await planted('eve', 'Domain=example.com; Path=/')])
    assert.equal(sessionsIn(visitor.jar), 2)
    // Nobody can tell yet. What this request does is not saved, and the browser forgets the planted one.
    assert.equal(await visitor.text('/count'), 'undefined 1')
    const told = events.flatMap((event) => ('reason' in event ? [[event.type, event.reason]] : []))
    assert.deepEqual(told, [
      ['tampered', 'shadowed'],
      ['interrupted', 'shadowed'],
    ])
    assert.equal(await visitor.text('/'), 'ada 1')
    assert.equal(sessionsIn(visitor.jar), 1)
  })

  it('a page that was only looked at forgets the planted one as well', async () => {
    const { release, planted, events } = openSite(serveWith)
    const visitor = new Visitor(release(), { origin })
    await visitor.text('/login?user=ada')
    visitor.jar.take(origin, [await planted('eve', 'Domain=example.com; Path=/')])
    const response = await visitor.get('/')
    assert.equal(await response.text(), 'undefined 0')
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
    assert.equal(response.headers.get('Vary'), 'Cookie')
    assert.ok(!events.some(({ type }) => type === 'interrupted'))
    assert.equal(await visitor.text('/'), 'ada 0')
  })

  it('one that the browser cannot be told to forget ends with the next login', async () => {
    const { release, planted, storage } = openSite(serveWith)
    // Longer than the paths that are cleared.
    const shop = `/shop/${'x'.repeat(100)}`
    const visitor = new Visitor(release(), { origin })
    await visitor.text('/login?user=ada')
    visitor.jar.take(origin, [await planted('eve', `Domain=example.com; Path=${shop}`)])
    assert.equal(await visitor.text(shop), 'undefined 0')
    assert.equal(await visitor.text('/'), 'ada 0')
    await visitor.text(`${shop}/login?user=ada`)
    assert.equal(await visitor.text(shop), 'ada 0')
    assert.equal(await visitor.text(`${shop}/count`), 'ada 1')
    assert.deepEqual(await storage.sessionsOf('eve'), [])
    assert.equal((await storage.sessionsOf('ada')).length, 1)
  })

  it('a logout ends all of them', async () => {
    const { release, planted, storage } = openSite(serveWith)
    const visitor = new Visitor(release(), { origin })
    await visitor.text('/login?user=ada')
    visitor.jar.take(origin, [await planted('eve', 'Domain=example.com; Path=/')])
    await visitor.text('/logout')
    assert.equal(sessionsIn(visitor.jar), 0)
    assert.deepEqual(await storage.sessionsOf('ada'), [])
    assert.deepEqual(await storage.sessionsOf('eve'), [])
  })

  it('two of one user are that user’s', async () => {
    const { release, planted, events } = openSite(serveWith)
    const visitor = new Visitor(release(), { origin })
    visitor.jar.take(origin, [await planted('ada', 'Domain=example.com; Path=/')])
    visitor.jar.take(origin, [await planted('ada', 'Path=/')])
    events.length = 0
    assert.equal(await visitor.text('/count'), 'ada 1')
    assert.ok(!events.some(({ type }) => type === 'tampered'))
  })

  it('a number of forged ones changes nothing', async () => {
    const { release } = openSite(serveWith)
    const visitor = new Visitor(release(), { origin })
    await visitor.text('/login?user=ada')
    const many = Array.from(
      { length: 50 },
      (_, i) => `session=${i}; Secure; Path=/${'a/'.repeat(i)}`,
    )
    visitor.jar.take(origin, many.slice(1))
    assert.equal(await visitor.text(`/${'a/'.repeat(60)}`), 'ada 0')
  })

  it('a __Host- cookie is alone', async () => {
    const { storage } = openSite(serveWith)
    const cookie = createCookie('__Host-session', { secrets: [secrets[0]!] })
    const serve = serveWith({ cookie, storage }, (_, session) => {
      session.login('ada')
      return new Response()
    })
    const response = await serve(new Request(origin))
    assert.equal(response.headers.getSetCookie().length, 1)
    assert.deepEqual(cookie.clearBeside(origin), [])
  })
})
