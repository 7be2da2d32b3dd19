// Remix's own storages in our middlewares.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import { createCookie } from 'coatcheck/cookie'
import { secrets, sessionCookie, setCookies } from '../../frameworks/entries.ts'
import { Visitor } from '../../frameworks/visitor.ts'
import { signal } from '../../frameworks/watched-store.ts'
import { describeServing, remixStorages, type RemixHandle } from './router.ts'

const handle: RemixHandle = ({ url }, session) => {
  const { pathname } = new URL(url)
  if (pathname === '/count') session.set('n', Number(session.get('n') ?? 0) + 1)
  if (pathname === '/flash') session.flash('notice', 'saved!')
  if (pathname === '/rotate') session.regenerateId()
  if (pathname === '/logout') session.destroy()
  if (pathname === '/fill') session.set('text', 'x'.repeat(4096))
  if (pathname === '/private') {
    session.set('seen', true)
    return new Response('', { headers: { 'Cache-Control': 'private, max-age=60' } })
  }
  return Response.json([session.get('n') ?? 0, session.get('notice') ?? null])
}

function headersOf({ headers }: Response): string[] {
  return [...headers.keys()].filter((name) => !['content-type', 'content-length'].includes(name))
}

describeServing('A storage of Remix in our middleware', (serveWith) => {
  for (const [name, createStorage] of Object.entries(remixStorages)) {
    const open = (options = { secrets: [secrets[0]!] }, storage = createStorage()) =>
      new Visitor(serveWith({ cookie: createCookie('session', options), storage }, handle))

    it(`counts (${name})`, async () => {
      const visitor = open()
      for (const n of [1, 2, 3]) assert.equal(await visitor.text('/count'), `[${n},null]`)
    })

    it(`shows a flash message on the next page, once (${name})`, async () => {
      const visitor = open()
      const seen: string[] = []
      for (const path of ['/flash', '/', '/']) seen.push(await visitor.text(path))
      assert.deepEqual(seen, ['[0,null]', '[0,"saved!"]', '[0,null]'])
    })

    it(`keeps the data under a new id (${name})`, async () => {
      const visitor = open()
      await visitor.get('/count')
      const before = visitor.jar.value('session')
      assert.equal(setCookies(await visitor.get('/rotate')).length, 1)
      assert.notEqual(visitor.jar.value('session'), before)
      assert.equal(await visitor.text('/count'), '[2,null]')
    })

    it(`a logout clears the cookie with an expired one in the same place (${name})`, async () => {
      const visitor = open()
      await visitor.get('/count')
      const lines = setCookies(await visitor.get('/logout'))
      const gone = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'
      assert.deepEqual(lines, [`session=; Path=/; HttpOnly; SameSite=Lax; Secure; ${gone}`])
      assert.equal(visitor.jar.value('session'), undefined)
      assert.equal(await visitor.text('/count'), '[1,null]')
    })

    it(`sends nothing to a visitor who has no cookie and changes nothing (${name})`, async () => {
      const visitor = open()
      for (const path of ['/', '/logout']) {
        assert.deepEqual(headersOf(await visitor.get(path)), ['cache-control', 'vary'])
      }
    })

    it(`sends nothing when nothing has changed (${name})`, async () => {
      const visitor = open()
      await visitor.get('/count')
      assert.deepEqual(headersOf(await visitor.get('/')), ['cache-control', 'vary'])
    })

    it(`keeps caches out of what sets the cookie, and apart otherwise (${name})`, async () => {
      const visitor = open()
      const first = await visitor.get('/count')
      assert.equal(first.headers.get('Cache-Control'), 'no-store')
      assert.equal(first.headers.get('Vary'), 'Cookie')
      const read = await visitor.get('/')
      assert.equal(read.headers.get('Cache-Control'), 'private')
      assert.equal(read.headers.get('Vary'), 'Cookie')
      const own = await open().get('/private')
      assert.equal(own.headers.get('Cache-Control'), 'private, max-age=60')
    })

    it(`sends a cookie under an older secret again with the next write (${name})`, async () => {
      const storage = createStorage()
      const before = open({ secrets: [secrets[1]!] }, storage)
      await before.get('/count')
      const { jar } = before
      const serve = (given: string[]) =>
        serveWith({ cookie: createCookie('session', { secrets: given }), storage }, handle)
      const visitor = new Visitor(serve(secrets), { jar })
      assert.deepEqual(setCookies(await visitor.get('/')), [])
      assert.equal(setCookies(await visitor.get('/count')).length, 1)
      const after = new Visitor(serve([secrets[0]!]), { jar })
      assert.equal(await after.text('/count'), '[3,null]')
    })

    it(`takes a cookie that was tampered with for none (${name})`, async () => {
      const visitor = open()
      await visitor.get('/count')
      const sealed = visitor.jar.value('session')!
      const last = sealed.at(-2) === 'A' ? 'B' : 'A'
      const forged = sealed.slice(0, -2) + last + sealed.at(-1)!
      visitor.jar.take('https://shop.example/', [`session=${forged}; Path=/`])
      assert.equal(await visitor.text('/count'), '[1,null]')
    })
  }

  it('clears the cookie of a session that is over, whichever way the storage says so', async () => {
    const inner = createMemorySessionStorage()
    const silent: typeof inner = {
      read: (value) => inner.read(value),
      save: async (session) => (session.destroyed ? null : inner.save(session)),
    }
    const emptying: typeof inner = {
      read: (value) => inner.read(value),
      save: async (session) => (session.has('over') ? '' : inner.save(session)),
    }
    for (const storage of [silent, emptying]) {
      const visitor = new Visitor(
        serveWith({ cookie: sessionCookie(), storage }, (request, session) => {
          session.set('n', 1)
          if (request.method !== 'POST') return new Response()
          if (storage === silent) session.destroy()
          else session.set('over', true)
          return new Response()
        }),
      )
      await visitor.get('/')
      assert.match(setCookies(await visitor.post('/')).join(), /^session=; .*Max-Age=0/)
      assert.equal(visitor.jar.value('session'), undefined)
    }
  })

  it('leaves Secure out on http://localhost only, when it sets the cookie and when it clears it', async () => {
    for (const [origin, isSecure] of [
      ['http://localhost:3000', false],
      ['http://shop.example', true],
    ] as const) {
      const serve = serveWith(
        { cookie: sessionCookie(), storage: createMemorySessionStorage() },
        handle,
      )
      const set = setCookies(await serve(new Request(`${origin}/count`)))[0]!
      const headers = { Cookie: set.split(';', 1)[0]! }
      const cleared = setCookies(await serve(new Request(`${origin}/logout`, { headers })))[0]!
      assert.deepEqual(
        [set, cleared].map((line) => line.includes('; Secure')),
        [isSecure, isSecure],
      )
    }
  })

  it('sends no cookie again that the browser has already', async () => {
    const storage = createMemorySessionStorage()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    assert.equal(setCookies(await visitor.get('/count')).length, 1)
    assert.deepEqual(headersOf(await visitor.get('/count')), ['cache-control', 'vary'])
  })

  it('renews a cookie that ages with each write', async () => {
    const cookie = createCookie('session', { secrets: [secrets[0]!], maxAge: 60 })
    const visitor = new Visitor(
      serveWith({ cookie, storage: createMemorySessionStorage() }, handle),
    )
    for (const path of ['/count', '/count']) {
      assert.match(setCookies(await visitor.get(path))[0]!, /; Max-Age=60\b/)
    }
  })

  it('P4 an id that was ended at a login opens nothing', async () => {
    for (const name of ['memory', 'fs']) {
      const storage = remixStorages[`@remix-run/session/${name}-storage`]!()
      const visitor = new Visitor(
        serveWith({ cookie: sessionCookie(), storage }, (request, session) => {
          if (request.method === 'POST') {
            session.regenerateId(true)
            session.set('n', 100)
          }
          return handle(request, session)
        }),
      )
      await visitor.get('/count')
      const thief = visitor.copy()
      await visitor.post('/')
      assert.equal(await thief.text('/'), '[0,null]')
      assert.equal(await visitor.text('/'), '[100,null]')
    }
  })

  it('P6 what Remix would only sign is encrypted', async () => {
    const storage = remixStorages['@remix-run/session/cookie-storage']!()
    const cookie = sessionCookie()
    const visitor = new Visitor(serveWith({ cookie, storage }, handle))
    await visitor.get('/count')
    const sealed = visitor.jar.value('session')!
    const text = (await cookie.parse(`session=${sealed}`))!
    assert.match(text, /"d":\[\{"n":1\}/)
    const bytes = atob(sealed.replaceAll('-', '+').replaceAll('_', '/'))
    assert.ok(!bytes.includes('"n"'))
  })

  it('P7 the response waits for the save', async () => {
    const inner = createMemorySessionStorage()
    const [reached, reach] = signal()
    const [released, release] = signal()
    const storage: typeof inner = {
      read: (value) => inner.read(value),
      async save(session) {
        reach()
        await released
        return inner.save(session)
      },
    }
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    let isSent = false
    const sent = visitor.get('/count').then((response) => {
      isSent = true
      return response
    })
    await reached
    await new Promise((resolve) => setTimeout(resolve))
    assert.equal(isSent, false)
    release()
    assert.equal(setCookies(await sent).length, 1)
  })

  it('P9 a cookie over 4,096 bytes is an error, and no response', async () => {
    const storage = remixStorages['@remix-run/session/cookie-storage']!()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    await visitor.get('/count')
    await assert.rejects(visitor.get('/fill'), {
      name: 'CookieSizeError',
      code: 'ERR_SESSION_COOKIE_SIZE',
    })
    assert.equal(await visitor.text('/'), '[1,null]')
  })
})
