import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { secretA } from './cookie/cookie-paths.ts'

type Options = Record<string, unknown>

/** Everything that takes options. */
const makers: Record<string, (options: Options) => unknown> = {
  createCookie: (options) => createCookie('session', options),
}

/** What somebody wrote, and what they meant. */
const mistakes: Record<string, Record<string, string>> = {
  createCookie: {
    secret: 'secrets',
    password: 'secrets',
    keys: 'secrets',
    maxage: 'maxAge',
    ttl: 'maxAge',
    httponly: 'httpOnly',
    samesite: 'sameSite',
    encrypted: 'encrypt',
    formerScope: 'formerScopes',
  },
}

const wrongKinds: Record<string, Options[]> = {
  createCookie: [
    { httpOnly: 0 },
    { httpOnly: null },
    { secure: 'false' },
    { encrypt: null },
    { encrypt: 0 },
    { partitioned: 1 },
    { path: null },
    { domain: 5 },
    { context: null },
    { accept: null },
    { formerScopes: {} },
    { formerScopes: [5] },
    { formerScopes: [{ domian: 'example.com' }] },
    { maxAge: '5' },
    { expires: 'tomorrow' },
    { sameSite: true },
  ],
}

for (const [name, make] of Object.entries(makers)) {
  describe(`The options of ${name}`, () => {
    for (const [wrote, meant] of Object.entries(mistakes[name] ?? {})) {
      it(`have no "${wrote}", and say that "${meant}" was meant`, () => {
        const error = { code: 'ERR_SESSION_CONFIG', message: new RegExp(`"${wrote}".*"${meant}"`) }
        assert.throws(() => make({ [wrote]: secretA }), error)
      })
    }

    it('have no option of an unheard-of name, and say which there are', () => {
      for (const key of ['xyzzy-plugh', '__proto__', 'constructor', 'toString']) {
        const options = JSON.parse(`{ "${key}": 1 }`) as Options
        assert.throws(() => make(options), { code: 'ERR_SESSION_CONFIG', message: /It has: / })
      }
    })

    for (const options of wrongKinds[name] ?? []) {
      it(`are of the kind that they must be: ${JSON.stringify(options)}`, () => {
        assert.throws(() => make(options), { code: 'ERR_SESSION_CONFIG' })
      })
    }

    it('are an object', () => {
      for (const options of [null, 5, 'x', [], () => {}]) {
        assert.throws(() => make(options as never), { code: 'ERR_SESSION_CONFIG' }, String(options))
      }
    })

    it('may be undefined, each of them', () => {
      const known = Object.keys(wrongKinds[name]?.reduce((all, one) => ({ ...all, ...one })) ?? {})
      make(Object.fromEntries(known.map((key) => [key, undefined])))
    })

    it('are their own, and not what every object inherits', () => {
      for (const key of ['secret', 'ttl', 'httpOnly', 'maxAge', 'domain', 'now']) {
        // oxlint-disable-next-line no-extend-native -- it is what some library does
        Object.defineProperty(Object.prototype, key, { value: 'x', configurable: true })
        try {
          make({})
        } finally {
          delete (Object.prototype as Record<string, unknown>)[key]
        }
      }
    })
  })
}

describe('The attributes that serialize and clear take', () => {
  const cookie = createCookie('session', { secrets: [secretA] })

  it('are checked as the cookie’s own', () => {
    for (const attributes of [{ secret: 'x' }, { httpOnly: 0 }, { maxage: 5 }]) {
      const error = { code: 'ERR_SESSION_CONFIG' }
      assert.throws(() => cookie.serialize('x', attributes as never), error)
      assert.throws(() => cookie.clear(attributes as never), error)
    }
  })
})
