import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test'
import type { SessionStorageOptions } from 'coatcheck'
import { createSessionLock } from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

const secrets = ['k7Qm2xW9vB4nZ8tR1cY6pL3sD5fG0hJa-warnings']
const environment = process.env['NODE_ENV']

describe('Developers are warned once', () => {
  let names = 0
  const warn = mock.method(console, 'warn', () => {})
  after(() => warn.mock.restore())
  const told = () => warn.mock.calls.map(({ arguments: [text] }) => String(text))
  beforeEach(() => {
    warn.mock.resetCalls()
    delete process.env['NODE_ENV']
  })
  afterEach(() => {
    if (environment === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = environment
  })

  it('of a session cookie that scripts can read', () => {
    const storage = createMemorySessionStorage()
    const serve = (httpOnly?: boolean) =>
      withSession(
        { cookie: createCookie('open', { secrets, httpOnly }), storage },
        () => new Response(),
      )
    serve()
    serve(true)
    assert.deepEqual(told(), [])
    serve(false)
    serve(false)
    assert.equal(told().length, 1)
    assert.match(told()[0]!, /httpOnly/)
  })

  describe('of a cookie that outlives sessions, because nobody has said how long these live', () => {
    const day = 86_400
    const storages = {
      memory: createMemorySessionStorage,
      cookie: createCookieSessionStorage,
    }
    for (const [kind, create] of Object.entries(storages)) {
      function told30Days(options?: SessionStorageOptions, maxAge = 30 * day) {
        warn.mock.resetCalls()
        const cookie = createCookie(`${kind}-${names++}`, { secrets, maxAge })
        for (let i = 0; i < 2; i++) {
          withSession({ cookie, storage: create(options) }, () => new Response())
        }
        return told()
      }

      it(`once (${kind} storage)`, () => {
        const said = told30Days()
        assert.equal(said.length, 1)
        for (const word of [/maxAge/, /idleTimeout/]) assert.match(said[0]!, word)
        assert.equal(told30Days({ anonymousTimeout: 3600 }).length, 1)
      })

      it(`and not where that was said, or the cookie ends first (${kind} storage)`, () => {
        assert.deepEqual(told30Days({ idleTimeout: 3600 }), [])
        assert.deepEqual(told30Days({ persistent: { idleTimeout: 30 * day } }), [])
        assert.deepEqual(told30Days({ lock: createSessionLock() }), [])
        assert.deepEqual(told30Days({}, day), [])
      })
    }
  })

  it('of an old id that cookie storage cannot end, and not of a login', async () => {
    const onServer = createMemorySessionStorage()
    const inCookie = createCookieSessionStorage()
    const rotate = async (
      storage: typeof inCookie,
      cookie: string | null,
      how: 'kill' | 'login',
    ) => {
      const session = await storage.read(cookie)
      session.set('a', 1)
      if (how === 'kill') session.regenerateId(true)
      else session.login('ada')
      return storage.save(session)
    }
    const stored = await rotate(onServer, null, 'kill')
    await rotate(onServer, stored, 'kill')
    const first = await rotate(inCookie, null, 'kill')
    await rotate(inCookie, first, 'login')
    assert.deepEqual(told(), [])
    await rotate(inCookie, first, 'kill')
    await rotate(inCookie, first, 'kill')
    assert.equal(told().length, 1)
    assert.match(told()[0]!, /regenerateId\(true\)/)
  })

  describe('of a Secure cookie that is sent over plain http', () => {
    /** How often it is said for a cookie that is set twice. */
    async function warnings(
      url: string,
      { headers = {}, secure }: { headers?: HeadersInit; secure?: boolean } = {},
    ) {
      const cookie = createCookie(`plain-${names++}`, { secrets, secure })
      const storage = createMemorySessionStorage()
      const serve = withSession({ cookie, storage }, (_, session) => {
        session.login('ada')
        return new Response()
      })
      warn.mock.resetCalls()
      for (let i = 0; i < 2; i++) await serve(new Request(url, { headers }))
      return told()
    }

    it('with the two ways out', async () => {
      const said = await warnings('http://192.168.1.20:3000/login')
      assert.equal(said.length, 1)
      for (const way of [/plain http/, /https/, /secure: false/]) assert.match(said[0]!, way)
      assert.equal((await warnings('http://shop.example/')).length, 1)
    })

    it('and not where it is at home, over https, without Secure or behind a proxy', async () => {
      assert.deepEqual(await warnings('http://localhost:3000/'), [])
      assert.deepEqual(await warnings('http://127.0.0.1:3000/'), [])
      assert.deepEqual(await warnings('http://localhost:3000/', { secure: true }), [])
      assert.deepEqual(await warnings('https://192.168.1.20/'), [])
      assert.deepEqual(await warnings('http://192.168.1.20/', { secure: false }), [])
      for (const name of ['X-Forwarded-Proto', 'Forwarded', 'Via']) {
        assert.deepEqual(
          await warnings('http://shop.example/', { headers: { [name]: 'https' } }),
          [],
        )
      }
    })

    it('and behind a proxy that was asked over plain http itself', async () => {
      const url = 'http://192.168.1.20:8080/'
      for (const said of ['http', 'http, http', 'HTTP']) {
        const headers = { 'X-Forwarded-Proto': said, 'X-Forwarded-For': '192.168.1.9' }
        assert.equal((await warnings(url, { headers })).length, 1, said)
      }
      for (const said of ['https', 'https, http', 'http,https', 'wss', '']) {
        const headers = { 'X-Forwarded-Proto': said, 'X-Forwarded-For': '192.168.1.9' }
        assert.deepEqual(await warnings(url, { headers }), [], said)
      }
    })

    it('in production in a local network only', async () => {
      process.env['NODE_ENV'] = 'production'
      const local = [
        '10.0.0.1',
        '192.168.1.2:80',
        '172.16.0.1',
        '172.31.9.9',
        '169.254.1.1',
        '[fd00::1]',
      ]
      for (const host of [...local, 'shop.local', 'nas', 'box.home.arpa:8080']) {
        assert.equal((await warnings(`http://${host}/`)).length, 1, host)
      }
      for (const host of [
        'shop.example',
        '172.32.0.1',
        '10.example.com',
        '192.168.1.2.nip.io',
        '8.8.8.8',
        '[2001:db8::1]',
      ]) {
        assert.deepEqual(await warnings(`http://${host}/`), [], host)
      }
    })
  })
})
