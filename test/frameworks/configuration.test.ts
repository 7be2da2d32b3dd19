import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createCookie as createRemixCookie } from '@remix-run/cookie'
import { SessionError } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, sessionCookie } from './entries.ts'

function isConfig(pattern: RegExp) {
  return (error: unknown) =>
    error instanceof SessionError &&
    error.code === 'ERR_SESSION_CONFIG' &&
    pattern.test(error.message)
}

describeEntries('A middleware that cannot work', (serveWith) => {
  const handle = () => new Response()

  it('refuses a cookie without secrets when it is made, not in the first request', () => {
    const storage = createMemorySessionStorage()
    const plain = createCookie('session')
    assert.throws(() => serveWith({ cookie: plain, storage }, handle), isConfig(/must be signed/))
  })

  it('takes a cookie that is only signed', async () => {
    const cookie = createCookie('session', {
      secrets: ['a key of these tests: 0fW1p-Zq83'],
      encrypt: false,
    })
    const serve = serveWith({ cookie, storage: createMemorySessionStorage() }, handle)
    assert.equal((await serve(new Request('https://shop.example/'))).status, 200)
  })

  it('refuses what is no cookie', () => {
    const storage = createMemorySessionStorage()
    for (const cookie of ['session', { name: 'session' }, undefined]) {
      const options = { cookie: cookie as never, storage }
      assert.throws(() => serveWith(options, handle), isConfig(/createCookie/))
    }
  })

  it('says where the cookie must come from, if it is one of another library', () => {
    const cookie = createRemixCookie('session', { secrets: ['a key of these tests: 0fW1p-Zq83'] })
    const options = { cookie: cookie as never, storage: createMemorySessionStorage() }
    assert.throws(() => serveWith(options, handle), isConfig(/'coatcheck\/cookie'/))
  })

  it('refuses what is no storage', () => {
    for (const storage of [undefined, {}, { read: () => {} }, new Map()]) {
      const options = { cookie: sessionCookie(), storage: storage as never }
      assert.throws(() => serveWith(options, handle), isConfig(/read\(\) and save\(\)/))
    }
  })
})
