import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { shareOf } from '../../random-cases.ts'
import { assertEvenBits } from '../even-bits.ts'
import { native, paths, secretA, secretB, valueOf, web, type CryptoPath } from './cookie-paths.ts'
import { partsOf } from './seal-layout.ts'

const day = 86_400_000

/** Seals so many times: the salts, and all nonces. */
async function sealOften({ createCookie }: CryptoPath, times: number) {
  const cookie = createCookie('session', { secrets: [secretA] })
  const salts = new Set<string>()
  const nonces: Buffer[] = []
  for (let i = 0; i < times; i++) {
    const { salt, nonce } = partsOf(valueOf(await cookie.serialize('value')))
    salts.add(salt.toString('hex'))
    nonces.push(nonce)
  }
  return { salts, nonces }
}

describe('salts and nonces', () => {
  // The second path costs a trip through the event loop for each seal, and draws from the same source.
  for (const [path, times] of [
    [native, shareOf(100_000)],
    [web, shareOf(5000)],
  ] as const) {
    it(`uses no nonce twice under a salt, and draws each of its bits: ${times} seals on ${path.name} (ASVS 11.3.4)`, async () => {
      const { salts, nonces } = await sealOften(path, times)
      assert.equal(salts.size, 1)
      assert.equal(new Set(nonces.map((nonce) => nonce.toString('latin1'))).size, times)
      assertEvenBits(nonces)
    })
  }

  for (const { name, createCookie } of paths) {
    const options = { secrets: [secretA] }
    const saltOf = (setCookie: string) => partsOf(valueOf(setCookie)).salt.toString('hex')

    it(`gives each cookie a salt of its own on ${name}`, async () => {
      const cookies = Array.from({ length: 100 }, () => createCookie('session', options))
      const salts = await Promise.all(cookies.map(async (one) => saltOf(await one.serialize(''))))
      assert.equal(new Set(salts).size, 100)
    })

    it(`keeps the salt for a day and no longer on ${name}`, async () => {
      const start = Date.now()
      let now = start
      const clock = mock.method(Date, 'now', () => now)
      try {
        const cookie = createCookie('session', options)
        const first = await cookie.serialize('first')
        now = start + day - 1
        assert.equal(saltOf(await cookie.serialize('same day')), saltOf(first))
        now = start + day
        const next = await cookie.serialize('next day')
        assert.notEqual(saltOf(next), saltOf(first))
        now = start + 2 * day - 1
        assert.equal(saltOf(await cookie.serialize('that day')), saltOf(next))
        assert.equal(await cookie.parse(`session=${valueOf(first)}`), 'first')
        assert.equal(await cookie.parse(`session=${valueOf(next)}`), 'next day')
      } finally {
        clock.mock.restore()
      }
    })

    it(`draws one salt for requests that come first all at once on ${name}`, async () => {
      const cookie = createCookie('session', options)
      const all = await Promise.all(Array.from({ length: 20 }, () => cookie.serialize('value')))
      assert.equal(new Set(all.map(saltOf)).size, 1)
    })

    it(`opens cookies of more processes than it keeps subkeys for on ${name}`, async () => {
      const reader = createCookie('session', { secrets: [secretB, secretA] })
      const headers: string[] = []
      for (let i = 0; i < 300; i++) {
        const writer = createCookie('session', options)
        headers.push(`session=${valueOf(await writer.serialize(`process ${i}`))}`)
      }
      for (let round = 0; round < 2; round++) {
        for (const [i, header] of headers.entries()) {
          assert.equal(await reader.parse(header), `process ${i}`)
        }
      }
    })

    it(`opens at once what was sealed by many at once on ${name}`, async () => {
      const writer = createCookie('session', options)
      const reader = createCookie('session', options)
      const values = Array.from({ length: 50 }, (_, i) => `value ${i}`)
      const sealed = await Promise.all(values.map((value) => writer.serialize(value)))
      const opened = sealed.map((one) => reader.parse(`session=${valueOf(one)}`))
      assert.deepEqual(await Promise.all(opened), values)
    })
  }
})
