import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { called, program } from './program.ts'
import { serving } from './visitor.ts'

describe('req.session', () => {
  it('has the data, and its cookie, as its own enumerable properties', () =>
    serving(
      program({}, ({ session }, response) => {
        session.user = 'ada'
        session.draft = 1
        delete session.draft
        const all: string[] = []
        for (const key in session) all.push(key)
        const facts = [Object.keys(session), all, 'user' in session, 'draft' in session]
        response.end(JSON.stringify([...facts, Object.keys({ ...session }), session]))
      }),
      async (visitor) => {
        const keys = ['cookie', 'user']
        const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' }
        const expected = [keys, keys, true, false, keys, { cookie, user: 'ada' }]
        assert.deepEqual(await visitor.json('/'), expected)
      },
    ))

  it('keeps whole objects, and what is changed deep inside of them', () =>
    serving(
      program({}, ({ session, url }, response) => {
        if (url === '/start') Object.assign(session, { user: { name: 'ada' }, cart: [{ n: 1 }] })
        if (url === '/change') {
          session.user.name = 'eve'
          session.cart[0].n++
          session.cart.push({ n: 9 })
        }
        if (url === '/remove') delete session.cart
        const { cookie: _, ...data } = session
        response.end(JSON.stringify(data))
      }),
      async (visitor) => {
        await visitor.send('/start')
        await visitor.send('/change')
        assert.deepEqual(await visitor.json('/'), {
          user: { name: 'eve' },
          cart: [{ n: 2 }, { n: 9 }],
        })
        await visitor.send('/remove')
        assert.deepEqual(await visitor.json('/'), { user: { name: 'eve' } })
      },
    ))

  it('that JSON cannot hold is one error of the app, and ends no process', () =>
    serving(
      program({}, ({ session, url }, response) => {
        if (url === '/circle') session.circle = { session }
        if (url === '/bigint') session.price = 5n
        if (url === '/deep') session.deep = JSON.parse('[['.repeat(50) + ']]'.repeat(50))
        response.end(Object.keys(session).join())
      }),
      async (visitor) => {
        for (const [path, message] of [
          ['/circle', /^TypeError: Converting circular/],
          ['/bigint', /^TypeError: .*BigInt/],
          ['/deep', /^ERR_SESSION_VALUE: .*deeper/],
        ] as const) {
          const { status, text, setCookies } = await visitor.send(path)
          assert.deepEqual([status, setCookies], [500, []])
          assert.match(text, message)
        }
        assert.equal((await visitor.send('/')).text, 'cookie')
      },
    ))

  it('keeps what JSON makes of a value, as stores do', () =>
    serving(
      program({}, ({ session, url }, response) => {
        class User {
          name = 'ada'
        }
        const odd = { at: new Date(0), none: null, hole: undefined, map: new Map(), n: Number.NaN }
        if (url === '/set') Object.assign(session, { ...odd, user: new User(), call: () => 1 })
        const { cookie: _, ...data } = session
        response.end(JSON.stringify(data))
      }),
      async (visitor) => {
        await visitor.send('/set')
        const at = '1970-01-01T00:00:00.000Z'
        const expected = { at, none: null, map: {}, n: null, user: { name: 'ada' } }
        assert.deepEqual(await visitor.json('/'), expected)
      },
    ))

  it('takes another object in its place', () =>
    serving(
      program({}, (request, response) => {
        if (request.url === '/set') request.session = { user: 'ada' }
        response.end(String(request.session.user))
      }),
      async (visitor) => {
        await visitor.send('/set')
        assert.equal((await visitor.send('/')).text, 'ada')
      },
    ))

  it('costs a visitor who brings and gets nothing no cookie, whatever the older options say', () =>
    serving(
      program({ saveUninitialized: true, resave: true }, (request, response) => {
        response.end(request.url === '/look' ? typeof request.session : 'nothing')
      }),
      async (visitor) => {
        const quiet = await visitor.send('/')
        assert.deepEqual([quiet.setCookies, quiet.headers.get('vary')], [[], null])
        const looked = await visitor.send('/look')
        assert.deepEqual([looked.setCookies, looked.headers.get('vary')], [[], 'Cookie'])
      },
    ))
})

