import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie, createSessionStorage, type Session } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createGate } from 'coatcheck/testing'

/* What people are used to from other libraries, and what must not go wrong when they do it here. */

const secrets = ['Zk3vQ0b1r8sXw2LrTn7yUe5dHc9mJp4f']
const cookie = createCookie('session', { secrets })

function requestWith(setCookie: string | null): Request {
  const headers = new Headers()
  if (setCookie !== null) headers.set('Cookie', setCookie.split(';')[0]!)
  return new Request('https://shop.example/', { headers })
}

function setCookieOf(response: Response): string | null {
  return response.headers.get('Set-Cookie')
}

describe('a handler that saves by itself', () => {
  it('still gets its cookie into the response', async () => {
    const storage = createMemorySessionStorage()
    const login = withSession({ cookie, storage }, async (_, session) => {
      session.login('ada')
      await storage.save(session)
      return new Response('in')
    })
    const show = withSession({ cookie, storage }, (_, s) => new Response(s.userId ?? 'nobody'))
    const first = await login(requestWith(null))
    assert.equal(await (await show(requestWith(setCookieOf(first)))).text(), 'ada')
    const again = await login(requestWith(setCookieOf(first)))
    assert.equal(await (await show(requestWith(setCookieOf(again)))).text(), 'ada')
  })

  for (const createStorage of [createMemorySessionStorage, createCookieSessionStorage]) {
    it(`gets it also if it does not wait (${createStorage.name})`, async () => {
      const storage = createStorage()
      const start = withSession({ cookie, storage }, (_, session) => {
        session.set('a', 1)
        void storage.save(session)
        return new Response('not waited')
      })
      assert.notEqual(setCookieOf(await start(requestWith(null))), null)
    })
  }
})

describe('a slow handler that saves by itself', () => {
  it('does not send its dead id over a login that came meanwhile', async () => {
    const aging = createCookie('session', { secrets, maxAge: 86_400 })
    const storage = createMemorySessionStorage()
    const start = withSession({ cookie: aging, storage }, (_, session) => {
      session.set('a', 1)
      return new Response('ok')
    })
    const first = setCookieOf(await start(requestWith(null)))
    const login = withSession({ cookie: aging, storage }, (_, session) => {
      session.login('ada')
      return new Response('in')
    })
    const slow = withSession({ cookie: aging, storage }, async (_, session) => {
      session.set('b', 2)
      await storage.save(session)
      await login(requestWith(first))
      session.set('c', 3)
      return new Response('late')
    })
    assert.equal(setCookieOf(await slow(requestWith(first))), null)
  })
})

describe('what a server passes beside the request', () => {
  it('goes on to the handler', async () => {
    const handler = withSession(
      { cookie, storage: createMemorySessionStorage() },
      (_, session, env: { name: string }) => new Response(`${env.name} ${session.size}`),
    )
    assert.equal(await (await handler(requestWith(null), { name: 'worker' })).text(), 'worker 0')
  })
})

describe('a handler that throws', () => {
  const fail = (): never => {
    throw new Error('handler')
  }

  it('leaves no record of a new visitor', async () => {
    for (const use of [(s: Session) => s.login('ada'), (s: Session) => s.regenerateId(true)]) {
      const gate = createGate(createMemoryStore())
      const handler = withSession({ cookie, storage: createSessionStorage(gate.store) }, (_, s) => {
        s.set('a', 1)
        use(s)
        return fail()
      })
      await assert.rejects(handler(requestWith(null)), { message: 'handler' })
      assert.equal(gate.calls.write, 0)
    }
  })

  it('lets the visitor start again at once, although the id was retired', async () => {
    const storage = createMemorySessionStorage()
    let broken = true
    const handler = withSession({ cookie, storage }, (_, session) => {
      session.set('a', 1)
      if (broken) session.login('ada')
      return broken ? fail() : new Response('ok')
    })
    broken = false
    const first = setCookieOf(await handler(requestWith(null)))
    broken = true
    await assert.rejects(handler(requestWith(first)))
    broken = false
    assert.notEqual(setCookieOf(await handler(requestWith(first))), null)
  })

  it('counts a thrown Response as returned', async () => {
    const storage = createMemorySessionStorage()
    const handler = withSession({ cookie, storage }, (_, session) => {
      session.flash('error', 'Please log in')
      throw Response.redirect('https://shop.example/login')
    })
    const response = await handler(requestWith(null))
    assert.equal(response.status, 302)
    const { value } = await cookie.read(setCookieOf(response)!.split(';')[0]!)
    assert.equal((await storage.read(value)).get('error'), 'Please log in')
  })

  it('is told when it returned nothing, before anything is saved', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const handler = withSession({ cookie, storage }, ((_: Request, session: Session) => {
      session.set('a', 1)
    }) as never)
    await assert.rejects(handler(requestWith(null)), { code: 'ERR_SESSION_RESPONSE' })
    assert.equal(gate.calls.write, 0)
  })
})

describe('a Request object', () => {
  it('can be served again when it was answered', async () => {
    const storage = createMemorySessionStorage()
    const handler = withSession({ cookie, storage }, () => new Response('ok'))
    const request = requestWith(null)
    await handler(request)
    assert.equal((await handler(request)).status, 200)
  })
})

describe('a cookie with a short maxAge', () => {
  it('is renewed by reading before it runs out, though the session needs no write for long', async () => {
    let time = 0
    const hour = 3_600_000
    const storage = createMemorySessionStorage({ idleTimeout: 30 * 86_400, now: () => time })
    const short = createCookie('session', { secrets, maxAge: 86_400 })
    const handler = withSession({ cookie: short, storage }, (_, session) => {
      if (session.isNew) session.set('a', 1)
      return new Response('ok')
    })
    const first = setCookieOf(await handler(requestWith(null)))
    time += 2 * hour
    assert.equal(setCookieOf(await handler(requestWith(first))), null)
    time += 1 * hour
    assert.match(setCookieOf(await handler(requestWith(first))) ?? '', /Max-Age=86400/)
    assert.equal(setCookieOf(await handler(requestWith(first))), null)
  })
})

describe('CDN caches', () => {
  it('do not get a Set-Cookie to keep by their own header (RFC 9213)', async () => {
    const storage = createMemorySessionStorage()
    const cacheControls = ['public', 'public, no-cache="a, no-store, b"', 'max-age=5']
    for (const cacheControl of cacheControls) {
      const handler = withSession({ cookie, storage }, (_, session) => {
        session.set('a', 1)
        const headers = { 'Cache-Control': cacheControl, 'CDN-Cache-Control': 'max-age=600' }
        return new Response('ok', { headers })
      })
      const { headers } = await handler(requestWith(null))
      assert.equal(headers.get('CDN-Cache-Control'), null)
      assert.equal(headers.get('Cache-Control'), 'no-store')
    }
  })
})
