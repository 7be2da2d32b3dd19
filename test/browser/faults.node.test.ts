import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { cartCount, heading, launchChromium, logIn, notice, sessionCookie } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

let browser: Browser
let shop: ShopServer

describe('a shop that fails', () => {
  before(async () => {
    browser = await launchChromium()
  })
  after(() => browser?.close())
  beforeEach(async () => {
    shop = await startShop()
  })
  afterEach(() => shop.close())

  describe('a shop whose server is killed', () => {
    it('goes on where it was when the server is back', async () => {
      const page = await logInWithCart()
      const cookie = await sessionCookie(page)

      assert.equal(await shop.stop('SIGKILL'), 'SIGKILL')
      await shop.start()

      await page.goto('/account')
      assert.equal(await heading(page), 'Ada Lovelace')
      assert.equal(await cartCount(page), 1)
      assert.equal(await sessionCookie(page), cookie)
      await page.context().close()
    })

    it('ends in order when it is asked to, whatever the browser keeps open', async () => {
      const page = await logInWithCart()
      const asked = Date.now()
      assert.equal(await shop.stop('SIGTERM'), 0)
      assert.ok(Date.now() - asked < 30_000)
      await page.context().close()
    })
  })

  describe('a shop whose session store fails', () => {
    it('says so, keeps the cookie, and recovers', async () => {
      const page = await logInWithCart()
      const cookie = await sessionCookie(page)

      await breakStore()
      const failed = await page.goto('/account')
      assert.equal(failed!.status(), 503)
      assert.equal(await heading(page), 'Back in a moment')
      assert.equal((await failed!.allHeaders())['set-cookie'], undefined)
      assert.equal(await sessionCookie(page), cookie)

      await repairStore()
      await page.getByRole('link', { name: 'Try again' }).click()
      assert.equal(await cartCount(page), 1)
      await page.goto('/account')
      assert.equal(await heading(page), 'Ada Lovelace')
      assert.equal(await sessionCookie(page), cookie)
      await page.context().close()
    })

    it('does not claim to have saved what it could not save', async () => {
      const page = await logInWithCart()
      await page.goto('/')
      await breakStore()
      await page.getByRole('button', { name: 'Add Mittens to the cart' }).click()
      assert.equal(await heading(page), 'Back in a moment')

      await repairStore()
      await page.goto('/cart')
      assert.equal(await cartCount(page), 1)
      assert.equal(await notice(page), '')
      await page.context().close()
    })
  })
})

async function logInWithCart(): Promise<Page> {
  const context = await browser.newContext({ baseURL: shop.origin })
  const page = await context.newPage()
  await page.goto('/')
  await page.getByRole('button', { name: 'Add Felt hat to the cart' }).click()
  await page.goto('/login')
  await logIn(page)
  assert.equal(await heading(page), 'Ada Lovelace')
  return page
}

/** Permissions would not stop root, a file in the directory's place stops everybody. */
async function breakStore(): Promise<void> {
  await rename(shop.sessions, `${shop.sessions}.away`)
  await writeFile(shop.sessions, '')
}

async function repairStore(): Promise<void> {
  await rm(shop.sessions)
  await rename(`${shop.sessions}.away`, shop.sessions)
}
