import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  expressSession,
  ironSession,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { ironPassword, ourSecret } from './old-cookies.ts'

const config = { code: 'ERR_SESSION_CONFIG' }
type Make = (options: any) => unknown

describe('The options of importers', () => {
  for (const make of [remixCookie, reactRouterCookie, expressSession] as Make[]) {
    it(`of ${make.name} are checked when it is made`, () => {
      for (const secrets of [[], [''], [undefined], 'keyboard cat', {}]) {
        assert.throws(() => make({ secrets }), { ...config, message: /old secrets/ })
      }
      for (const name of ['load', 'userId']) {
        assert.throws(() => make({ [name]: 'user' }), { ...config, message: new RegExp(name) })
      }
      assert.throws(() => make(null), config)
      make({ secrets: ['x'], load: () => undefined, userId: () => undefined })
      make(undefined)
    })
  }

  it('of ironSession are checked when it is made', () => {
    const make = ironSession as Make
    const short = 'x'.repeat(31)
    for (const password of [
      undefined,
      '',
      short,
      {},
      { 1: short },
      { 1: ironPassword, 2: '' },
      [ironPassword],
      7,
    ]) {
      assert.throws(() => make({ password }), { ...config, message: /32 characters/ })
    }
    assert.throws(() => make(undefined), config)
    assert.throws(() => make({ password: ironPassword, userId: 'user' }), config)
    assert.throws(() => make({ password: ironPassword, now: 0 }), config)
    make({ password: 'x'.repeat(32) })
  })

  it('of expressSession name one place to look in', () => {
    const store = { get: () => {} }
    const make = expressSession as Make
    assert.throws(() => make({ store, load: () => undefined }), config)
    assert.throws(() => make({ store: {} }), config)
    assert.throws(() => make({ store: null }), config)
    assert.throws(() => make({ now: 0 }), config)
    make({ store })
  })
})

describe('accept', () => {
  it('takes importers, and a cookie with secrets of its own', () => {
    const secrets = [ourSecret]
    for (const accept of [remixCookie(), [remixCookie], [undefined], 'remix'] as any[]) {
      assert.throws(() => createCookie('session', { secrets, accept }), config)
    }
    const accept = [remixCookie({ secrets: ['keyboard cat'] })]
    assert.throws(() => createCookie('session', { accept }), { ...config, message: /of its own/ })
    createCookie('session', { secrets, accept })
    createCookie('session', { accept: [] })
  })
})
