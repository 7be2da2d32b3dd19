import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createCookie as createOurCookie } from 'coatcheck/cookie'
import {
  createCookie,
  createCookieSessionStorage,
  createMemorySessionStorage,
  toReactRouterStorage,
} from 'coatcheck/compat/react-router'
import { createCookieSessionStorage as createCoreCookieStorage } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'
import process from 'node:process'
import * as reactRouter from 'react-router'
import { secrets, seen, visit } from './kinds.ts'

const configError = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }
/** Everything that holds the session in its cookie, by the options of that cookie. */
const holders: [string, (options: any) => unknown][] = [
  ['options', (options) => createCookieSessionStorage({ cookie: options })],
  ['a cookie', (options) => createCookieSessionStorage({ cookie: createCookie('sid', options) })],
  [
    'a cookie of the core',
    (options) => createCookieSessionStorage({ cookie: createOurCookie('sid', options) }),
  ],
  [
    'a cookie of React Router',
    (options) => createCookieSessionStorage({ cookie: reactRouter.createCookie('sid', options) }),
  ],
  ['any storage', (options) => toReactRouterStorage(options, createCoreCookieStorage())],
  [
    'any storage that notes ends',
    (options) => {
      const revocations = createRevocations({ store: createMemoryStore() })
      return toReactRouterStorage(options, createCoreCookieStorage({ revocations }))
    },
  ],
]
/** What an unset variable leaves where an application reads its secrets from it. */
const missing: [string, object][] = [
  ['undefined', { secrets: process.env['COATCHECK_NOT_SET']?.split(',') }],
  ['none', {}],
  ['an empty list', { secrets: [] }],
]
const wrong: [string, object][] = [
  ['null', { secrets: null }],
  ['an empty text', { secrets: '' }],
  ['a list of nothing', { secrets: [undefined] }],
]

describe('a cookie that is the session', () => {
  let environment: string | undefined

  beforeEach(() => {
    environment = process.env['NODE_ENV']
  })
  afterEach(() => {
    if (environment === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = environment
  })

  for (const [holder, make] of holders) {
    for (const [kind, options] of missing) {
      it(`needs secrets in production (${holder}: ${kind})`, () => {
        process.env['NODE_ENV'] = 'production'
        assert.throws(() => make(options), { ...configError, message: /has no secrets/ })
        process.env['NODE_ENV'] = 'development'
        assert.ok(make(options))
      })
    }
    it(`is taken with secrets (${holder})`, () => {
      process.env['NODE_ENV'] = 'production'
      assert.ok(make({ secrets }))
    })
  }

  it('is the default cookie of nobody in production', () => {
    process.env['NODE_ENV'] = 'production'
    assert.throws(() => createCookieSessionStorage(), configError)
  })
})

describe('secrets that are none', () => {
  for (const [kind, options] of wrong) {
    it(`are refused, in development too (${kind})`, () => {
      assert.throws(() => createCookie('sid', options as object), configError)
      assert.throws(() => createCookieSessionStorage({ cookie: options as object }), configError)
      assert.throws(() => createMemorySessionStorage({ cookie: options as object }), configError)
    })
  }

  it('are refused with what stands in the place of a cookie', () => {
    for (const cookie of [null, '', 'sid', 1]) {
      assert.throws(() => createMemorySessionStorage({ cookie: cookie as any }), configError)
    }
  })
})

describe('a cookie without secrets that holds an id', () => {
  it('serves in production, because an id cannot be guessed', async () => {
    const environment = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      const storage = createMemorySessionStorage()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      assert.deepEqual(await seen(storage, `${cookie}x`), {})
    } finally {
      if (environment === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = environment
    }
  })
})
