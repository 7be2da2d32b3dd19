import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import express from 'express'
import session, { Cookie } from 'coatcheck/compat/express-session'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { program, whoAmI } from './program.ts'
import { secret, serving } from './visitor.ts'

const attributes = ([first = '']: readonly string[]) =>
  first
    .split('; ')
    .slice(1)
    .map((one) => one.replace(/=.*GMT$/, ''))

describe('the cookie', () => {
  it('is sealed, and has the attributes of the options', () =>
    serving(
      whoAmI({
        name: 'sid',
        cookie: { maxAge: 60_000, domain: 'a.example', sameSite: true, priority: 'high' },
      }),
      async (visitor) => {
        const { setCookies } = await visitor.send('/set')
        assert.match(setCookies[0]!, /^sid=[\w-]{100,};/)
        assert.deepEqual(attributes(setCookies), [
          'Domain=a.example',
          'Path=/',
          'HttpOnly',
          'SameSite=Strict',
          'Expires',
          'Priority=High',
        ])
      },
    ))

  it('is sent again when the session was changed and has an end, and else not', () =>
    serving(
      program({ cookie: { maxAge: 60_000 } }, ({ url, session: held }, response) => {
        if (url === '/set') held.n = (held.n ?? 0) + 1
        response.end(String(held.n))
      }),
      async (visitor) => {
        const counts = []
        for (const path of ['/set', '/', '/set']) {
          counts.push((await visitor.send(path)).setCookies.length)
        }
        assert.deepEqual(counts, [1, 0, 1])
      },
    ))

  it('is sent with every response with rolling, once there is a session', () =>
    serving(whoAmI({ rolling: true, cookie: { maxAge: 60_000 } }), async (visitor) => {
      const counts = []
      for (const path of ['/', '/set', '/', '/']) {
        counts.push((await visitor.send(path)).setCookies.length)
      }
      assert.deepEqual(counts, [0, 1, 1, 1])
    }))

  it('keeps what a session says of its own, and the server ends the session with it', () => {
    let ahead = 0
    const store = createMemorySessionStorage({ now: () => Date.now() + ahead })
    return serving(
      program({ store, cookie: { maxAge: 60_000 } }, ({ url, session: held }, response) => {
        if (url === '/long') Object.assign(held, { user: 'ada' }).cookie.maxAge = 3_600_000
        response.end(JSON.stringify([held.user, held.cookie.originalMaxAge, held.cookie.maxAge]))
      }),
      async (visitor) => {
        await visitor.send('/long')
        const [name, original, left] = await visitor.json('/')
        assert.deepEqual([name, original], ['ada', 3_600_000])
        assert.ok(left > 3_500_000 && left <= 3_600_000)
        ahead = 3_000_000
        assert.equal((await visitor.json('/'))[0], 'ada')
        // The use in between counts.
        ahead += 3_000_000
        assert.equal((await visitor.json('/'))[0], 'ada')
        ahead += 3_700_000
        assert.equal((await visitor.json('/'))[0], null)
      },
    )
  })

  it('is sent with its whole life before it, from the end of the request', () =>
    serving(
      program({ cookie: { maxAge: 60_000 } }, ({ session: held }, response) => {
        held.user = 'ada'
        held.cookie.expires = new Date(Date.now() + 1000)
        held.cookie.originalMaxAge = 60_000
        response.end()
      }),
      async (visitor) => {
        const [, expires = ''] = /Expires=([^;]+)/.exec((await visitor.send('/')).setCookies[0]!)!
        assert.ok(Date.parse(expires) > Date.now() + 50_000)
      },
    ))

  it('warns once if the storage ends sessions before it', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {})
    const store = createMemorySessionStorage({ idleTimeout: 60 })
    await serving(whoAmI({ store, cookie: { maxAge: 61_500 } }), (visitor) => visitor.send('/set'))
    const told = warn.mock.calls.map(({ arguments: [text] }) => String(text))
    assert.match(told.join(), /give the storage an idleTimeout/)
  })

  it('is not sent over plain http if it must be Secure, which is said once', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {})
    await serving(whoAmI({ cookie: { secure: true } }), async (visitor) => {
      await visitor.send('/')
      assert.equal(warn.mock.callCount(), 0)
      for (let n = 0; n < 2; n++) assert.deepEqual((await visitor.send('/set')).setCookies, [])
    })
    const told = warn.mock.calls.map(({ arguments: [text] }) => String(text))
    assert.equal(told.length, 1)
    assert.match(told[0]!, /trust proxy/)
  })

  const https = { 'x-forwarded-proto': 'https' }
  const cases: [options: session.SessionOptions, isTrusted: boolean, expected: string][] = [
    [{ cookie: { secure: 'auto' }, proxy: true }, false, 'Secure'],
    [{ cookie: { secure: 'auto' }, proxy: false }, true, ''],
    [{ cookie: { secure: 'auto' } }, false, ''],
    [{ cookie: { secure: 'auto' } }, true, 'Secure'],
    [{ cookie: { secure: true } }, true, 'Secure'],
    [{ cookie: { secure: true } }, false, 'none'],
  ]
  for (const [options, isTrusted, expected] of cases) {
    const trust = isTrusted ? 'a proxy that Express trusts' : 'a proxy'
    it(`behind ${trust}: ${JSON.stringify(options)}`, () => {
      const app = express()
      app.set('trust proxy', isTrusted)
      app.use(session({ secret, ...options }))
      app.get('/', (request, response) => {
        Object.assign(request.session, { user: 'ada' })
        response.end()
      })
      return serving(app, async (visitor) => {
        const { setCookies } = await visitor.send('/', { headers: https })
        const [own] = setCookies
        const found = own === undefined ? 'none' : own.includes('; Secure') ? 'Secure' : ''
        assert.equal(found, expected)
      })
    })
  }

  it('can be made for each request', () =>
    serving(
      whoAmI({ cookie: (({ url }: { url: string }) => ({ path: url, maxAge: 1000 })) as never }),
      async (visitor) => {
        assert.ok(attributes((await visitor.send('/set')).setCookies).includes('Path=/set'))
      },
    ))

  it('has a path, and requests elsewhere have no session', () =>
    serving(
      program({ cookie: { path: '/admin' } }, (request, response) => {
        response.end(String(request.session))
      }),
      async (visitor) => {
        assert.equal((await visitor.send('/other')).text, 'undefined')
        assert.equal((await visitor.send('/admin/x')).text, '[object Object]')
      },
    ))
})

describe('Cookie', () => {
  it('has the maxAge that it was given, though the clock goes on', (t) => {
    let now = Date.now()
    t.mock.method(Date, 'now', () => now++)
    assert.equal(new Cookie({ maxAge: 10_000 }).originalMaxAge, 10_000)
  })

  it('counts its maxAge down to its expires', () => {
    const cookie = new Cookie({ maxAge: 10_000 })
    assert.equal(cookie.originalMaxAge, 10_000)
    assert.ok(cookie.expires instanceof Date)
    assert.ok(cookie.maxAge! <= 10_000 && cookie.maxAge! > 9000)
    cookie.maxAge = null
    assert.deepEqual([cookie.expires, cookie.originalMaxAge], [null, null])
    assert.throws(() => new Cookie({ maxAge: '1' as never }), /maxAge/)
    assert.throws(() => new Cookie(42 as never), /object/)
  })
})
