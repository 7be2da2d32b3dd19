import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { type Cookie, createCookie, type CookieAttributes } from 'coatcheck/cookie'
import { attributesOf, secretA, valueOf } from './cookie-paths.ts'

const configError = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }
const options = { secrets: [secretA] }

async function write(name: string, attributes: CookieAttributes = {}): Promise<string> {
  return createCookie(name, { ...options, ...attributes }).serialize('x')
}

describe('attributes of a cookie', () => {
  it('are the careful ones unless others are asked for (ASVS 3.3.1, 3.3.2, 3.3.4)', async () => {
    assert.match(
      await write('session'),
      /^session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
  })

  it('are written as they are given', async () => {
    const expires = new Date(Date.UTC(2030, 0, 2, 3, 4, 5, 678))
    const all = {
      path: '/app',
      domain: 'example.com',
      maxAge: 60,
      expires,
      partitioned: true,
      sameSite: 'none',
    } as const
    assert.deepEqual(attributesOf(await write('session', all)), {
      domain: 'example.com',
      path: '/app',
      httponly: true,
      samesite: 'None',
      partitioned: true,
      secure: true,
      'max-age': '60',
      expires: 'Wed, 02 Jan 2030 03:04:05 GMT',
    })
    const plain = attributesOf(await write('session', { httpOnly: false, secure: false }))
    assert.deepEqual(plain, { path: '/', samesite: 'Lax' })
  })

  it('take SameSite in both spellings and nothing else', async () => {
    const spellings = {
      lax: 'Lax',
      Lax: 'Lax',
      strict: 'Strict',
      Strict: 'Strict',
      none: 'None',
      None: 'None',
    } as const
    for (const [sameSite, written] of Object.entries(spellings)) {
      const text = await write('session', { sameSite: sameSite as 'lax' })
      assert.equal(attributesOf(text)['samesite'], written)
    }
    for (const wrong of [
      '',
      'no',
      'lax; Domain=evil',
      true,
      false,
      null,
      0,
      'constructor',
      '__proto__',
    ]) {
      assert.throws(
        () => createCookie('session', { sameSite: wrong as 'lax' }),
        configError,
        `${wrong}`,
      )
    }
  })

  it('replace the cookie’s own for one call, one by one', async () => {
    const cookie = createCookie('session', {
      ...options,
      path: '/app',
      maxAge: 60,
      sameSite: 'strict',
    })
    const changed = attributesOf(await cookie.serialize('x', { maxAge: 5, httpOnly: false }))
    const expected = { path: '/app', samesite: 'Strict', secure: true, 'max-age': '5' }
    assert.deepEqual(changed, expected)
    const unset = attributesOf(await cookie.serialize('x', { maxAge: undefined, path: '/' }))
    assert.deepEqual(unset, { path: '/', httponly: true, samesite: 'Strict', secure: true })
    const own = attributesOf(await cookie.serialize('x'))
    assert.deepEqual(own, { ...expected, httponly: true, 'max-age': '60' })
  })

  it('are checked for one call as well', () => {
    const cookie = createCookie('__Host-session', options)
    for (const wrong of [
      { secure: false },
      { path: '/x' },
      { domain: 'example.com' },
      { maxAge: -1 },
    ]) {
      assert.throws(() => cookie.serialize('x', wrong), configError)
      assert.throws(() => cookie.clear(wrong), configError)
    }
  })
})

describe('what could write another attribute (CVE-2024-47764)', () => {
  const injections = [
    '/; HttpOnly=no',
    '/;',
    '/\r\nSet-Cookie: a=b',
    '/\n',
    '/\u0000',
    '/\t',
    '/\u007f',
    '/é',
    '/\u2028',
    `/${'x'.repeat(1024)}`,
  ]

  it('is refused in paths and domains', () => {
    for (const text of injections) {
      assert.throws(() => createCookie('session', { path: text }), configError, text)
      assert.throws(() => createCookie('session', { domain: `x${text}` }), configError, text)
    }
    assert.throws(() => createCookie('session', { path: '' }), configError)
    assert.throws(() => createCookie('session', { path: 'app' }), configError)
    assert.throws(() => createCookie('session', { domain: '' }), configError)
    // Browsers would drop the cookie.
    for (const domain of ['https://shop.example', 'shop.example:443', 'shop.example/']) {
      assert.throws(() => createCookie('session', { domain }), configError, domain)
    }
  })

  it('is refused in names', () => {
    const names = [
      '',
      ' ',
      'a b',
      'a=b',
      'a;b',
      'a,b',
      'a\tb',
      'a\r\nb',
      'a\u0000',
      'é',
      '"a"',
      'a/b',
      'a[0]',
      '(a)',
      '🧥',
      'a@b',
    ]
    for (const name of names) {
      assert.throws(() => createCookie(name), configError, JSON.stringify(name))
    }
    for (const wrong of [undefined, null, 5, {}, ['session']]) {
      assert.throws(() => createCookie(wrong as unknown as string), configError)
    }
  })

  it('is refused in lifetimes', () => {
    for (const maxAge of [-1, 1.5, NaN, Infinity, '60', '1; Domain=evil', null, {}]) {
      assert.throws(
        () => createCookie('session', { maxAge: maxAge as number }),
        configError,
        `${maxAge}`,
      )
    }
    for (const expires of [new Date(NaN), 'tomorrow', 0, '1; Domain=evil', {}]) {
      assert.throws(() => createCookie('session', { expires: expires as Date }), configError)
    }
  })

  it('allows attributes up to the 1024 bytes that browsers read (RFC 6265bis §5.6)', async () => {
    const path = `/${'x'.repeat(1023)}`
    assert.equal(attributesOf(await write('session', { path }))['path'], path)
  })
})

describe('attributes', () => {
  it('can be read, with their defaults', () => {
    const read = ({
      path,
      domain,
      httpOnly,
      secure,
      sameSite,
      partitioned,
      maxAge,
      expires,
    }: Cookie) => ({
      path,
      domain,
      httpOnly,
      secure,
      sameSite,
      partitioned,
      maxAge,
      expires,
    })
    const none = { domain: undefined, maxAge: undefined, expires: undefined }
    assert.deepEqual(read(createCookie('session')), {
      ...none,
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      partitioned: false,
    })
    const given = {
      path: '/shop',
      domain: 'shop.example',
      httpOnly: false,
      secure: true,
      sameSite: 'None',
      partitioned: true,
      maxAge: 60,
      expires: new Date(0),
    } as const
    assert.deepEqual(read(createCookie('session', { ...given, sameSite: 'none' })), given)
    assert.equal(createCookie('session', { secure: false }).secure, false)
  })
})

describe('lifetimes', () => {
  it('caps Max-Age at 400 days and says so once (RFC 6265bis §5.5)', async () => {
    const warn = mock.method(console, 'warn', () => {})
    try {
      const days = 86_400
      assert.equal(
        attributesOf(await write('capped', { maxAge: 400 * days }))['max-age'],
        '34560000',
      )
      assert.equal(warn.mock.callCount(), 0)
      for (const maxAge of [400 * days + 1, 401 * days, Number.MAX_SAFE_INTEGER]) {
        assert.equal(attributesOf(await write('capped', { maxAge }))['max-age'], '34560000')
      }
      assert.equal(warn.mock.callCount(), 1)
      assert.match(String(warn.mock.calls[0]?.arguments[0]), /400 days/)
    } finally {
      warn.mock.restore()
    }
  })

  it('are told apart from cookies of the browser’s session', () => {
    assert.equal(createCookie('session').ages, false)
    assert.equal(createCookie('session', { maxAge: 60 }).ages, true)
    assert.equal(createCookie('session', { expires: new Date() }).ages, true)
  })

  it('clears a cookie where it is, with the same scope and in the past', () => {
    const past = { 'max-age': '0', expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }
    const scopes: CookieAttributes[] = [
      {},
      { path: '/app', domain: 'example.com' },
      { partitioned: true, sameSite: 'none' },
      { secure: false, httpOnly: false, sameSite: 'strict' },
      { maxAge: 3600, expires: new Date(Date.UTC(2040, 0)) },
    ]
    for (const scope of scopes) {
      const cookie = createCookie('session', { ...options, ...scope })
      const cleared = cookie.clear()
      assert.equal(valueOf(cleared), '')
      assert.ok(cleared.startsWith('session=;'))
      const { 'max-age': _, expires: __, ...kept } = attributesOf(cookie.serialize('x') as string)
      assert.deepEqual(attributesOf(cleared), { ...kept, ...past })
      assert.equal(cleared.match(/Max-Age/g)?.length, 1)
      assert.equal(cleared.match(/Expires/g)?.length, 1)
    }
  })

  it('clears in another place when asked to', () => {
    const cookie = createCookie('session', { ...options, path: '/app' })
    assert.equal(
      attributesOf(cookie.clear({ path: '/old', domain: 'example.com' }))['path'],
      '/old',
    )
  })
})
