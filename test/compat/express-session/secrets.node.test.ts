import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import expressSession from 'express-session'
import session from 'coatcheck/compat/express-session'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { called, program, type Middleware, whoAmI } from './program.ts'
import { secret, serving } from './visitor.ts'

describe('secrets', () => {
  it('open in turn, and the first seals', async () => {
    const store = createMemorySessionStorage()
    const first = 'gB3nVx8kQe5TzLw2Mf9HcYp7Rd4JsUa6'
    const cookie = await serving(whoAmI({ secret, store }), async (visitor) => {
      await visitor.send('/set')
      return visitor.cookie
    })
    const both = whoAmI({ secret: [first, secret], store })
    const renewed = await serving(both, async (visitor) => {
      visitor.cookie = cookie
      assert.equal((await visitor.send('/set-again')).text, 'ada')
      return visitor.cookie
    })
    assert.notEqual(renewed, cookie)
    const sends = (cookies: string, options: session.SessionOptions) =>
      serving(whoAmI(options), async (visitor) => {
        visitor.cookie = cookies
        return (await visitor.send('/')).text
      })
    assert.equal(await sends(renewed, { secret: first, store }), 'ada')
    assert.equal(await sends(cookie, { secret: first, store }), 'undefined')
  })

  it('are asked for', async () => {
    const none = program(session() as Middleware, (_, response) => response.end())
    await serving(none, async (visitor) => {
      assert.match((await visitor.send('/')).text, /ERR_SESSION_CONFIG: .*secret.*required/)
    })
    assert.throws(() => session({ secret: [] }), /secret.*array/)
    assert.throws(() => session({ secret: [{}] as never }), /secret.*KeyObject/)
  })

  it('may be bytes, and those of before open what express-session has signed with them', async () => {
    const [bytes, newer] = [randomBytes(32), randomBytes(32)]
    const store = new expressSession.MemoryStore()
    const usual = { store, resave: false, saveUninitialized: false }
    const theirs = expressSession({ ...usual, secret: bytes }) as Middleware
    let cookie = ''
    for (const options of [theirs, { store, secret: bytes }, { store, secret: [newer, bytes] }]) {
      await serving(whoAmI(options), async (visitor) => {
        visitor.cookie = cookie
        assert.equal((await visitor.send('/')).text, cookie === '' ? 'undefined' : 'ada')
        await visitor.send('/set')
        cookie = visitor.cookie
      })
    }
    await serving(whoAmI({ store, secret: [randomBytes(32)] }), async (visitor) => {
      visitor.cookie = cookie
      assert.equal((await visitor.send('/')).text, 'undefined')
    })
  })

  it('may be the one of cookie-parser', () =>
    serving(
      whoAmI(session() as Middleware, (request) => (request.secret = secret)),
      async (visitor) => {
        await visitor.send('/set')
        assert.equal((await visitor.send('/')).text, 'ada')
      },
    ))

  it('are refused in production if the first is weak, and the advice says what to write', () => {
    const { NODE_ENV } = process.env
    process.env['NODE_ENV'] = 'production'
    try {
      assert.throws(() => session({ secret: 'keyboard cat' }), /put it in front, secret: \[/)
      session({ secret: [secret, 'keyboard cat'], store: createMemorySessionStorage() })
    } finally {
      if (NODE_ENV === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = NODE_ENV
    }
  })

  it('that are weak and stand behind open nothing that is sealed', async () => {
    const store = createMemorySessionStorage()
    const weak = 'keyboard cat'
    const cookie = await serving(whoAmI({ secret: weak, store }), async (visitor) => {
      await visitor.send('/set')
      return visitor.cookie
    })
    await serving(whoAmI({ secret: [secret, weak], store }), async (visitor) => {
      visitor.cookie = cookie
      assert.equal((await visitor.send('/')).text, 'undefined')
    })
  })
})

describe('a cookie that express-session has signed', () => {
  const weak = 'keyboard cat'
  /** A visitor who has logged in there. */
  async function before(store: expressSession.Store): Promise<string> {
    const theirs = expressSession({ secret: weak, store, resave: false, saveUninitialized: false })
    return serving(whoAmI(theirs as Middleware), async (visitor) => {
      await visitor.send('/set')
      assert.match(visitor.cookie, /^connect\.sid=s%3A/)
      return visitor.cookie
    })
  }

  const both: [name: string, options: (store: expressSession.Store) => session.SessionOptions][] = [
    ['in its own store', (store) => ({ store })],
    ['in a storage of ours', (oldStore) => ({ store: createMemorySessionStorage(), oldStore })],
  ]
  for (const [where, options] of both) {
    it(`still stands for its session, which is kept ${where} from now on`, async () => {
      const store = new expressSession.MemoryStore()
      const cookie = await before(store)
      await serving(whoAmI({ ...options(store), secret: [secret, weak] }), async (visitor) => {
        visitor.cookie = cookie
        assert.equal((await visitor.send('/')).text, 'ada')
        assert.match(visitor.cookie, /^connect\.sid=[\w-]{100,}$/)
        assert.equal((await visitor.send('/')).text, 'ada')
      })
    })
  }

  for (const way of ['destroy', 'regenerate']) {
    it(`is worth nothing any more after ${way}()`, async () => {
      const store = new expressSession.MemoryStore()
      const cookie = await before(store)
      const app = program({ store, secret: [secret, weak] }, async (request, response) => {
        const { user: name } = request.session
        if (request.url === `/end`) await called((done) => request.session[way](done))
        response.end(String(name))
      })
      await serving(app, async (visitor, another) => {
        visitor.cookie = cookie
        await visitor.send('/')
        await visitor.send('/end')
        const thief = another()
        thief.cookie = cookie
        assert.equal((await thief.send('/')).text, 'undefined')
      })
    })
  }
})
