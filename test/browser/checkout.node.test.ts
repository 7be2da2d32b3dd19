import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { Browser, Page } from 'playwright-core'
import { lifetime } from '../../examples/shop/lifetime.ts'
import { createShop } from '../../examples/shop/router.ts'
import type { ShopData, ShopFlash } from '../../examples/shop/session.ts'
import {
  ada,
  cartCount,
  heading,
  launchChromium,
  logIn,
  notice,
  problem,
  sessionCookie,
} from './chromium.ts'

const minute = 60_000
const day = 24 * 60 * minute

let browser: Browser
let server: Server
/** What the clock of the sessions is ahead of the machine's, in milliseconds. */
let ahead = 0

async function open(): Promise<Page> {
  const { port } = server.address() as AddressInfo
  const context = await browser.newContext({
    baseURL: `http://localhost:${port}`,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0',
  })
  return context.newPage()
}

/** What the panel says of the second clock: it is in the page also while it is folded. */
async function lastEnd(page: Page): Promise<string> {
  return (await page.locator('.clock').nth(1).textContent())!.replace(/\s+/g, ' ').trim()
}

describe('the checkout of the shop', () => {
  before(async () => {
    const storage = createMemorySessionStorage<ShopData, ShopFlash>({
      ...lifetime,
      now: () => Date.now() + ahead,
    })
    const secrets = ['a secret that is used by nothing but these tests']
    const shop = createShop(createCookie('shop', { secrets }), storage)
    server = createServer(createRequestListener((request) => shop.fetch(request)))
    server.listen(0, 'localhost')
    ;[browser] = await Promise.all([launchChromium(), once(server, 'listening')])
  })
  after(async () => {
    await browser?.close()
    server.close()
  })

  it('asks for the password again when the login is old, and the session lives no longer by it', async () => {
    const page = await open()
    ahead = -day
    await page.goto('/products/umbrella')
    await page.getByRole('button', { name: 'Add Umbrella to the cart' }).click()
    ahead = 0
    await page.getByRole('link', { name: 'Check out' }).click()
    assert.equal(await heading(page), 'Log in')
    assert.equal(await notice(page), 'Please log in to check out.')

    await logIn(page)
    assert.equal(await heading(page), 'Check out')
    assert.match(await page.locator('.panel').textContent().then(String), /the checkout takes it/)
    const end = await lastEnd(page)
    assert.match(end, /In any case, it ends in 30 days/)

    ahead = 10 * minute
    const old = await sessionCookie(page)
    await page.getByRole('button', { name: 'Place the order' }).click()
    assert.equal(await heading(page), 'Is it still you?')
    await page.getByLabel('Password').fill('a guess')
    await page.getByRole('button', { name: 'Go on' }).click()
    assert.equal(await problem(page), 'That is not your password. Please try again.')
    assert.equal(await sessionCookie(page), old)

    await page.getByLabel('Password').fill(ada.password)
    await page.getByRole('button', { name: 'Go on' }).click()
    assert.equal(await heading(page), 'Check out')
    assert.notEqual(await sessionCookie(page), old)
    assert.equal(await lastEnd(page), end)
    assert.equal(await cartCount(page), 1)

    await page.getByRole('button', { name: 'Place the order' }).click()
    const order = await heading(page)
    assert.match(order, /^Order [A-Z2-9]{8}$/)
    assert.equal(await notice(page), 'Thank you. Your order has been placed.')
    assert.match(await page.innerText('main'), /Umbrella\s+1 × €65\.00[^]*Ada Lovelace/)
    assert.equal(await cartCount(page), 0)

    await page.goto('/account')
    assert.equal(await page.getByRole('link', { name: order }).count(), 1)
    const rows = (await page.locator('.history').last().getByRole('row').allInnerTexts()).join('\n')
    assert.match(rows, /Placed order \w+ for €65\.00\s+Firefox on Linux/)
    assert.match(rows, /Confirmed the login with the password\s+Firefox on Linux/)
    assert.match(rows, /A wrong password was typed to confirm a login/)

    // Thirty days after the login it ends, though the password was typed ten minutes later.
    for (const days of [6, 12, 18, 24, 29]) {
      ahead = days * day
      await page.goto('/account')
      assert.equal(await heading(page), 'Ada Lovelace')
    }
    ahead = 30 * day + 9 * minute
    await page.goto('/account')
    assert.equal(await heading(page), 'Log in')
    await page.context().close()
  })

  it('lets an old login do everything else', async () => {
    const page = await open()
    ahead = 0
    await page.goto('/account')
    await logIn(page)
    ahead = 10 * minute
    await page.goto('/account')
    assert.equal(await heading(page), 'Ada Lovelace')
    assert.match(
      await page.locator('.panel').textContent().then(String),
      /the checkout asks for it again/,
    )
    await page.context().close()
  })
})
