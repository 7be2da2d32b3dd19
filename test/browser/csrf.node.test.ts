/* Forms of other sites, in a real browser. The visitor's cookie goes along, so nothing but the check stands between. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { createRequestListener } from '@remix-run/node-fetch-server'
import type { Browser, Page } from 'playwright-core'
import { createCookie } from 'coatcheck/cookie'
import { csrfToken } from 'coatcheck/csrf'
import { withCsrf } from 'coatcheck/csrf/fetch'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { listening } from '../frameworks/parts/server.ts'
import { launchChromium } from './chromium.ts'

const page = (body: string) =>
  new Response(`<!doctype html><title>page</title>${body}`, {
    headers: { 'Content-Type': 'text/html' },
  })
const formTo = (action: string, more = '') =>
  page(`<form method="post" action="${action}">${more}<button>Send</button></form>`)

// The cookie that a cross-site form would carry: SameSite=None, which needs Secure, which loopback hosts may have.
const cookie = createCookie('session', {
  secrets: ['a key of these tests: 9Yt2-Lm4x-Kq7R'],
  sameSite: 'none',
  secure: true,
})
const seen: { site: string | null; origin: string | null; userId: string | undefined }[] = []
const handler = withCsrf(async (request: Request, session: any) => {
  const { pathname } = new URL(request.url)
  if (pathname === '/login') session.login('ada')
  if (pathname === '/own') {
    return formTo(
      '/transfer',
      `<input type="hidden" name="csrf" value="${await csrfToken(session)}">`,
    )
  }
  if (request.method === 'POST') session.update('transfers', (n = 0) => n + 1)
  return page(`transfers: ${session.get('transfers') ?? 0}`)
})
const app = withSession({ cookie, storage: createMemorySessionStorage() }, (request, session) => {
  if (request.method === 'POST') {
    const { headers } = request
    const site = headers.get('Sec-Fetch-Site')
    seen.push({ site, origin: headers.get('Origin'), userId: session.userId })
  }
  return handler(request, session)
})

describe('A form that a page sends to another site', () => {
  let browser: Browser
  let shop: Awaited<ReturnType<typeof listening>>
  let evil: Awaited<ReturnType<typeof listening>>
  let own: string
  before(async () => {
    shop = await listening(createServer(createRequestListener((request) => app(request))))
    own = shop.origin.replace('127.0.0.1', 'localhost')
    evil = await listening(
      createServer(createRequestListener(() => formTo(`${own}/transfer`, '<input name="to">'))),
    )
    browser = await launchChromium()
  })
  after(() => Promise.all([browser?.close(), shop?.close(), evil?.close()]))

  async function loggedIn(): Promise<Page> {
    const visitor = await (await browser.newContext()).newPage()
    await visitor.goto(`${own}/login`)
    seen.length = 0
    return visitor
  }

  async function send(visitor: Page): Promise<number> {
    const response = visitor.waitForResponse((one) => one.request().method() === 'POST')
    await visitor.getByRole('button').click()
    return (await response).status()
  }

  it('is refused, though the browser sends the cookie along', async () => {
    const visitor = await loggedIn()
    await visitor.goto(evil.origin)
    assert.equal(await send(visitor), 403)
    assert.deepEqual(seen, [{ site: 'cross-site', origin: evil.origin, userId: 'ada' }])
    await visitor.goto(`${own}/`)
    assert.equal(await visitor.innerText('body'), 'transfers: 0')
    await visitor.context().close()
  })

  it('is refused from another port of our own host, which is the same site', async () => {
    const visitor = await loggedIn()
    await visitor.goto(evil.origin.replace('127.0.0.1', 'localhost'))
    assert.equal(await send(visitor), 403)
    assert.deepEqual([seen[0]?.site, seen[0]?.userId], ['same-site', 'ada'])
    await visitor.goto(`${own}/`)
    assert.equal(await visitor.innerText('body'), 'transfers: 0')
    await visitor.context().close()
  })

  it('is told from one of our own page, also where the browser says nothing of its site', async () => {
    const visitor = await loggedIn()
    await visitor.goto(`${own}/own`)
    assert.equal(await send(visitor), 200)
    assert.equal(await visitor.innerText('body'), 'transfers: 1')
    assert.equal(seen[0]?.site, 'same-origin')

    // A browser of before 2020: neither of the two headers.
    await visitor.route('**/transfer', async (route) => {
      const headers = await route.request().allHeaders()
      delete headers['sec-fetch-site']
      delete headers['origin']
      await route.continue({ headers })
    })
    await visitor.goto(`${own}/own`)
    assert.equal(await send(visitor), 200)
    assert.equal(await visitor.innerText('body'), 'transfers: 2')
    await visitor.context().close()
  })
})
