import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createSessionStorage, type Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createDataVersion } from 'coatcheck/data'
import { createInspector } from 'coatcheck/inspector'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createGate } from 'coatcheck/testing'
import { openApp } from './app.ts'

const handlers = {
  '/login': (session: Session) => {
    session.login('user-42', { label: 'Firefox on Linux' })
    session.set('cart', [{ id: 'umbrella', quantity: 2 }])
    session.flash('notice', 'Welcome back')
  },
  '/push': (session: Session) => session.get('cart').push({ id: 'scarf', quantity: 1 }),
  '/forget': (session: Session) => session.unset('cart'),
  '/read': (session: Session) => session.get('notice'),
  '/count': (session: Session) => session.update('count', (n = 0) => n + 1),
  '/logout': (session: Session) => session.destroy(),
}

let environment: string | undefined
function setMode(mode: string | undefined): void {
  if (mode === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = mode
}

describe('the inspector', () => {
  beforeEach(() => {
    environment = process.env['NODE_ENV']
    setMode('development')
  })
  afterEach(() => setMode(environment))

  it('shows the session as a tree of names, kinds and sizes, and no value', async () => {
    const { request, page } = openApp(handlers)
    await request('/login')
    const text = await page()
    assert.match(text, /User user-42 on Firefox on Linux/)
    assert.match(text, /cart 1 item 0 2 keys id text of 8 characters quantity number/)
    assert.match(text, /Messages for the next page notice text of 12 characters/)
    assert.match(text, /\d+ of 65,536 bytes/)
    assert.doesNotMatch(text, /umbrella|Welcome back/)
  })

  it('names the cookie as the browser sends it', async () => {
    const { request, page } = openApp(handlers)
    assert.match(await page(), /Session inspector __Host-session /)
    await request('/login')
    assert.match(await page(), /Session inspector session /)
  })

  it('shows of which version the data is, and which keys are of another', async () => {
    const store = createMemoryStore()
    const release = (version: number) =>
      createSessionStorage(store, { dataVersion: createDataVersion({ version }) })
    const older = openApp(handlers, { storage: release(1) })
    await older.request('/login')
    const newer = openApp(handlers, { storage: release(2) })
    newer.jar.cookie = older.jar.cookie
    assert.match(await newer.page(), /Version of the data: 1 /)
    await newer.request('/count')
    assert.match(await newer.page(), /Version of the data: 1, count 2/)
    assert.doesNotMatch(await openApp(handlers).page(), /Version of the data/)
  })

  it('shows values only where the app says so, and never the cookie', async () => {
    const { request, page, jar } = openApp(handlers, { showValues: true })
    await request('/login')
    const text = await page()
    assert.match(text, /id "umbrella" quantity 2/)
    assert.match(text, /notice "Welcome back"/)
    const raw = await (await request('/__session')).text()
    assert.ok(!raw.includes(jar.cookie.split('=')[1]!.slice(0, 20)))
  })

  it('shows what each request changed, also in place, and nothing that it only read', async () => {
    const { request, page } = openApp(handlers)
    for (const path of ['/login', '/push', '/read', '/forget']) await request(path)
    const text = await page()
    const [, list] = text.split('What each request changed')
    const [forget, read, push, login] = list!.split(/\d\d:\d\d:\d\d/).slice(1)
    assert.match(
      login!,
      /saved cart 1 item message for the next page notice logged in user-42 new id/,
    )
    assert.doesNotMatch(push!, /logged in|new id/)
    assert.match(push!, /saved cart 1 item 2 items message shown notice/)
    assert.match(read!, /nothing to save\s*$/)
    assert.match(forget!, /saved cart 2 items removed/)
  })

  it('shows a conflict, and which request did its changes again', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const { request, page } = openApp(handlers, { storage })
    await request('/count')
    const held = gate.hold('write')
    const slow = request('/count')
    await held.reached
    await request('/count')
    held.release()
    await slow
    const text = await page()
    assert.match(text, /conflict Another request was faster/)
    assert.match(text, /saved done again count number number/)
    assert.equal(text.match(/done again count/g)!.length, 1)
  })

  it('says of a request that came too late that it saved nothing', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const { request, page, jar } = openApp(handlers, { storage })
    await request('/login')
    const { cookie } = jar
    const held = gate.hold('write')
    const slow = request('/push')
    await held.reached
    await request('/logout')
    held.release()
    await slow
    jar.cookie = cookie
    const text = await page()
    assert.match(text, /No session/)
    assert.match(text, /its session has ended or expired/)
    assert.match(text, /interrupted gone Nothing was saved/)
    assert.match(text, /too late/)
  })

  it('changes nothing: no message is used up, no cookie set, nothing written', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store, { idleTimeout: 60 })
    const { request, page } = openApp(handlers, { storage, showValues: true })
    await request('/login')
    const { write } = gate.calls
    for (const path of ['/__session', '/__session?part', '/__session']) {
      assert.deepEqual((await request(path)).headers.getSetCookie(), [])
    }
    assert.equal(gate.calls.write, write)
    assert.match(await page(), /notice "Welcome back"/)
  })

  it('asks the store once for a page, and not while it stays open', async () => {
    const gate = createGate(createMemoryStore())
    const { request, page } = openApp(handlers, { storage: createSessionStorage(gate.store) })
    await request('/login')
    await page()
    const { read } = gate.calls
    assert.match(await page('/__session?part'), /user-42/)
    assert.equal(gate.calls.read, read)
  })

  it('leaves responses as they are', async () => {
    const { request } = openApp(handlers)
    const response = await request('/nothing')
    assert.equal(response.headers.get('Vary'), null)
    assert.equal(response.headers.get('Cache-Control'), null)
  })

  it('works in whatever order it and the middleware are made', async () => {
    const { request, page } = openApp(handlers, { isLate: true })
    await request('/login')
    assert.match(await page(), /GET \/login|saved cart 1 item/)
  })

  it('knows a session in its cookie, and measures that', async () => {
    const { request, page } = openApp(handlers, { storage: createCookieSessionStorage() })
    await request('/login')
    const text = await page()
    assert.match(text, /\d+ of 4,096 bytes of the cookie/)
    assert.match(text, /cart 1 item/)
  })

  it('forgets a session that is ended from elsewhere', async () => {
    const storage = createMemorySessionStorage()
    const { request, page } = openApp(handlers, { storage })
    await request('/login')
    await page()
    await storage.revokeAll('user-42')
    const text = await page('/__session?part')
    assert.match(text, /No session/)
    assert.match(text, /revoked The session was ended from elsewhere/)
  })

  it('remembers no more than the last of many sessions, requests and events', async () => {
    const { request, page, jar } = openApp(handlers)
    await request('/login')
    const { cookie } = jar
    for (let n = 0; n < 60; n++) await request('/count')
    const text = await page()
    assert.equal(text.match(/GET \/count|A request/g)!.length, 30)
    assert.ok(text.match(/saved A session was saved/g)!.length <= 40)
    for (let n = 0; n < 60; n++) {
      jar.cookie = ''
      await request('/count')
    }
    jar.cookie = cookie
    assert.match(await page('/__session?part'), /No session/)
  })

  it('forgets what happened more than ten minutes ago', async () => {
    let time = 1_800_000_000_000
    const { request, page } = openApp(handlers, {
      storage: createMemorySessionStorage({ now: () => time }),
    })
    await request('/login')
    time += 10 * 60_000
    assert.match(await page(), /Somebody logged in/)
    time += 1
    assert.doesNotMatch(await page(), /Somebody logged in/)
  })

  it('remembers 200 events', async () => {
    const { request } = openApp(handlers)
    for (let n = 0; n < 250; n++) await request('/count')
    const drawn = (await (await request('/__session')).text()).match(/<circle/g)
    assert.equal(drawn!.length, 200)
  })

  it('says what is wrong with the cookies of a browser', async () => {
    const { request, page, jar } = openApp(handlers)
    await request('/login')
    const own = jar.cookie
    assert.match(await page(), /session \d+ bytes the session Nothing is wrong with it/)
    jar.cookie = `${own}; other=1`
    assert.match(await page(), /other 6 bytes/)
    jar.cookie = 'session=forged'
    assert.match(await page(), /It does not open: it is damaged or forged/)
    jar.cookie = `session=forged; ${own}`
    const both = (await page()).split(/It was sent 2 times: another path or domain has one too/)
    assert.equal(both.length, 3)
    assert.match(both[0]!, /It does not open/)
    assert.doesNotMatch(both[1]!, /It does not open/)
    jar.cookie = `big=${'x'.repeat(4000)}; large=${'x'.repeat(4080)}`
    assert.match(await page(), /It takes 4003 of 4096 bytes.*Together they take 8,09\d bytes/)
  })

  it('escapes what it shows', async () => {
    const set = (session: Session) => session.set('<img src=x>', '<script>alert(1)</script>')
    const { request } = openApp({ '/set': set }, { showValues: true })
    await request('/set')
    const text = await (await request('/__session', { Cookie: '' })).text()
    assert.doesNotMatch(text, /<img|<script>alert/)
    const own = await (await request('/__session')).text()
    assert.doesNotMatch(own, /<img|<script>alert/)
    assert.match(own, /&lt;img src=x&gt;/)
  })

  it('lets nothing of the page be stored, framed or loaded from elsewhere', async () => {
    const { request } = openApp(handlers)
    const { headers } = await request('/__session')
    assert.equal(headers.get('Cache-Control'), 'no-store')
    assert.match(
      headers.get('Content-Security-Policy')!,
      /default-src 'none'.*frame-ancestors 'none'/,
    )
  })
})

