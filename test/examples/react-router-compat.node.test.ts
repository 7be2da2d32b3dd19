import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Visitor } from '../frameworks/visitor.ts'
import { buildApp, slowForm, startApp, type App } from './react-router-compat-app.ts'

const ada = { name: 'ada', password: 'analytical-engine' }
const guardNotice = 'Please log in to see your account.'
const welcome = 'Welcome back, Ada Lovelace.'
const refusal = 'That name and that password do not belong together.'

let app: App

before(async () => {
  await buildApp()
  app = await startApp()
})
after(() => app?.close())

describe('the example app of React Router', () => {
  it('gives a stranger no cookie, and its pages to no cache', async () => {
    for (const path of ['/', '/login', '/_.data', '/login.data']) {
      const response = await app.visitor().get(path)
      assert.equal(response.status, 200, path)
      assert.deepEqual(response.headers.getSetCookie(), [])
      assert.equal(response.headers.get('Cache-Control'), 'private, no-store')
      assert.match(response.headers.get('Vary') ?? '', /\bCookie\b/)
    }
  })

  it('sends a stranger from the account to the login, with a message that is shown once', async () => {
    const visitor = app.visitor()
    await expectRedirect(visitor.get('/account'), '/login')
    assert.deepEqual(await messages(visitor, '/login'), { notice: guardNotice, problem: '' })
    assert.deepEqual(await messages(visitor, '/login'), { notice: '', problem: '' })
  })

  it('keeps a message until a page shows it', async () => {
    const visitor = app.visitor()
    await visitor.get('/account')
    await visitor.get('/account')
    await visitor.get('/logout')
    await visitor.get('/missing')
    assert.equal((await messages(visitor, '/')).notice, guardNotice)
  })

  it('shows the message of a wrong password once, and logs nobody in', async () => {
    const visitor = app.visitor()
    for (const wrong of [{ password: 'difference-engine' }, { name: 'grace' }, { name: '' }]) {
      await expectRedirect(visitor.post('/login', { ...ada, ...wrong }), '/login')
      assert.deepEqual(await messages(visitor, '/login'), { notice: '', problem: refusal })
      assert.deepEqual(await messages(visitor, '/login'), { notice: '', problem: '' })
      await expectRedirect(visitor.get('/account'), '/login')
      await visitor.get('/login')
    }
  })

  it('logs in under a new id, in a cookie that scripts cannot read', async () => {
    const visitor = app.visitor()
    await visitor.get('/account')
    const planted = visitor.copy()

    const response = await visitor.post('/login', ada)
    const [line = '', ...others] = response.headers.getSetCookie()
    assert.deepEqual(others, [])
    const [, ...attributes] = line.split('; ')
    assert.deepEqual(attributes.sort(), [
      'HttpOnly',
      'Max-Age=604800',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ])
    assert.match(await visitor.text('/account'), /ada@example\.com/)

    // Whoever planted the old id is a stranger: what they are told, the visitor does not see.
    await expectRedirect(planted.get('/account'), '/login')
    assert.equal((await messages(visitor, '/account')).notice, '')
  })

  it('welcomes once, and remembers after that', async () => {
    const visitor = app.visitor()
    await expectRedirect(visitor.post('/login', ada), '/account')
    assert.deepEqual(await messages(visitor, '/account'), { notice: welcome, problem: '' })
    assert.deepEqual(await messages(visitor, '/account'), { notice: '', problem: '' })
    assert.match(await visitor.text('/'), /Good to see you, Ada Lovelace/)
    await expectRedirect(visitor.get('/login'), '/account')
  })

  it('never sends the password hash to the browser', async () => {
    const visitor = await loggedIn()
    for (const path of ['/account', '/account.data', '/']) {
      assert.doesNotMatch(await visitor.text(path), /password/)
    }
  })

  it('keeps what two requests change at the same time', async () => {
    const visitor = await loggedIn()
    const wrong = slowForm({ ...ada, password: 'difference-engine' })
    const refused = visitor.copy().fetch('/login', wrong.init)
    await visitor.get('/')
    await expectRedirect(visitor.post('/account', { theme: 'dark' }), '/account')
    void wrong.release()
    await expectRedirect(refused, '/login')

    const page = await visitor.text('/account')
    assert.match(page, /data-theme="dark"/)
    assert.deepEqual(messagesOf(page), { notice: 'Saved for this visit.', problem: refusal })
  })

  it('reads the session in several loaders and several requests at once', async () => {
    const visitor = await loggedIn()
    const paths = ['/account', '/', '/account.data', '/_.data', '/account', '/']
    const pages = await Promise.all(paths.map((path) => visitor.text(path)))
    for (const page of pages) assert.match(page, /Ada Lovelace/)
  })

  it('ends the session with the logout, for every copy of the cookie', async () => {
    const visitor = await loggedIn()
    const thief = visitor.copy()
    const response = await visitor.post('/logout')
    const [line = ''] = response.headers.getSetCookie()
    assert.match(line, /^__session=;/)
    assert.match(line, /; Max-Age=0\b|; Expires=Thu, 01 Jan 1970/)
    assert.equal(visitor.jar.value('__session'), undefined)
    assert.match(await visitor.text('/'), /You are not logged in/)

    assert.match(await thief.text('/'), /You are not logged in/)
    await expectRedirect(thief.get('/account'), '/login')
    await expectRedirect(thief.post('/account', { theme: 'dark' }), '/login')
    assert.equal((await thief.get('/account')).status, 302)
  })

  it('is not brought back by a request that was on its way during the logout', async () => {
    const visitor = await loggedIn()
    const [thief, late] = [visitor.copy(), visitor.copy()]
    const wrong = slowForm({ ...ada, password: 'difference-engine' })
    const refused = late.fetch('/login', wrong.init)
    await visitor.get('/')
    await visitor.post('/logout')
    void wrong.release()
    // By then the browser may hold the cookie of a login that came after.
    assert.equal((await refused).headers.getSetCookie().join(), '')
    await expectRedirect(thief.get('/account'), '/login')
    assert.doesNotMatch(await thief.text('/'), /Ada Lovelace/)
  })

  it('takes a cookie that was tampered with for none', async () => {
    const visitor = await loggedIn()
    const value = visitor.jar.value('__session')!
    const last = value.at(-6) === 'A' ? 'B' : 'A'
    const tampered = value.slice(0, -6) + last + value.slice(-5)
    for (const forged of [tampered, 'eyJ1c2VySWQiOiJ1c2VyLTEifQ==', 'undefined']) {
      const forger = app.visitor()
      forger.jar.take('https://app.example/', [`__session=${forged}; Path=/`])
      assert.match(await forger.text('/'), /You are not logged in/)
      await expectRedirect(forger.get('/account'), '/login')
    }
    assert.match(await visitor.text('/'), /Ada Lovelace/)
  })

  it('answers the data requests of the client router as it answers pages', async () => {
    const visitor = app.visitor()
    const guarded = await visitor.get('/account.data')
    assert.equal(guarded.status, 202)
    assert.match(await guarded.text(), /"redirect","\/login"/)
    assert.ok((await visitor.text('/login.data')).includes(guardNotice))
    assert.ok(!(await visitor.text('/login.data')).includes(guardNotice))

    const login = await visitor.post('/login.data', ada)
    assert.match(await login.text(), /"redirect","\/account"/)
    assert.match(login.headers.getSetCookie().join(), /; HttpOnly;/)
    assert.ok((await visitor.text('/account.data')).includes(welcome))
    assert.ok(!(await visitor.text('/account.data')).includes(welcome))
  })

  it('does nothing for a form on the page of somebody else', async () => {
    const visitor = await loggedIn()
    const body = new URLSearchParams()
    const headers = { Origin: 'https://evil.example' }
    const response = await visitor.fetch('/logout', { method: 'POST', body, headers })
    assert.equal(response.status, 400)
    assert.match(await visitor.text('/'), /Ada Lovelace/)
  })

  it('does not start in production without a secret', async () => {
    const started = startApp({}).then((unsafe) => unsafe.close())
    await assert.rejects(started, /SESSION_SECRET is not set/)
  })
})

async function loggedIn(): Promise<Visitor> {
  const visitor = app.visitor()
  await visitor.post('/login', ada)
  await visitor.get('/account')
  return visitor
}

async function expectRedirect(answer: Promise<Response>, location: string): Promise<void> {
  const response = await answer
  assert.deepEqual([response.status, response.headers.get('Location')], [302, location])
}

async function messages(visitor: Visitor, path: string) {
  const response = await visitor.get(path)
  assert.equal(response.status, 200)
  return messagesOf(await response.text())
}

/** What the page tells, and nothing that waits in the data for the client. */
function messagesOf(page: string): { notice: string; problem: string } {
  const [, notice] = /<p [^>]*role="status">([^<]*)</.exec(page)!
  const [, problem] = /<p [^>]*role="alert">([^<]*)</.exec(page)!
  return { notice: notice!, problem: problem! }
}
