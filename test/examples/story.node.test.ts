/* One story, in Chromium, for every example of a framework: what a visitor does with two tabs and a telephone. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { heading, launchChromium } from '../browser/chromium.ts'
import { build, type RunningExample, startExample } from '../frameworks/parts/built-app.ts'
import { plainExamples, startPlainExample } from './plain.ts'

/** How those are started that have to be built. */
const built: Record<string, readonly string[]> = {
  astro: ['dist/server/entry.mjs'],
  nest: ['dist/main.js'],
  next: ['node_modules/next/dist/bin/next', 'start'],
  nuxt: ['.output/server/index.mjs'],
  'react-router': ['node_modules/@react-router/serve/bin.cjs', 'build/server/index.js'],
  sveltekit: ['build'],
  'tanstack-start': [
    'node_modules/srvx/bin/srvx.mjs',
    'serve',
    '--prod',
    '--entry',
    'dist/server/server.js',
  ],
}
/** Larger apps, and what `coatcheck new` makes apps of: they have tests of their own. */
const apart = ['react-router-compat', 'servers', 'shop']

/** What a proxy says, which SvelteKit believes alone. */
const proxied: Record<string, string> = { 'X-Forwarded-Proto': 'http' }

describe('the story of a visitor, told by the example of', () => {
  let browser: Browser
  before(async () => {
    browser = await launchChromium()
  })
  after(() => browser?.close())

  for (const name of plainExamples) {
    it(name, () => tell(() => startPlainExample(name)))
  }
  for (const [name, args] of Object.entries(built)) {
    it(name, async () => {
      await build(name)
      const at = builtAt(name)
      await build(name)
      assert.equal(builtAt(name), at, 'it was built once more, for nothing')
      const headers = name === 'sveltekit' ? proxied : {}
      await tell(() => startExample(name, args), headers)
    })
  }

  it('every framework: there is no other example', () => {
    const all = readdirSync('examples').filter((name) => existsSync(`examples/${name}/README.md`))
    assert.deepEqual(all.sort(), [...plainExamples, ...Object.keys(built), ...apart].sort())
  })

  async function tell(
    start: () => Promise<RunningExample>,
    extraHTTPHeaders: Record<string, string> = {},
  ): Promise<void> {
    const app = await start()
    const options = { baseURL: app.origin, extraHTTPHeaders }
    const desk = await browser.newContext({ ...options, userAgent: 'desk' })
    const phone = await browser.newContext({ ...options, userAgent: 'phone' })
    try {
      await visit(desk, phone)
    } finally {
      await Promise.all([desk.close(), phone.close()])
      await app.close()
    }
  }
})

function builtAt(name: string): number {
  return statSync(`.build/.compiled-${name}`).mtimeMs
}

async function visit(desk: BrowserContext, phone: BrowserContext): Promise<void> {
  const tab = await open(desk)
  assert.deepEqual(await desk.cookies(), [])

  // A guarded page sends a stranger back, with a message that is shown once.
  await tab.goto('/account')
  await shows(tab, 'Good evening')
  assert.equal(await notice(tab), 'Please log in first')
  await tab.reload()
  assert.equal(await notice(tab), '')

  await logIn(tab)
  assert.equal(await notice(tab), 'Welcome, ada')
  await tab.reload()
  assert.deepEqual([await heading(tab), await notice(tab)], ['Good evening, ada', ''])
  const [cookie] = await desk.cookies()
  const { name, httpOnly, secure, sameSite } = cookie!
  assert.deepEqual([name, httpOnly, secure, sameSite], ['__Host-session', true, true, 'Lax'])

  // Two tabs fill the cart at the same time.
  const other = await open(desk)
  await Promise.all([addTwice(tab), addTwice(other)])
  for (const one of [tab, other]) {
    await one.reload()
    assert.equal(await itemsIn(one), 4)
  }

  // The telephone is in the list of devices, and is ended from the desk.
  const pocket = await open(phone)
  await logIn(pocket)
  await tab.reload()
  assert.deepEqual((await devices(tab)).sort(), ['desk (this one)', 'phone End'])
  await tab.getByRole('button', { name: 'End', exact: true }).click()
  await tab.waitForFunction(() => document.querySelectorAll('li').length === 1)
  assert.deepEqual(await devices(tab), ['desk (this one)'])
  await pocket.reload()
  await shows(pocket, 'Good evening')

  await tab.getByRole('button', { name: 'Log out' }).click()
  await shows(tab, 'Good evening')
  assert.deepEqual(await desk.cookies(), [])
  await other.reload()
  assert.deepEqual([await heading(other), await itemsIn(other)], ['Good evening', 0])
}

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  await page.goto('/')
  return page
}

/** Waits for the page with this heading: some frameworks change pages without loading them. */
async function shows(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
}

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('ada')
  await page.getByRole('button', { name: 'Log in' }).click()
  await shows(page, 'Good evening, ada')
}

/** What is added is there on the page that answers, and so is what the other tab has added meanwhile. */
async function addTwice(page: Page): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    const before = await itemsIn(page)
    await page.getByRole('button', { name: 'Add' }).click()
    await page.waitForFunction(
      (most) => Number(/(\d+) in the cart/.exec(document.body?.innerText ?? '')?.[1]) > most,
      before,
    )
  }
}

async function itemsIn(page: Page): Promise<number> {
  return Number(/(\d+) in the cart/.exec(await page.innerText('body'))?.[1])
}

function notice(page: Page): Promise<string> {
  return page.getByRole('status').innerText()
}

async function devices(page: Page): Promise<string[]> {
  const rows = await page.locator('li').allInnerTexts()
  return rows.map((text) => text.replace(/\s+/g, ' ').trim())
}