describe('the guard of the inspector', () => {
  beforeEach(() => {
    environment = process.env['NODE_ENV']
    setMode('development')
  })
  afterEach(() => setMode(environment))

  it('takes no notes and answers nothing in production, unless it is forced', async () => {
    setMode('production')
    const off = openApp(handlers, { origin: 'https://shop.example' })
    assert.equal(off.inspector.isOn, false)
    const { read, save } = createMemorySessionStorage()
    assert.deepEqual([off.storage.read, off.storage.save].map(String), [read, save].map(String))
    assert.equal(await (await off.request('/__session')).text(), 'the app')

    const forced = openApp(handlers, { origin: 'https://shop.example', force: true })
    assert.equal(forced.inspector.isOn, true)
    assert.match(await forced.page(), /Session inspector/)
  })

  for (const [what, origin, headers] of [
    ['for another host', 'http://shop.example', {}],
    ['over https', 'https://localhost', {}],
    ['for what a proxy passed on', 'http://localhost:3000', { 'X-Forwarded-For': '192.0.2.1' }],
    ['for another site', 'http://localhost:3000', { 'Sec-Fetch-Site': 'cross-site' }],
    ['for another origin of the site', 'http://localhost:3000', { 'Sec-Fetch-Site': 'same-site' }],
  ] as [string, string, Record<string, string>][]) {
    it(`leaves the page to the app ${what}`, async () => {
      const { request } = openApp(handlers, { origin })
      assert.equal(await (await request('/__session', headers)).text(), 'the app')
    })
  }

  it('answers the developer, at the path that the app wants', async () => {
    const { request, page } = openApp(handlers, { path: '/dev/session' })
    assert.match(await page('/dev/session', { 'Sec-Fetch-Site': 'none' }), /Session inspector/)
    assert.equal(await (await request('/__session')).text(), 'the app')
  })

  it('refuses wrong arguments at once', () => {
    const cookie = createCookie('session', {
      secrets: ['f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'],
    })
    const storage = createMemorySessionStorage()
    const code = { code: 'ERR_SESSION_CONFIG' }
    assert.throws(() => createInspector({} as never, storage), code)
    assert.throws(() => createInspector(cookie, {} as never), code)
    assert.throws(() => createInspector(cookie, storage, { path: 'no path' }), code)
    assert.throws(() => createInspector(cookie, storage, { values: true } as never), code)
  })
})
