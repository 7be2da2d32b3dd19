import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import session from 'coatcheck/compat/express-session'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { secret } from './visitor.ts'

/** What the console is told while the middleware is made. */
function warnings(t: TestContext, options: object): string {
  const warn = t.mock.method(console, 'warn', () => {})
  try {
    session(options)
    return warn.mock.calls.map(({ arguments: [text] }) => String(text)).join('\n')
  } finally {
    warn.mock.restore()
  }
}

describe('an option that there is not', () => {
  it('is warned of when the app starts, with the one that was meant', (t) => {
    const cases: [options: object, meant: RegExp][] = [
      [{ saveUninitialised: false }, /no option "saveUninitialised".*"saveUninitialized"/],
      [{ cookie: { maxage: 1000 } }, /cookie.* no option "maxage".*"maxAge"/],
      [{ ttl: 1000 }, /no option "ttl".*cookie/],
    ]
    for (const [options, meant] of cases) {
      assert.match(warnings(t, { secret, ...options }), meant)
    }
  })

  it('is warned of although others are wrong, too', (t) => {
    const told = warnings(t, { secrets: [secret], resafe: false })
    assert.match(told, /"secrets".*"secret"/)
    assert.match(told, /"resafe".*"resave"/)
    assert.match(told, /has no secret\. Is its environment variable set/)
  })

  it('is none of those of express-session, for which nothing is said', (t) => {
    const cookie = {
      maxAge: 1000,
      expires: undefined,
      path: '/',
      domain: undefined,
      httpOnly: true,
      secure: false,
      sameSite: 'lax',
      partitioned: false,
      priority: 'low',
    }
    const own = { name: 'a', key: 'b', proxy: true, resave: false, saveUninitialized: false }
    assert.equal(warnings(t, { secret, ...own, rolling: true, unset: 'keep', cookie }), '')
    assert.equal(warnings(t, { secret, cookie: new session.Cookie(cookie as never) }), '')
  })
})

describe('a cookie that cannot be', () => {
  it('is an error when the app starts', () => {
    for (const cookie of [{ maxAge: '1h' }, 'session']) {
      assert.throws(() => session({ secret, cookie: cookie as never }), {
        code: 'ERR_SESSION_CONFIG',
        message: /option cookie of session\(\)/,
      })
    }
  })
})

describe('a store that keeps no sessions', () => {
  it('is an error when the app starts: a class, a promise, or something else', () => {
    const oldStore = createMemorySessionStorage()
    const wrong = [session.MemoryStore, Promise.resolve(new session.MemoryStore()), {}]
    const options = [...wrong.map((store) => ({ store })), { oldStore }]
    for (const option of options) {
      assert.throws(() => session({ secret, ...option } as never), {
        code: 'ERR_SESSION_CONFIG',
        message: /option (store|oldStore) of session\(\).*`new`.*`await`/,
      })
    }
    session({ secret, store: new session.MemoryStore(), oldStore: new session.MemoryStore() })
    for (const store of [oldStore, undefined, null, false]) session({ secret, store } as never)
  })
})
