import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { patience } from '../patience.ts'

/** The system's Chromium, with the page cache behind the Back button that people have. Without its own windows it takes half the time. */
export async function launchChromium(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findInPath('chromium-headless-shell', 'chromium'),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    timeout: patience,
  })
  const open = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await open(options)
    context.setDefaultTimeout(patience)
    return context
  }
  return browser
}

/** The first of these programs that there is. */
function findInPath(...programs: string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const file of programs.flatMap((program) =>
    folders.map((folder) => join(folder, program)),
  )) {
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // not in this folder
    }
  }
  throw new Error(`${programs[0]} is not installed: script/bootstrap test installs it`)
}

export const ada = { name: 'ada', password: 'analytical-engine' }

/** Fills in the login form that the page shows. */
export async function logIn(page: Page, { name, password } = ada): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Log in' }).click()
}

/** The flash message that the page shows, or nothing. */
export function notice(page: Page): Promise<string> {
  return page.locator('.flash[role=status]').innerText()
}

/** The same for what went wrong. */
export function problem(page: Page): Promise<string> {
  return page.locator('.flash[role=alert]').innerText()
}

export function heading(page: Page): Promise<string> {
  return page.getByRole('heading', { level: 1 }).innerText()
}

/** The number beside "Cart" in the header. */
export async function cartCount(page: Page): Promise<number> {
  return Number(await page.locator('header .count').innerText())
}

/** The value of the session cookie that this page's browser holds. */
export async function sessionCookie(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => name === 'shop')?.value
}
