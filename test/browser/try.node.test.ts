import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { cartCount, launchChromium } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

let browser: Browser
let shop: ShopServer
/** The same shop with the sessions in their cookies. */
let onCookies: ShopServer

async function open({ origin }: ShopServer): Promise<Page> {
  const context = await browser.newContext({ baseURL: origin })
  const page = await context.newPage()
  await page.goto('/try')
  return page
}

/** Presses the button of an experiment and reads what came of it. */
async function attempt(page: Page, title: string): Promise<{ verdict: string; told: string }> {
  const card = page.getByRole('region', { name: title })
  await card.getByRole('button').click()
  const verdict = await card.locator('.verdict').innerText()
  assert.ok((await card.locator('.bar').count()) > 1, 'what happened is drawn')
  return { verdict, told: (await card.getByRole('listitem').allInnerTexts()).join('\n') }
}

describe('what the shop shows of a session', () => {
  before(async () => {
    ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
    onCookies = await startShop({ args: ['--storage', 'cookie:'] })
  })
  after(() => Promise.all([browser?.close(), shop?.close(), onCookies?.close()]))

  describe('the page "Try to break it"', () => {
    it('shows that nothing breaks with sessions on the server', async () => {
      const page = await open(shop)
      const tabs = await attempt(page, 'Two tabs add at once')
      assert.match(tabs.verdict, /^It held\. All 10 arrived\. [1-9] of them had been overtaken/)
      assert.match(tabs.told, /Tab A, Tab B \+1 × 10 [1-9] done again/)

      const logout = await attempt(page, 'A logout during a slow request')
      assert.match(logout.verdict, /^It held\..*found the session gone and wrote nothing/)
      assert.match(logout.told, /logs out\nSlow request saves a change wrote nothing/)

      const planted = await attempt(page, 'An id planted before the login')
      assert.match(planted.verdict, /^It held\. The thief is a stranger/)
      assert.match(planted.told, /Thief who am I\? a stranger\nVisitor who am I\? logged in$/)

      assert.match((await attempt(page, 'An old cookie, replayed')).verdict, /^It held\./)
      assert.match(
        (await attempt(page, 'A forged cookie')).verdict,
        /^It held\. One changed letter/,
      )
      await page.context().close()
    })

    it('says what breaks where the session is its cookie', async () => {
      const page = await open(onCookies)
      for (const title of [
        'Two tabs add at once',
        'A logout during a slow request',
        'An old cookie, replayed',
      ]) {
        const { verdict } = await attempt(page, title)
        assert.match(verdict, /^It broke\..*here the session is its cookie/)
      }
      assert.match((await attempt(page, 'A forged cookie')).verdict, /^It held\./)
      const promises = page.getByRole('region', { name: 'What it runs on: The cookie itself' })
      assert.equal(await promises.getByText('(not with this storage)').count(), 4)
      await page.context().close()
    })

    it('leaves the cart of the visitor as it is', async () => {
      const page = await open(shop)
      await page.goto('/')
      await page.getByRole('button', { name: 'Add Umbrella to the cart' }).click()
      await page.goto('/try')
      await attempt(page, 'An old cookie, replayed')
      await page.goto('/cart')
      assert.equal(await cartCount(page), 1)
      await page.context().close()
    })
  })

  describe('the panel "Your session"', () => {
    it('leads to the inspector, which knows this visitor', async () => {
      const page = await open(shop)
      await page.locator('.panel summary').click()
      const opening = page.context().waitForEvent('page')
      await page.getByRole('link', { name: 'Open the inspector' }).click()
      const inspector = await opening
      const handle = await page.locator('.panel dd code').first().innerText()
      await inspector.getByText(handle, { exact: true }).waitFor()
      await inspector.getByText('GET /try').first().waitFor()
      await page.context().close()
    })

    it('says what this request and those before it changed', async () => {
      const page = await open(shop)
      await page.goto('/products/umbrella')
      await page.getByRole('button', { name: 'Add Umbrella to the cart' }).click()
      const panel = page.locator('.panel')
      assert.match(await panel.locator('summary').innerText(), /1 change by this request/)
      await panel.locator('summary').click()
      const earlier = await panel.getByRole('row').allInnerTexts()
      assert.match(earlier[0]!, /POST \/cart\/add\s+visits, cart, message: notice/)
      assert.match(await panel.innerText(), /If you do nothing, it ends in 7 days/)
      assert.match(await panel.innerText(), /Shown on this page, and then gone: notice/)
      await page.context().close()
    })
  })
})
