import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { cartCount, launchChromium } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

const goods = ['Wool coat', 'Umbrella', 'Felt hat', 'Long scarf', 'Rain boots', 'Mittens']
const ids = goods.map((name) => name.toLowerCase().replace(' ', '-')).map(idOf)

let browser: Browser
let shop: ShopServer

before(async () => {
  ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
})
after(() => Promise.all([browser?.close(), shop?.close()]))

/** Two tabs of one browser that already has a session: the first visit was in the first tab. */
async function openTwoTabs(): Promise<[Page, Page]> {
  const context = await browser.newContext({ baseURL: shop.origin })
  const first = await context.newPage()
  await first.goto('/')
  const second = await context.newPage()
  await second.goto('/')
  return [first, second]
}

describe('two tabs that fill one cart at the same time', () => {
  it('lose nothing when people click', async () => {
    const tabs = await openTwoTabs()
    for (const name of goods) {
      const button = { name: `Add ${name} to the cart` }
      await Promise.all(tabs.map((tab) => tab.getByRole('button', button).click()))
      await Promise.all(tabs.map((tab) => tab.goto('/')))
    }
    assert.deepEqual(await quantities(tabs[0]), Object.fromEntries(ids.map((id) => [id, 2])))
    await tabs[0].context().close()
  })

  it('lose nothing when every product is added in parallel', async () => {
    const tabs = await openTwoTabs()
    await Promise.all(tabs.map((tab) => addInParallel(tab, ids)))
    assert.deepEqual(await quantities(tabs[1]), Object.fromEntries(ids.map((id) => [id, 2])))
    await tabs[0].context().close()
  })

  it('lose nothing when one product is added over and over', async () => {
    const tabs = await openTwoTabs()
    const twenty = new Array<string>(20).fill('umbrella')
    await Promise.all(tabs.map((tab) => addInParallel(tab, twenty)))
    assert.deepEqual(await quantities(tabs[0]), { umbrella: 40 })
    assert.equal(await cartCount(tabs[0]), 40)
    await tabs[0].context().close()
  })
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
  await page.goto('/cart')
  const fields = await page.getByRole('spinbutton').all()
  const entries = fields.map(async (field) => {
    const id = (await field.getAttribute('id'))!.replace('quantity-', '')
    return [id, Number(await field.inputValue())] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function idOf(name: string): string {
  return name === 'long-scarf' ? 'scarf' : name
}
