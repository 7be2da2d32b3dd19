/* The program in docs/accounts.md. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { programsIn } from './blocks.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
const newerFirefox = firefox.replaceAll('141', '142')
const safari =
  'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15'

describe('The guide to sessions and accounts', () => {
  const folder = mkdtempSync('.build/accounts-')
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has a program that asks for a proof when the client has changed', async (t) => {
    process.env['SESSION_SECRET'] = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
    t.after(() => delete process.env['SESSION_SECRET'])
    const name = 'client-check.mjs'
    writeFileSync(join(folder, name), new Map(programsIn('docs/accounts.md')).get(name)!)
    const { handler } = await import(pathToFileURL(join(folder, name)).href)
    let cookie = ''

    async function open(path: string, browser: string, country = 'NO'): Promise<string> {
      const headers = { cookie, 'user-agent': browser, 'cf-ipcountry': country }
      const response: Response = await handler(
        new Request(`https://shop.example${path}`, { headers }),
      )
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return response.text()
    }

    assert.equal(await open('/address', firefox), 'Please log in: nobody')
    assert.equal(await open('/login', firefox), 'Hello')
    assert.equal(await open('/', newerFirefox), 'Hello')
    assert.equal(await open('/address', newerFirefox), 'Hello')
    for (const [browser, country] of [
      [safari, 'NO'],
      [firefox, 'NZ'],
    ] as const) {
      assert.match(await open('/', browser, country), /Is that you/)
      assert.equal(await open('/address', browser, country), 'Please log in: changed')
      assert.equal(await open('/confirm', browser, country), 'Hello')
      assert.equal(await open('/address', browser, country), 'Hello')
    }
    assert.match(await open('/', safari), /Is that you/)
  })
})
