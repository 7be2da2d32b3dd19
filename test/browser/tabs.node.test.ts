import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { cartCount, heading, launchChromium, logIn } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

const goods = new Map([
  ['Wool coat', 'wool-coat'],
  ['Umbrella', 'umbrella'],
  ['Felt hat', 'felt-hat'],
  ['Long scarf', 'scarf'],
  ['Rain boots', 'rain-boots'],
  ['Mittens', 'mittens'],
])
const twoOfEach = Object.fromEntries([...goods.values()].map((id) => [id, 2]))

let browser: Browser
let shop: ShopServer
/** The same shop on another port. Browsers send a cookie to all ports of a host. */
let twin: ShopServer

/** Two tabs of one browser that already has a session: the first visit was in the first tab. */
async function openTabs(...origins: string[]): Promise<Page[]> {
  const context = await browser.newContext()
  const tabs: Page[] = []
  for (const origin of origins) {
    const tab = await context.newPage()
    await tab.goto(origin)
    tabs.push(tab)
  }
  return tabs
}

const places: [string, () => [string, string]][] = [
  ['at one server', () => [shop.origin, shop.origin]],
  ['at two servers that share their sessions', () => [shop.origin, twin.origin]],
]

describe('tabs', () => {
  before(async () => {
    ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
    twin = await startShop({ sessions: shop.sessions })
  })
  after(() => Promise.all([browser?.close(), shop?.close(), twin?.close()]))

  for (const [where, origins] of places) {
    describe(`two tabs that fill one cart at the same time, ${where},`, () => {
      it('lose nothing when people click', async () => {
        const tabs = await openTabs(...origins())
        for (const name of goods.keys()) {
          const button = { name: `Add ${name} to the cart` }
          await Promise.all(tabs.map((tab) => tab.getByRole('button', button).click()))
          await Promise.all(tabs.map((tab) => tab.goto(new URL('/', tab.url()).href)))
        }
        assert.deepEqual(await quantities(tabs[0]!), twoOfEach)
        await tabs[0]!.context().close()
      })

      it('lose nothing when every product is added in parallel', async () => {
        const tabs = await openTabs(...origins())
        const ids = [...goods.values()]
        await Promise.all(tabs.map((tab) => addInParallel(tab, ids)))
        assert.deepEqual(await quantities(tabs[1]!), twoOfEach)
        await tabs[0]!.context().close()
      })

      it('lose nothing when one product is added over and over', async () => {
        const tabs = await openTabs(...origins())
        const twenty = new Array<string>(20).fill('umbrella')
        await Promise.all(tabs.map((tab) => addInParallel(tab, twenty)))
        assert.deepEqual(await quantities(tabs[0]!), { umbrella: 40 })
        assert.equal(await cartCount(tabs[0]!), 40)
        await tabs[0]!.context().close()
      })

      it('lose nothing while one of them logs in', async () => {
        const [first, second] = (await openTabs(...origins())) as [Page, Page]
        await first.goto(new URL('/login', first.url()).href)
        // Checking the password takes much longer than adding something.
        const arrived = first.waitForRequest((request) => request.method() === 'POST')
        await Promise.all([logIn(first), arrived.then(() => addInParallel(second, ['scarf']))])

        assert.equal(await heading(first), 'Ada Lovelace')
        assert.deepEqual(await quantities(first), { scarf: 1 })
        assert.deepEqual(await quantities(second), { scarf: 1 })
        await first.context().close()
      })
    })
  }
})

/** Sends all the forms at once, as the page's own requests. */
async function addInParallel(page: Page, products: string[]): Promise<void> {
  const failed = await page.evaluate(async (products) => {
    const add = (product: string) =>
      fetch('/cart/add', { method: 'POST', body: new URLSearchParams({ product }) })
    const responses = await Promise.all(products.map(add))
    return responses.filter(({ ok }) => !ok).map(({ status }) => status)
  }, products)
  assert.deepEqual(failed, [])
}

async function quantities(page: Page): Promise<Record<string, number>> {
  await page.goto(new URL('/cart', page.url()).href)
  const fields = await page.getByRole('spinbutton').all()
  const entries = fields.map(async (field) => {
    const id = (await field.getAttribute('id'))!.replace('quantity-', '')
    return [id, Number(await field.inputValue())] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