describe('a response', () => {
  it('that is ended twice is ended once, as in express-session', () =>
    serving(
      program({}, (request, response) => {
        request.session.user = 'ada'
        response.end('first')
        response.end('second')
      }),
      async (visitor) => {
        assert.equal((await visitor.send('/')).text, 'first')
        assert.equal((await visitor.send('/')).text, 'first')
      },
    ))
})

describe('the methods of req.session', () => {
  it('save() calls back when it is saved, and the response carries the cookie', () =>
    serving(
      program({}, async (request, response) => {
        if (request.url === '/set') {
          request.session.user = 'ada'
          await called((done) => request.session.save(done))
          const stored = await called((done) => request.sessionStore.get(request.sessionID, done))
          return response.end(stored.user)
        }
        response.end(request.session.user)
      }),
      async (visitor) => {
        assert.equal((await visitor.send('/set')).text, 'ada')
        assert.equal((await visitor.send('/')).text, 'ada')
      },
    ))

  it('regenerate() begins an empty session under another id, and the old id is dead', () =>
    serving(
      program({}, async (request, response) => {
        const before = request.session
        if (request.url === '/set') before.user = 'ada'
        if (request.url !== '/renew') return response.end(String(before.user))
        const { id } = before
        await called((done) => before.regenerate(done))
        const facts = [
          request.session !== before,
          request.session.id !== id && request.session.id === request.sessionID,
          before.id === id,
          Object.keys(request.session).join(),
        ]
        response.end(facts.join(' '))
      }),
      async (visitor) => {
        await visitor.send('/set')
        const old = visitor.copy()
        assert.equal((await visitor.send('/renew')).text, 'true true true cookie')
        assert.notEqual(visitor.cookie, old.cookie)
        assert.equal((await old.send('/')).text, 'undefined')
      },
    ))

  it('destroy() ends the session, takes it off the request and clears the cookie', () =>
    serving(
      program({}, async (request, response) => {
        if (request.url === '/set') request.session.user = 'ada'
        if (request.url === '/end') await called((done) => request.session.destroy(done))
        response.end(String(request.session === undefined ? 'none' : request.session.user))
      }),
      async (visitor) => {
        await visitor.send('/set')
        const old = visitor.copy()
        const { text, setCookies } = await visitor.send('/end')
        assert.equal(text, 'none')
        assert.match(setCookies.join(), /^connect\.sid=;.*Max-Age=0/)
        assert.equal((await old.send('/')).text, 'undefined')
      },
    ))

  it('reload() shows what another request has saved, and forgets what was not', () =>
    serving(
      program({}, async (request, response) => {
        const { url, session } = request
        if (url === '/user') session.user = 'ada'
        if (url === '/reload') {
          session.draft = 1
          const stored = await called((done) => request.sessionStore.get(session.id, done))
          await called((done) => request.sessionStore.set(session.id, { ...stored, n: 5 }, done))
          await called((done) => session.reload(done))
          assert.notEqual(request.session, session)
        }
        const { n, draft, user } = request.session
        response.end(JSON.stringify([n, draft, user]))
      }),
      async (visitor) => {
        await visitor.send('/user')
        assert.deepEqual(await visitor.json('/reload'), [5, null, 'ada'])
        assert.deepEqual(await visitor.json('/'), [5, null, 'ada'])
      },
    ))

  it('reload() is an error where nothing was saved', () =>
    serving(
      program({}, async ({ session }, response) => {
        const error = await called((done) => session.reload(done)).catch((problem) => problem)
        response.end(error.message)
      }),
      async (visitor) => assert.match((await visitor.send('/')).text, /failed to load session/),
    ))

  it('touch() and resetMaxAge() give the cookie its whole life again', () =>
    serving(
      program({ cookie: { maxAge: 60_000 } }, ({ session }, response) => {
        session.cookie.expires = new Date(Date.now() + 1000)
        session.cookie.originalMaxAge = 60_000
        assert.equal(session.touch(), session)
        response.end(String(session.cookie.maxAge > 50_000))
      }),
      async (visitor) => assert.equal((await visitor.send('/')).text, 'true'),
    ))

  it('save() of an object from before regenerate() writes nothing', () =>
    serving(
      program({}, async (request, response) => {
        const { session } = request
        if (request.url === '/set') session.user = 'ada'
        if (request.url !== '/late') return response.end(String(session.user))
        await called((done) => session.regenerate(done))
        session.user = 'eve'
        const error = await called((done) => session.save(done)).catch((problem) => problem)
        response.end(error.code)
      }),
      async (visitor) => {
        await visitor.send('/set')
        assert.equal((await visitor.send('/late')).text, 'ERR_SESSION_DESTROYED')
        assert.equal((await visitor.send('/')).text, 'undefined')
      },
    ))
})

