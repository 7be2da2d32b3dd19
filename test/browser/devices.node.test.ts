import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { heading, launchChromium, logIn, notice } from './chromium.ts'
import { startShop, type ShopServer } from './shop-server.ts'

let browser: Browser
let shop: ShopServer
let laptop: Page
let phone: Page

/** A profile of a browser, logged in as Ada. */
async function openProfile(userAgent: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: shop.origin, userAgent })
  const page = await context.newPage()
  await page.goto('/account')
  await logIn(page)
  return page
}

describe('devices in the shop', () => {
  before(async () => {
    ;[browser, shop] = await Promise.all([launchChromium(), startShop()])
  })
  after(() => Promise.all([browser?.close(), shop?.close()]))

  describe('a device that is ended from another profile', () => {
    beforeEach(async () => {
      laptop = await openProfile('Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36')
      phone = await openProfile('Mozilla/5.0 (iPhone) Version/26.0 Safari/604.1')
      await laptop.reload()
      return () => Promise.all([laptop.context().close(), phone.context().close()])
    })

    it('is logged out at its next click, and says from where it was ended', async () => {
      await laptop.getByRole('button', { name: 'End Safari on iPhone' }).click()
      assert.equal(await notice(laptop), 'Ended: Safari on iPhone is logged out.')
      const devices = await laptop.getByRole('listitem').allInnerTexts()
      assert.ok(!devices.some((text) => text.includes('iPhone')))

      await phone.getByRole('link', { name: 'Ada Lovelace' }).click()
      assert.equal(await heading(phone), 'Log in')
      const told = await phone.getByRole('note').innerText()
      assert.match(
        told,
        /This device was logged out at .* Its session was ended from Chrome on Linux\./,
      )

      await phone.reload()
      assert.equal(await phone.getByRole('note').count(), 0)
      await laptop.reload()
      assert.equal(await heading(laptop), 'Ada Lovelace')
    })

    it('says so on a page for everybody, too', async () => {
      await laptop.getByRole('button', { name: 'Log out all others' }).click()
      await phone.getByRole('link', { name: 'The Cloakroom' }).click()
      assert.match(await phone.getByRole('note').innerText(), /ended from Chrome on Linux/)
      assert.equal(await phone.getByRole('link', { name: 'Log in' }).count(), 1)
    })

    it('is in the list of what happened to the account', async () => {
      await laptop.getByRole('button', { name: 'End Safari on iPhone' }).click()
      const latest = laptop.getByRole('row').first()
      assert.match(
        await latest.innerText(),
        /Ended the session of Safari on iPhone\s+Chrome on Linux/,
      )
    })
  })

  describe('the box "Stay logged in"', () => {
    const expiry = async (page: Page) =>
      (await page.context().cookies()).find(({ name }) => name === 'shop')!.expires

    it('decides whether the browser keeps the cookie, and which timeouts count', async () => {
      const staying = await (await browser.newContext({ baseURL: shop.origin })).newPage()
      await staying.goto('/login')
      await staying.getByLabel('Stay logged in').check()
      await logIn(staying)
      assert.ok((await expiry(staying)) > Date.now() / 1000 + 80 * 86_400)
      await staying.locator('.panel summary').click()
      const panel = await staying.locator('.panel').innerText()
      assert.match(
        panel,
        /If you do nothing, it ends in 30 days[^]*In any case, it ends in 90 days/,
      )

      const leaving = await openProfile('Mozilla/5.0 (Windows NT 10.0) Firefox/153.0')
      assert.equal(await expiry(leaving), -1)
      await leaving.locator('.panel summary').click()
      assert.match(await leaving.locator('.panel').innerText(), /it ends in 7 days/)
      await Promise.all([staying.context().close(), leaving.context().close()])
    })
  })

  describe('what happened to an account', () => {
    it('names the wrong passwords that were typed', async () => {
      const guesser = await (await browser.newContext({ baseURL: shop.origin })).newPage()
      await guesser.goto('/login')
      await logIn(guesser, { name: 'ada', password: 'a guess' })
      const owner = await openProfile('Mozilla/5.0 (Windows NT 10.0) Firefox/153.0')
      const rows = await owner.getByRole('row').allInnerTexts()
      assert.match(rows[0]!, /Logged in\s+Firefox on Windows/)
      assert.match(rows[1]!, /A wrong password was typed\s+Chrome on Linux/)
      await Promise.all([guesser.context().close(), owner.context().close()])
    })
  })
})
