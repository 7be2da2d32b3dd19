import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { ada, launchChromium, logIn, notice, problem } from '../browser/chromium.ts'
import { buildApp, startApp, type App } from './react-router-compat-app.ts'

let browser: Browser
let app: App

before(async () => {
  await buildApp()
  ;[browser, app] = await Promise.all([launchChromium(), startApp()])
})
after(() => Promise.all([browser?.close(), app?.close()]))

for (const javaScriptEnabled of [true, false]) {
  describe(`a visit to the example app of React Router ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    it('goes from the guard to the logout', async () => {
      const { page, requests } = await open(javaScriptEnabled)

      await page.getByRole('navigation').getByRole('link', { name: 'Account' }).click()
      await heading(page, 'Log in')
      assert.equal(await notice(page), 'Please log in to see your account.')

      await logIn(page, { ...ada, password: 'difference-engine' })
      await page.getByText('do not belong together').waitFor()
      assert.equal(await notice(page), '')

      await logIn(page)
      await heading(page, 'Ada Lovelace')
      assert.equal(await notice(page), 'Welcome back, Ada Lovelace.')
      assert.equal(await problem(page), '')
      const { httpOnly, secure, sameSite } = (await sessionCookie(page))!
      assert.deepEqual([httpOnly, secure, sameSite], [true, true, 'Lax'])
      if (javaScriptEnabled) assert.equal(await page.evaluate('document.cookie'), '')

      await page.getByLabel('Dark').check()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.locator('[data-theme=dark]').waitFor()
      assert.equal(await notice(page), 'Saved for this visit.')

      await page.getByRole('button', { name: 'Log out' }).click()
      await heading(page, 'Good evening')
      assert.equal(await sessionCookie(page), undefined)

      const elsewhere = requests.filter(({ path }) => !path.startsWith('/'))
      assert.deepEqual(elsewhere, [])
      const documents = requests.filter(({ kind }) => kind === 'document')
      const data = requests.filter(({ path }) => path.endsWith('.data'))
      if (javaScriptEnabled) {
        // The pages after the first one come as data, and so do the answers to forms.
        assert.deepEqual(documents, [{ kind: 'document', method: 'GET', path: '/' }])
        for (const path of ['/login.data', '/account.data', '/logout.data']) {
          assert.ok(
            data.some((request) => request.method === 'POST' && request.path === path),
            path,
          )
        }
      } else {
        assert.ok(documents.length > 8)
        assert.deepEqual(data, [])
      }
      await page.context().close()
    })

    it('shows a message once, whatever is reloaded', async () => {
      const { page } = await open(javaScriptEnabled, '/account')
      await heading(page, 'Log in')
      await logIn(page)
      await heading(page, 'Ada Lovelace')
      assert.equal(await notice(page), 'Welcome back, Ada Lovelace.')
      await page.reload()
      await heading(page, 'Ada Lovelace')
      assert.equal(await notice(page), '')
      await page.context().close()
    })

    it('shows nothing private after the logout, not to the Back button nor for the old cookie', async () => {
      const { page } = await open(javaScriptEnabled, '/login')
      await logIn(page)
      await heading(page, 'Ada Lovelace')
      const old = await page.context().cookies()
      await page.getByRole('button', { name: 'Log out' }).click()
      await heading(page, 'Good evening')

      await page.goBack({ waitUntil: 'commit' })
      await heading(page, 'Log in')
      assert.doesNotMatch(await page.innerText('body'), /Ada Lovelace|ada@example\.com/)

      await page.context().addCookies(old)
      await page.goto('/account')
      await heading(page, 'Log in')
      await page.context().close()
    })
  })
}

/** A new browser at a page that has come alive, and what it asks for. Foreign addresses are whole. */
async function open(javaScriptEnabled: boolean, path = '/') {
  const context = await browser.newContext({ baseURL: app.origin, javaScriptEnabled })
  const page = await context.newPage()
  const requests: { kind: string; method: string; path: string }[] = []
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (origin === 'null') return
    const path = origin === app.origin ? pathname : request.url()
    requests.push({ kind: request.resourceType(), method: request.method(), path })
  })
  await page.goto(path)
  if (javaScriptEnabled) {
    await page.waitForFunction(() =>
      Object.keys(document.querySelector('main')!).some((key) => key.startsWith('__react')),
    )
  }
  return { page, requests }
}

/** Waits for the page with this heading: the router changes pages without loading them. */
async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
}

async function sessionCookie(page: Page) {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => name === '__session')
}
