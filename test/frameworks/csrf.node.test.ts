/* Forged requests, on a real server of each framework. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Browser } from './parts/browser.ts'
import { csrfApps } from './parts/csrf-apps.ts'

for (const [name, start] of Object.entries(csrfApps)) {
  describe(`A forged request, in ${name}`, () => {
    let origin: string
    let close: () => Promise<void> | PromiseLike<void>
    before(async () => {
      ;({ origin, close } = await start())
    })
    after(() => close())

    /** A visitor with a session, and a token from its form. */
    async function visitor() {
      const browser = new Browser(origin)
      const token = await browser.text('/form')
      const post = (item: string, headers: Record<string, string>, fields = {}) =>
        browser.send('/buy', {
          method: 'POST',
          headers,
          body: new URLSearchParams({ item, ...fields }),
        })
      return { browser, token, post, bought: () => browser.text('/bought') }
    }

    it('is refused with 403, before the handler sees it', async () => {
      const { browser, post, bought } = await visitor()
      for (const headers of [
        { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: 'https://evil.example' },
        {},
        { 'X-CSRF-Token': 'wrong' },
      ] as Record<string, string>[]) {
        const response = await post('hat', headers)
        assert.equal(response.status, 403, JSON.stringify(headers))
        await response.body?.cancel()
      }
      const json = await browser.send('/buy', {
        method: 'POST',
        headers: { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/json' },
        body: '{}',
      })
      assert.equal(json.status, 403)
      assert.equal(await bought(), 'nothing')
    })

    it('is told from one of a page of our own', async () => {
      const { post, bought, token } = await visitor()
      for (const [item, headers, fields] of [
        ['hat', { 'Sec-Fetch-Site': 'same-origin' }, {}],
        ['scarf', { Origin: origin }, {}],
        ['coat', { 'X-CSRF-Token': token }, {}],
        ['gloves', {}, { csrf: token }],
      ] as [string, Record<string, string>, object][]) {
        const response = await post(item, headers, fields)
        assert.equal(response.status, 200, item)
        assert.equal(await bought(), item)
      }
    })

    it('is one too with the token of another visitor', async () => {
      const [ada, eve] = [await visitor(), await visitor()]
      assert.equal((await ada.post('hat', {}, { csrf: eve.token })).status, 403)
      assert.equal(await ada.bought(), 'nothing')
    })
  })
}
