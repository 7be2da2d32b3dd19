import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import {
  cartCount,
  heading,
  launchChromium,
  logIn,
  notice,
  problem,
  sessionCookie,
} from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

let browser: Browser
let shop: ShopServer

async function open(options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ baseURL: shop.origin, ...options })
  return context.newPage()
}

describe('a visit to the shop', () => {
  before(async () => {
    ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
  })
  after(() => Promise.all([browser?.close(), shop?.close()]))

  for (const javaScriptEnabled of [true, false]) {
    it(`goes from browsing to logout ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const page = await open({ javaScriptEnabled })

      await page.goto('/')
      await page.getByRole('link', { name: 'Umbrella' }).click()
      await page.getByRole('button', { name: 'Add Umbrella to the cart' }).click()
      assert.equal(await notice(page), 'Umbrella is in your cart.')
      assert.equal(await cartCount(page), 1)

      // The guard sends a stranger to the login and remembers where they wanted to go.
      await page.goto('/account?tab=devices')
      assert.equal(await heading(page), 'Log in')
      assert.equal(await notice(page), 'Please log in to see your account.')

      await logIn(page, { name: 'ada', password: 'difference-engine' })
      assert.match(await problem(page), /do not belong together/)
      assert.equal(await page.getByLabel('Name').inputValue(), 'ada')
      await page.reload()
      assert.equal(await problem(page), '')

      const before = await sessionCookie(page)
      await logIn(page)
      assert.equal(new URL(page.url()).pathname, '/account')
      assert.equal(new URL(page.url()).search, '?tab=devices')
      assert.equal(await notice(page), 'Welcome back, Ada Lovelace.')
      assert.notEqual(await sessionCookie(page), before)
      assert.equal(await cartCount(page), 1)

      await page.reload()
      assert.equal(await notice(page), '')
      assert.equal(await heading(page), 'Ada Lovelace')

      await page.goto('/cart')
      await page.getByLabel('Quantity of Umbrella').fill('3')
      await page.getByRole('button', { name: 'Update' }).click()
      assert.equal(await cartCount(page), 3)
      await page.getByRole('button', { name: 'Remove Umbrella' }).click()
      assert.equal(await cartCount(page), 0)

      await page.getByRole('button', { name: 'Log out' }).click()
      assert.equal(await heading(page), 'You are logged out')
      await page.goto('/account')
      assert.equal(await heading(page), 'Log in')
      await page.context().close()
    })
  }

  it('counts the requests of the session', async () => {
    const page = await open()
    await page.goto('/')
    const count = async () => Number(/Request (\d+)/.exec(await page.innerText('footer'))![1])
    const first = await count()
    await page.goto('/login')
    assert.ok((await count()) > first)
    await page.context().close()
  })

  it('shows nothing private to the Back button after the logout', async () => {
    const page = await open()
    await page.goto('/account')
    await logIn(page)
    assert.match(await page.innerText('main'), /ada@example\.com/)
    await page.getByRole('button', { name: 'Log out' }).click()
    assert.equal(await heading(page), 'You are logged out')

    // A page out of the browser's memory never says that it has loaded.
    await page.goBack({ waitUntil: 'commit' })
    assert.equal(await heading(page), 'Log in')
    assert.doesNotMatch(await page.innerText('body'), /Ada Lovelace|ada@example\.com/)
    await page.goto('/account')
    await page.reload()
    assert.equal(await heading(page), 'Log in')
    await page.context().close()
  })

  it('keeps an old cookie out after the logout', async () => {
    const page = await open()
    await page.goto('/account')
    await logIn(page)
    const old = await page.context().cookies()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByText('You are logged out').waitFor()

    await page.context().addCookies(old)
    await page.goto('/account')
    assert.equal(await heading(page), 'Log in')
    await page.context().close()
  })

  it('lists the devices of a user and logs the others out', async () => {
    const laptop = await open({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0' })
    const phone = await open({ userAgent: 'Mozilla/5.0 (iPhone) Version/26.0 Safari/604.1' })
    for (const page of [laptop, phone]) {
      await page.goto('/account')
      await logIn(page)
    }

    await laptop.reload()
    const devices = laptop.getByRole('listitem')
    const mine = devices.filter({ hasText: 'Firefox on Linux' })
    assert.equal(await mine.count(), 1)
    assert.match(await mine.innerText(), /This one/)
    assert.equal(await devices.filter({ hasText: 'Safari on iPhone' }).count(), 1)
    assert.equal(await laptop.getByText('This one').count(), 1)

    await laptop.getByRole('button', { name: 'Log out all others' }).click()
    assert.equal(await devices.count(), 1)
    assert.equal(await heading(laptop), 'Ada Lovelace')

    await phone.reload()
    assert.equal(await heading(phone), 'Log in')
    await Promise.all([laptop.context().close(), phone.context().close()])
  })
})
