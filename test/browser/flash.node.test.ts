import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchChromium, notice } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

let browser: Browser
let shop: ShopServer

describe('a flash message that waits for the next page', () => {
  before(async () => {
    ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
  })
  after(() => Promise.all([browser?.close(), shop?.close()]))

  it('is not used up by the prefetch that the page itself asks for', async () => {
    const page = await openWithFlashWaiting()
    const prefetch = page.waitForRequest((request) => request.url().endsWith('/cart'))
    await page.evaluate(() => {
      const hint = document.querySelector('link[rel=prefetch]')!
      hint.replaceWith(
        Object.assign(document.createElement('link'), { rel: 'prefetch', href: '/cart' }),
      )
    })
    const headers = await (await prefetch).allHeaders()
    assert.match(headers['sec-purpose'] ?? '', /prefetch/)
    await (await prefetch).response()

    await page.goto('/login')
    assert.equal(await notice(page), 'Umbrella is in your cart.')
    await page.reload()
    assert.equal(await notice(page), '')
    await page.context().close()
  })

  it('is not used up by an image that is missing', async () => {
    const page = await openWithFlashWaiting()
    await page.evaluate(async () => {
      const image = new Image()
      const settled = new Promise((resolve) => (image.onload = image.onerror = resolve))
      // The answer is the page for what does not exist, which would show a message.
      image.src = '/missing.png'
      await settled
    })
    await page.goto('/')
    assert.equal(await notice(page), 'Umbrella is in your cart.')
    await page.context().close()
  })

  it('is shown by the prefetched page itself, when that is where the visitor goes', async () => {
    const page = await openWithFlashWaiting()
    await page.getByRole('link', { name: /^Cart/ }).click()
    assert.equal(await notice(page), 'Umbrella is in your cart.')
    await page.context().close()
  })
})

/** The home page, and a message set since by a request that showed no page. */
async function openWithFlashWaiting(): Promise<Page> {
  const context = await browser.newContext({ baseURL: shop.origin })
  const page = await context.newPage()
  const hint = page.waitForResponse((response) => response.url().endsWith('/cart'))
  await page.goto('/')
  await hint
  await page.evaluate(async () => {
    const body = new URLSearchParams({ product: 'umbrella' })
    await fetch('/cart/add', { method: 'POST', body, redirect: 'manual' })
  })
  return page
}
