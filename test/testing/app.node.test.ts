import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, mock, type TestContext } from 'node:test'
import { type SessionStorage, type SessionStorageOptions } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/node'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import { createTestVisitors, fakeClock } from 'coatcheck/testing/app'
import Database from 'libsql'
import { launchChromium } from '../browser/chromium.ts'

const secrets = ['pR0qXv7hT2mZ9cWk4yLs8dJf6bNg3aEu-1oViYtHxQw']
const hour = 3_600_000

let folder: string
before(() => (folder = mkdtempSync(join(tmpdir(), 'testing-app-'))))
after(() => rmSync(folder, { recursive: true, force: true }))

type Make = (options?: SessionStorageOptions) => SessionStorage

const storages: Record<string, Make> = {
  memory: (options) => createMemorySessionStorage(options),
  cookie: (options) => createCookieSessionStorage(options),
  fs: (options) => createFsSessionStorage(mkdtempSync(join(folder, 'fs-')), options),
  SQLite: (options) =>
    createSqliteSessionStorage(new Database(':memory:') as unknown as SqliteDatabase, options),
}

/** An app as people have them, which knows nothing of tests. */
async function serve(t: TestContext, storage: SessionStorage, name = '__Host-session') {
  const cookie = createCookie(name, { secrets })
  const withSession = session(cookie, storage)
  const server = createServer((request, response) =>
    withSession(request, response, (visitor) => {
      if (request.url === '/rotate') visitor.regenerateId(true)
      if (request.url === '/logout') visitor.destroy()
      else if (request.url === '/add') visitor.update('cart', (n) => Number(n ?? 0) + 1)
      const { userId = 'nobody' } = visitor
      response.end(visitor.destroyed ? 'bye' : `${userId} has ${Number(visitor.get('cart') ?? 0)}`)
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })
  const page = async (headers: Record<string, string>) => (await get('/', headers)).text()
  return { cookie, url, get, page, visitors: createTestVisitors({ cookie, storage, url }) }
}

for (const [kind, makeStorage] of Object.entries(storages)) {
  describe(`a test of an app on ${kind} storage`, () => {
    it('is logged in without a login form, with what it put into the session', async (t) => {
      const app = await serve(t, makeStorage())
      const ada = await app.visitors.login('ada', { prepare: (own) => own.set('cart', 2) })
      const ben = await app.visitors.login('ben', { label: 'Firefox on Linux' })
      assert.equal(await app.page(ada.headers), 'ada has 2')
      assert.equal(await app.page(ben.headers), 'ben has 0')
      assert.equal(await app.page({}), 'nobody has 0')
    })

    it('has visitors who are not logged in, with a cart and without a cookie', async (t) => {
      const app = await serve(t, makeStorage())
      const shopper = await app.visitors.visit((own) => own.set('cart', 3))
      const stranger = await app.visitors.visit()
      assert.equal(await app.page(shopper.headers), 'nobody has 3')
      assert.deepEqual([stranger.cookie, stranger.headers], ['', {}])
      assert.deepEqual([stranger.browserCookies(), await stranger.session()], [[], undefined])
    })

    it('reads what a request did to the session, and changes it beside the app', async (t) => {
      const app = await serve(t, makeStorage())
      const ada = await app.visitors.login('ada')
      ada.take(await app.get('/add', ada.headers))
      assert.equal((await ada.session())?.get('cart'), 1)
      await ada.change((own) => own.set('cart', 7))
      assert.equal(await app.page(ada.headers), 'ada has 7')
    })

    it('looks without using up messages', async (t) => {
      const app = await serve(t, makeStorage())
      const prepare = (own: { flash(key: string, value: string): void }) => own.flash('note', 'hi')
      const ada = await app.visitors.login('ada', { prepare })
      await ada.session()
      assert.equal((await ada.session())?.get('note'), 'hi')
    })

    it('takes the new cookie after the id was changed, and loses it at the logout', async (t) => {
      const app = await serve(t, makeStorage())
      const ada = await app.visitors.login('ada')
      const before = ada.cookie
      const response = await app.get('/rotate', ada.headers)
      ada.take(response.headers.getSetCookie())
      assert.notEqual(ada.cookie, before)
      assert.equal(await app.page(ada.headers), 'ada has 0')
      ada.take(await app.get('/logout', ada.headers))
      assert.equal(ada.cookie, '')
      assert.equal(await ada.session(), undefined)
    })

    it('ends a session: the next request is a stranger’s', async (t) => {
      const app = await serve(t, makeStorage())
      const ada = await app.visitors.login('ada')
      await ada.end()
      await ada.end()
      assert.equal(await app.page(ada.headers), 'nobody has 0')
      assert.equal(await ada.session(), undefined)
      await assert.rejects(
        ada.change(() => {}),
        { code: 'ERR_SESSION_CONFIG' },
      )
    })

    it('turns a clock to where the session is over', async (t) => {
      const clock = fakeClock()
      const app = await serve(t, makeStorage({ now: clock.now, idleTimeout: 3600 }))
      const ada = await app.visitors.login('ada')
      clock.pass(hour - 1)
      assert.equal(await app.page(ada.headers), 'ada has 0')
      const ben = await app.visitors.login('ben')
      clock.pass(hour)
      assert.equal(await app.page(ben.headers), 'nobody has 0')
    })

    it('may turn the clock of the test runner, also one that came after the storage', async (t) => {
      const app = await serve(t, makeStorage({ idleTimeout: 3600 }))
      mock.timers.enable({ apis: ['Date'], now: Date.now() })
      t.after(() => mock.timers.reset())
      const ada = await app.visitors.login('ada')
      mock.timers.tick(hour - 1)
      assert.notEqual(await ada.session(), undefined)
      mock.timers.tick(1)
      assert.equal(await ada.session(), undefined)
      assert.equal(await app.page(ada.headers), 'nobody has 0')
    })

    it('may have another Date altogether, as the fake timers of vitest and jest put there', async (t) => {
      const storage = makeStorage({ idleTimeout: 3600 })
      const RealDate = globalThis.Date
      let time = RealDate.now()
      globalThis.Date = class extends RealDate {
        static override now() {
          return time
        }
      } as DateConstructor
      t.after(() => (globalThis.Date = RealDate))
      const cookie = createCookie('session', { secrets })
      const ada = await createTestVisitors({ cookie, storage }).login('ada')
      assert.notEqual(await ada.session(), undefined)
      time += hour
      assert.equal(await ada.session(), undefined)
    })
  })
}

describe('the cookie of a test visitor', () => {
  it('is named as the app at its address names it', async () => {
    const cookie = createCookie('__Host-session', { secrets })
    const storage = createMemorySessionStorage()
    for (const [url, start] of [
      [undefined, 'session='],
      ['http://localhost:3000/shop', 'session='],
      ['https://localhost:3000', '__Host-session='],
      ['https://shop.example', '__Host-session='],
    ] as const) {
      const ada = await createTestVisitors({ cookie, storage, url }).login('ada')
      assert.ok(ada.cookie.startsWith(start), url)
    }
  })

  it('is found wherever the app answers, if the test does not say where', async () => {
    const cookie = createCookie('__Host-session', { secrets })
    const storage = createMemorySessionStorage()
    const app = withSession({ cookie, storage }, (request, own) => {
      if (request.url.endsWith('/rotate')) own.regenerateId(true)
      if (request.url.endsWith('/logout')) own.destroy()
      return new Response(own.userId)
    })
    const proxied = { 'X-Forwarded-Proto': 'https' }
    for (const [url, more] of [
      ['http://localhost', {}],
      ['https://shop.example', {}],
      ['http://localhost', proxied],
    ] as const) {
      const ada = await createTestVisitors({ cookie, storage }).login('ada')
      const get = async (path: string) => {
        const headers = { ...more, ...ada.headers }
        const response = await app(new Request(url + path, { headers }))
        ada.take(response)
        return response.text()
      }
      assert.equal(await get('/'), 'ada', url)
      const before = ada.cookie
      await get('/rotate')
      assert.notEqual(ada.cookie, before)
      assert.equal(await get('/'), 'ada', url)
      assert.equal((await ada.session())?.userId, 'ada')
      await get('/logout')
      assert.equal(ada.cookie, '')
    }
  })

  it('is not taken for gone when the app clears one that somebody else may have planted', async () => {
    const cookie = createCookie('session', { secrets, path: '/shop' })
    const storage = createMemorySessionStorage()
    const ada = await createTestVisitors({ cookie, storage }).login('ada')
    ada.take(['session=; Path=/; Max-Age=0', 'theme=dark; Path=/shop'])
    assert.notEqual(await ada.session(), undefined)
    ada.take(cookie.clear(undefined, 'http://localhost'))
    ada.take(undefined)
    assert.equal(ada.cookie, '')
  })

  it('logs a browser in, over http and under a name with a prefix', async (t) => {
    const app = await serve(t, createMemorySessionStorage())
    const browser = await launchChromium()
    t.after(() => browser.close())
    const context = await browser.newContext()
    const ada = await app.visitors.login('ada')
    await context.addCookies(ada.browserCookies())
    const page = await context.newPage()
    await page.goto(app.url)
    assert.equal(await page.innerText('body'), 'ada has 0')
    const storage = createMemorySessionStorage()
    const url = 'https://shop.example'
    const visitors = createTestVisitors({ cookie: app.cookie, storage, url })
    await context.addCookies((await visitors.login('ada')).browserCookies())
    const [kept] = await context.cookies(url)
    assert.deepEqual([kept?.name, kept?.secure, kept?.httpOnly], ['__Host-session', true, true])
  })
})

describe('createTestVisitors()', () => {
  it('says what it needs', () => {
    const cookie = createCookie('session', { secrets })
    const storage = createMemorySessionStorage()
    const wrong: [options: object, message: RegExp][] = [
      [{ storage }, /needs \{ cookie, storage \}/],
      [{ cookie, storage: {} }, /needs \{ cookie, storage \}/],
      [{ cookie, storage, url: 'localhost:3000' }, /url must say where the app answers/],
      [{ cookie, storage, uri: 'http://localhost' }, /\burl\b/],
    ]
    for (const [options, message] of wrong) {
      assert.throws(() => createTestVisitors(options as never), {
        code: 'ERR_SESSION_CONFIG',
        message,
      })
    }
  })

  it('take no function for options, which would be left out without a word', async () => {
    const cookie = createCookie('session', { secrets })
    const visitors = createTestVisitors({ cookie, storage: createMemorySessionStorage() })
    const prepare = (() => assert.fail('it would be left out')) as never
    const refusal = { code: 'ERR_SESSION_CONFIG', message: /login\(\) takes \{ prepare \}/ }
    await assert.rejects(visitors.login('ada', prepare), refusal)
  })
})
