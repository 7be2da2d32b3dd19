import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createCookie, type CookieOptions } from 'coatcheck/cookie'
import { attributesOf, secretA } from './cookie-paths.ts'

const loopback = [
  'http://localhost',
  'http://localhost/',
  'http://localhost:3000/',
  'http://localhost:3000/a?b#c',
  'http://localhost?x',
  'http://localhost#x',
  'http://LOCALHOST:8080/',
  'http://app.localhost/',
  'http://a.b.localhost:1/x',
  'http://127.0.0.1/',
  'http://127.0.0.1:8000/x',
  'http://127.1.2.3/',
  'http://127.255.255.254/',
  'http://[::1]/',
  'http://[::1]:3000/',
]
const elsewhere = [
  'https://localhost/',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://example.com/',
  'http://example.com/',
  'http://localhost.evil.com/',
  'http://localhost.evil.com:80/',
  'http://evil-localhost/',
  'http://evillocalhost/',
  'http://notlocalhost.com/',
  'http://127.0.0.1.evil.com/',
  'http://127.0.0.1-evil.com/',
  'http://1127.0.0.1/',
  'http://127.0.0/',
  'http://127.0.0.1.2/',
  'http://128.0.0.1/',
  'http://10.0.0.1/',
  'http://192.168.1.2/',
  'http://0.0.0.0/',
  'http://[::]/',
  'http://[::2]/',
  'http://[::1].evil.com/',
  'http://evil.com/localhost',
  'http://evil.com/?http://localhost/',
  'http://evil.com#.localhost',
  'http://evil.com/x.localhost',
  'http://evil.com:80/.localhost',
  'http://localhost@evil.com/',
  'http://.localhost/',
  'ws://localhost/',
  'ftp://localhost/',
  'xhttp://localhost/',
  ' http://localhost/',
  '//localhost/',
  'localhost',
  '/',
  '',
]

let environment: string | undefined

function setEnvironment(value: string | undefined): void {
  if (value === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = value
}

function isSecure(options: CookieOptions, url: string | undefined): boolean {
  const cookie = createCookie('session', { secrets: [secretA], ...options })
  const written = attributesOf(cookie.serialize('x', undefined, url) as string)
  const cleared = attributesOf(cookie.clear(undefined, url))
  assert.equal(cleared['secure'], written['secure'], 'clearing and setting differ')
  return written['secure'] === true
}

describe('the attribute Secure (ASVS 3.3.1)', () => {
  beforeEach(() => (environment = process.env['NODE_ENV']))
  afterEach(() => setEnvironment(environment))

  for (const mode of [undefined, 'development', 'test', '']) {
    it(`is left out on plain http loopback hosts when NODE_ENV is ${JSON.stringify(mode)}`, () => {
      setEnvironment(mode)
      for (const url of loopback) assert.equal(isSecure({}, url), false, url)
    })

    it(`is written everywhere else when NODE_ENV is ${JSON.stringify(mode)}`, () => {
      setEnvironment(mode)
      for (const url of elsewhere) assert.equal(isSecure({}, url), true, url)
      assert.equal(isSecure({}, undefined), true)
    })
  }

  it('is written where only a part of the address looks like a loopback host', () => {
    setEnvironment('development')
    assert.equal(isSecure({}, 'http://evil.com\\.localhost/'), true)
    for (const host of ['localhost', 'a.localhost', '127.0.0.1', '[::1]']) {
      for (const url of [`http://${host}@evil.com/`, `http://${host}:80@evil.com/`]) {
        assert.equal(isSecure({}, url), true, url)
      }
    }
  })

  it('is written everywhere in production', () => {
    setEnvironment('production')
    for (const url of [...loopback, ...elsewhere, undefined]) {
      assert.equal(isSecure({}, url), true, url)
    }
  })

  it('is what the option says wherever one is given', () => {
    for (const mode of ['development', 'production']) {
      setEnvironment(mode)
      for (const url of [...loopback, ...elsewhere, undefined]) {
        assert.equal(isSecure({ secure: true }, url), true, url)
        assert.equal(isSecure({ secure: false }, url), false, url)
      }
    }
  })

  it('is written on loopback hosts too where the cookie cannot do without', () => {
    setEnvironment('development')
    for (const url of loopback) {
      assert.equal(isSecure({ sameSite: 'none' }, url), true, url)
      assert.equal(isSecure({ partitioned: true }, url), true, url)
    }
  })

  it('follows the environment as it is when the header is written', () => {
    setEnvironment('development')
    const cookie = createCookie('session', { secrets: [secretA] })
    assert.equal(attributesOf(cookie.clear(undefined, loopback[0]))['secure'], undefined)
    setEnvironment('production')
    assert.equal(attributesOf(cookie.clear(undefined, loopback[0]))['secure'], true)
  })

  it('is written where the environment cannot be told', () => {
    setEnvironment('development')
    const cookie = createCookie('session', { secrets: [secretA] })
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'process')!
    Reflect.deleteProperty(globalThis, 'process')
    try {
      assert.equal(attributesOf(cookie.clear(undefined, loopback[0]))['secure'], true)
    } finally {
      Object.defineProperty(globalThis, 'process', descriptor)
    }
  })
})
