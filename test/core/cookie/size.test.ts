import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CookieSizeError } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { paths, secretA, valueOf } from './cookie-paths.ts'

function sizeOf(setCookie: string): number {
  const [pair] = setCookie.split(';', 1)
  return new TextEncoder().encode(pair).length - '='.length
}

/** What serializing throws, at once or later. */
async function failure(run: () => unknown): Promise<unknown> {
  try {
    await run()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

describe('the size of a cookie (ASVS 3.3.5, RFC 6265bis §5.6)', () => {
  it('is that of name and value: 4096 bytes fit, 4097 throw', async () => {
    const cookie = createCookie('theme')
    const fits = await cookie.serialize('x'.repeat(4091))
    assert.equal(sizeOf(fits), 4096)
    assert.equal(await cookie.parse(`theme=${valueOf(fits)}`), 'x'.repeat(4091))
    const error = await failure(() => cookie.serialize('x'.repeat(4092)))
    assert.ok(error instanceof CookieSizeError)
    assert.deepEqual([error.code, error.size, error.limit], ['ERR_SESSION_COOKIE_SIZE', 4097, 4096])
    assert.deepEqual(error.keys, [])
    assert.match(error.message, /"theme".*4097.*4096/)
  })

  it('counts bytes after encoding', async () => {
    const cookie = createCookie('t')
    assert.equal(sizeOf(await cookie.serialize('🧥'.repeat(341))), 1 + 341 * 12)
    assert.ok((await failure(() => cookie.serialize('🧥'.repeat(342)))) instanceof CookieSizeError)
  })

  it('does not count attributes', async () => {
    const cookie = createCookie('t', { path: `/${'p'.repeat(1000)}`, domain: 'd'.repeat(1000) })
    assert.equal(sizeOf(await cookie.serialize('x'.repeat(4095))), 4096)
  })

  for (const { name: path, createCookie } of paths) {
    // What is in the cookie beside the value, in bytes before base64url.
    for (const [encrypt, overhead] of [
      [true, 46],
      [false, 37],
    ] as const) {
      const kind = encrypt ? 'sealed' : 'signed'

      it(`leaves room for 3,066 bytes with what comes with a ${kind} value on ${path}`, async () => {
        const most = 3066 - overhead
        const cookie = createCookie('session8', { secrets: [secretA], encrypt })
        const fits = await cookie.serialize('x'.repeat(most))
        assert.equal(sizeOf(fits), 4096)
        assert.equal(await cookie.parse(`session8=${valueOf(fits)}`), 'x'.repeat(most))

        const shorter = createCookie('session', { secrets: [secretA], encrypt })
        assert.equal(sizeOf(await shorter.serialize('x'.repeat(most))), 4095)
        const error = await failure(() => shorter.serialize('x'.repeat(most + 1)))
        assert.equal((error as CookieSizeError).code, 'ERR_SESSION_COOKIE_SIZE')
        assert.equal((error as CookieSizeError).size, 4097)
      })
    }
  }
})
