import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createLiveSessions, type LiveOptions } from 'coatcheck/live'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { begin, cookie } from './visit.ts'

/** Whether a page of this origin may open a connection at this address. */
async function isWelcome(url: string, Origin?: string, options?: LiveOptions) {
  const events: SessionEvent[] = []
  const storage = createMemorySessionStorage({ onEvent: (event) => events.push(event) })
  const { header } = await begin(storage)
  const request = {
    method: 'GET',
    url,
    headers: new Headers({ Cookie: header, ...(Origin !== undefined && { Origin }) }),
  }
  const connection = await createLiveSessions(cookie, storage, options).openSession(request)
  connection?.close()
  const isRefused = events.some((event) => event.type === 'refused' && event.reason === 'origin')
  assert.equal(isRefused, connection === undefined)
  return connection !== undefined
}

describe('the origin of a page that opens a live connection (RFC 6455 §10.2, ASVS 4.4.2)', () => {
  it('is that of the host that it asks, or there is none', async () => {
    for (const [url, origin] of [
      ['https://shop.example/live', undefined],
      ['https://shop.example/live', 'https://shop.example'],
      ['https://shop.example:8443/live', 'https://shop.example:8443'],
      ['http://localhost:3000/live', 'http://localhost:3000'],
      ['http://[::1]:3000/live', 'http://[::1]:3000'],
      // Behind a proxy that speaks https, with and without the port that it was asked at.
      ['http://shop.example/live', 'https://shop.example'],
      ['http://shop.example:443/live', 'https://shop.example'],
      ['http://SHOP.example/live', 'https://shop.example'],
    ] as const) {
      assert.equal(await isWelcome(url, origin), true, `${origin} at ${url}`)
    }
  })

  it('is refused if it is another', async () => {
    for (const [url, origin] of [
      ['https://shop.example/live', 'https://evil.example'],
      ['https://shop.example/live', 'https://evil.shop.example'],
      ['https://shop.example/live', 'https://shop.example.evil.example'],
      ['https://shop.example/live', 'https://shop.example:8443'],
      ['https://shop.example/live', 'http://shop.example'],
      ['https://shop.example/live', 'null'],
      ['https://shop.example/live', 'shop.example'],
      ['https://shop.example/live', 'chrome-extension://shop.example'],
      ['http://localhost:3000/live', 'http://localhost:4000'],
      ['http:///live', 'http://live'],
    ] as const) {
      assert.equal(await isWelcome(url, origin), false, `${origin} at ${url}`)
    }
  })

  it('may be one that the app allows', async () => {
    const list = { allowedOrigins: ['https://app.example', 'http://localhost:5173'] }
    const previews = { allowedOrigins: (origin: string) => /^https:\/\/\w+\.example$/.test(origin) }
    const url = 'https://shop.example/live'
    assert.equal(await isWelcome(url, 'https://app.example', list), true)
    assert.equal(await isWelcome(url, 'http://localhost:5173', list), true)
    assert.equal(await isWelcome(url, 'https://shop.example', list), true)
    assert.equal(await isWelcome(url, 'https://evil.example', list), false)
    assert.equal(await isWelcome(url, 'https://preview1.example', previews), true)
    assert.equal(await isWelcome(url, 'https://preview.evil.example', previews), false)
  })

  it('is allowed as browsers send it, and not in another way', () => {
    const storage = createMemorySessionStorage()
    for (const allowedOrigins of [
      ['app.example'],
      ['https://app.example/'],
      ['https://app.example:443'],
      ['https://App.example'],
      ['*'],
      [5],
      'https://app.example',
    ]) {
      assert.throws(
        () => createLiveSessions(cookie, storage, { allowedOrigins } as LiveOptions),
        { code: 'ERR_SESSION_CONFIG' },
        String(allowedOrigins),
      )
    }
  })
})
