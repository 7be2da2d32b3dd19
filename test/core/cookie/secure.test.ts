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

describe('a name with a prefix', () => {
  beforeEach(() => (environment = process.env['NODE_ENV']))
  afterEach(() => setEnvironment(environment))
  const names = ['__Host-session', '__Secure-session', '__Http-session', '__Host-Http-session']

  for (const name of names) {
    it(`goes without it where Secure does: ${name}`, async () => {
      setEnvironment('development')
      const cookie = createCookie(name, { secrets: [secretA] })
      for (const url of loopback) {
        const line = await cookie.serialize('x', undefined, url)
        assert.match(line, /^session=/)
        assert.equal(attributesOf(line)['secure'], undefined)
        assert.match(cookie.clear(undefined, url), /^session=;/)
        assert.equal(await cookie.parse(line.split(';')[0], url), 'x')
      }
    })

    it(`is found under one name only, whatever stands beside it: ${name}`, async () => {
      setEnvironment('development')
      const cookie = createCookie(name, { secrets: [secretA] })
      const value = (await cookie.serialize('x', undefined, loopback[0])).split(';')[0]!.slice(8)
      const proxied = new Request(loopback[0]!, { headers: { Via: '1.1 proxy' } })
      for (const where of ['https://shop.example/', 'http://shop.example/', proxied, undefined]) {
        assert.equal(await cookie.parse(`session=${value}`, where), null)
        assert.equal(await cookie.parse(`${name}=${value}`, where), 'x')
      }
      assert.equal(await cookie.parse(`${name}=${value}`, loopback[0]), null)
      setEnvironment('production')
      assert.equal(await cookie.parse(`session=${value}`, loopback[0]), null)
    })

    it(`keeps it where Secure was asked for: ${name}`, () => {
      setEnvironment('development')
      for (const options of [
        { secure: true },
        { sameSite: 'none' },
        { partitioned: true },
      ] as const) {
        const cookie = createCookie(name, { secrets: [secretA], ...options })
        assert.ok(cookie.clear(undefined, loopback[0]).startsWith(`${name}=`))
      }
    })
  }
})

describe('Secure', () => {
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

  for (const name of ['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Proto', 'Via', 'X-Real-IP']) {
    it(`is written where a proxy stands in front, as ${name} says`, () => {
      setEnvironment('development')
      for (const options of [{}, { sameSite: 'strict' as const }]) {
        const cookie = createCookie('__Host-session', { secrets: [secretA], ...options })
        for (const url of loopback) {
          const request = new Request(url, { headers: { [name]: 'x' } })
          assert.match(cookie.clear(undefined, request), /^__Host-session=;.*; Secure/, url)
        }
      }
    })
  }

  it('is left out for a request without such headers', () => {
    setEnvironment('development')
    const request = new Request('http://localhost:3000/', { headers: { 'X-Other': 'x' } })
    const cookie = createCookie('session', { secrets: [secretA] })
    assert.equal(attributesOf(cookie.clear(undefined, request))['secure'], undefined)
  })

  it('follows the environment as it is when the header is written', () => {
    const cookie = createCookie('session', { secrets: [secretA] })
    for (const request of [loopback[0]!, new Request(loopback[0]!)]) {
      setEnvironment('development')
      assert.equal(attributesOf(cookie.clear(undefined, request))['secure'], undefined)
      setEnvironment('production')
      assert.equal(attributesOf(cookie.clear(undefined, request))['secure'], true)
    }
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