describe('req.session = null, or delete req.session', () => {
  for (const unset of ['keep', 'destroy'] as const) {
    it(`with unset: '${unset}'`, () =>
      serving(
        program({ unset }, (request, response) => {
          if (request.url === '/set') request.session.user = 'ada'
          else if (request.url === '/null') {
            request.session.user = 'eve'
            request.session = null
          } else if (request.url === '/delete') {
            delete request.session
          }
          response.end(String(request.session?.user))
        }),
        async (visitor) => {
          for (const path of ['/null', '/delete']) {
            await visitor.send('/set')
            const old = visitor.copy()
            await visitor.send(path)
            assert.equal((await old.send('/')).text, unset === 'keep' ? 'ada' : 'undefined')
          }
        },
      ))
  }
})

describe('req.sessionStore', () => {
  it('finds, changes and ends sessions by their ids', () =>
    serving(
      program({ cookie: { maxAge: 60_000 } }, async (request, response) => {
        const { sessionStore: store, sessionID: id } = request
        if (request.url === '/set') {
          request.session.user = 'ada'
          return response.end(id)
        }
        const known = await called((done) => store.get(request.session.user, done))
        response.end(JSON.stringify([request.session.user, known === undefined]))
      }),
      async (visitor) => {
        await visitor.send('/set')
        assert.deepEqual(await visitor.json('/'), ['ada', true])
      },
    ))

  it('finds nothing by an id where the cookie is the session, and takes the id for no cookie', () => {
    const events: SessionEvent[] = []
    const store = createCookieSessionStorage({ onEvent: (event) => events.push(event) })
    const listener = program({ store }, async (request, response) => {
      const { sessionStore, sessionID: id } = request
      request.session.user = 'ada'
      const found = await called((done) => sessionStore.get(id, done))
      await assert.rejects(
        called((done) => sessionStore.set(id, { user: 'eve' }, done)),
        { code: 'ERR_SESSION_DESTROYED' },
      )
      response.end(String(found))
    })
    return serving(listener, async (visitor) => {
      await visitor.send('/')
      assert.equal((await visitor.send('/')).text, 'undefined')
      const bad = events.filter(({ type }) => type === 'corrupt' || type === 'tampered')
      assert.deepEqual(bad, [])
    })
  })

  it('loads a session outside of any request, with its cookie and methods', () =>
    serving(
      program({ cookie: { maxAge: 60_000 } }, async (request, response) => {
        const { sessionStore: store, sessionID: id } = request
        if (request.url === '/set') request.session.user = 'ada'
        if (request.url !== '/load') return response.end(String(request.session.user))
        const loaded = await called((done) => store.load(id, done))
        assert.equal(loaded.cookie.originalMaxAge, 60_000)
        assert.ok(loaded.cookie.maxAge > 50_000)
        loaded.user = 'eve'
        await called((done) => loaded.save(done))
        const seen = await called((done) => store.get(id, done))
        await called((done) => loaded.destroy(done))
        response.end(`${seen.user} ${String(await called((done) => store.get(id, done)))}`)
      }),
      async (visitor) => {
        await visitor.send('/set')
        const other = visitor.copy()
        assert.equal((await visitor.send('/load')).text, 'eve undefined')
        assert.equal((await other.send('/')).text, 'undefined')
      },
    ))
})
