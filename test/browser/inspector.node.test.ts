import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext } from 'playwright-core'
import { createSessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createInspector } from 'coatcheck/inspector'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/node'
import { createGate } from 'coatcheck/testing'
import { launchChromium } from './chromium.ts'

const secrets = ['f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd']
const gate = createGate(createMemoryStore())

let browser: Browser
let server: Server
let origin: string

/** The app in one tab and the inspector in another. What the page complains of fails the test. */
async function openTabs(context: BrowserContext) {
  const app = await context.newPage()
  await app.goto(`${origin}/add`)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(`${origin}/__session`)
  return { app, page, complaints }
}

describe('the page of the inspector', () => {
  before(async () => {
    const cookie = createCookie('__Host-session', { secrets })
    const storage = createSessionStorage(gate.store)
    const inspector = createInspector(cookie, storage, { showValues: true })
    const serve = session(cookie, storage)
    server = createServer((request, response) =>
      inspector.node(request, response, () =>
        serve(request, response, (own) => {
          if (request.url === '/add') own.update('count', (n = 0) => n + 1)
          if (request.url === '/leave') own.flash('notice', 'Hello')
          response.setHeader('Content-Type', 'text/html')
          response.end('<link rel="icon" href="data:,">')
        }),
      ),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
    browser = await launchChromium()
  })
  after(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  it('shows a conflict as it happens', async () => {
    const context = await browser.newContext()
    const { app, page, complaints } = await openTabs(context)
    await page.getByText('live', { exact: true }).waitFor()
    assert.equal(await page.locator('.requests').getByText('done again').count(), 0)

    const held = gate.hold('write')
    const add = () => app.evaluate(() => fetch('/add', { method: 'POST' }).then(() => {}))
    const slow = add()
    await held.reached
    await add()
    held.release()
    await slow

    await page.locator('.requests').getByText('done again').waitFor()
    const [latest] = await page.locator('.requests li').allInnerTexts()
    assert.match(latest!, /POST \/add.*saved\s+done again[^]*count\s+1\s+3/)
    const conflict = page.locator('.events li.conflict')
    assert.match(await conflict.innerText(), /conflict\s+Another request was faster/)
    assert.ok((await page.locator('circle.conflict').count()) > 0, 'it is in the drawing')
    await page.locator('.tree').getByText('3').waitFor()
    assert.deepEqual(complaints, [])
    await context.close()
  })

  it('counts the deadlines down and shows messages that come', async () => {
    const context = await browser.newContext()
    const { app, page, complaints } = await openTabs(context)
    const deadline = page.locator('[data-at]').first()
    const first = await deadline.innerText()
    assert.match(first, /^in (1 d 0 h 0 min 0|23 h 59 min \d+) s$/)
    await page.waitForFunction(
      (before) => document.querySelector('[data-at]')!.textContent !== before,
      first,
    )
    await app.goto(`${origin}/leave`)
    await page.getByText('"Hello"').waitFor()
    assert.deepEqual(complaints, [])
    await context.close()
  })

  it('shows everything without JavaScript, too', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const { page } = await openTabs(context)
    assert.match(await page.innerText('main'), /GET \/add.*saved/)
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      it(`fits in ${width} pixels, ${colorScheme}`, async () => {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
        const { page } = await openTabs(context)
        const size = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.ok(size <= width, `${size} pixels wide`)
        const colours = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
        const [red = 0] = colours.match(/\d+/g)!.map(Number)
        assert.equal(red < 128, colorScheme === 'dark')
        await context.close()
      })
    }
  }
})
