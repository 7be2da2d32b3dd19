import assert from 'node:assert/strict'
import nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createNodeBackend, type NodeCrypto } from '#dist/core/runtime/crypto/node.js'
import { webBackend } from '#dist/core/runtime/crypto/web.js'

const backends = [
  { name: 'node:crypto', backend: createNodeBackend(nodeCrypto as unknown as NodeCrypto) },
  { name: 'Web Crypto', backend: webBackend },
]

function readVectors<Vector>(name: string): Vector[] {
  const url = new URL(`../../../../test/vectors/${name}.json`, import.meta.url)
  const { cases } = JSON.parse(readFileSync(url, 'utf8')) as { cases: Vector[] }
  assert.ok(cases.length >= 3)
  return cases
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** Whether these bytes are what some text is in UTF-8: our interface seals texts. */
function isText(bytes: Uint8Array): boolean {
  return hexOf(new TextEncoder().encode(textOf(bytes))) === hexOf(bytes)
}

const hashes = readVectors<{ text: string; digest: string }>('sha-256')
const macs = readVectors<{ name: string; key: string; message: string; tag: string }>('hmac')
const derivations =
  readVectors<Record<'name' | 'secret' | 'salt' | 'info' | 'output', string>>('hkdf')
const sealings =
  readVectors<Record<'name' | 'key' | 'nonce' | 'associated' | 'plain' | 'sealed', string>>(
    'aes-gcm',
  )

for (const { name, backend } of backends) {
  describe(`cryptography on ${name}`, () => {
    for (const { text, digest } of hashes) {
      it(`hashes the ${text.length} letters of FIPS 180-2 with SHA-256`, async () => {
        assert.equal(await backend.sha256(text), backend.toBase64url(bytesOf(digest)))
      })
    }

    it('hashes the UTF-8 of a text that is not ASCII', async () => {
      const expected = nodeCrypto.createHash('sha256').update('ключ 🧥', 'utf8').digest('base64url')
      assert.equal(await backend.sha256('ключ 🧥'), expected)
    })

    for (const { name: vector, key, message, tag } of macs) {
      it(`authenticates as HMAC-SHA-256 does in RFC 4231, ${vector}`, async () => {
        const mac = await backend.mac(bytesOf(key))
        assert.equal(hexOf(await mac(bytesOf(message))).slice(0, tag.length), tag)
      })
    }

    for (const { name: vector, secret, salt, info, output } of derivations) {
      it(`derives keys as HKDF-SHA-256 does in RFC 5869, ${vector}`, async () => {
        const length = output.length / 2
        const key = await backend.hkdf(bytesOf(secret), bytesOf(salt), bytesOf(info), length)
        assert.equal(hexOf(key), output)
      })
    }

    for (const { name: vector, key, nonce, associated, plain, sealed } of sealings) {
      it(`opens what AES-256-GCM sealed in ${vector}`, async () => {
        const aead = await backend.aead(bytesOf(key))
        const opened = await aead.open(bytesOf(nonce), bytesOf(sealed), {
          associated: bytesOf(associated),
        })
        assert.equal(opened, textOf(bytesOf(plain)))
      })

      if (isText(bytesOf(plain))) {
        it(`seals as AES-256-GCM does in ${vector}`, async () => {
          const aead = await backend.aead(bytesOf(key))
          const text = textOf(bytesOf(plain))
          const bytes = await aead.seal(text, {
            head: bytesOf('0102'),
            nonce: bytesOf(nonce),
            associated: bytesOf(associated),
          })
          assert.equal(hexOf(bytes), `0102${nonce}${sealed}`)
        })
      }

      it(`opens nothing of ${vector} once any one bit is changed`, async () => {
        const aead = await backend.aead(bytesOf(key))
        const parts = [nonce, sealed, associated].map(bytesOf)
        for (const part of parts) {
          for (let bit = 0; bit < part.length * 8; bit++) {
            part[bit >> 3]! ^= 1 << (bit & 7)
            const [n, s, a] = parts
            assert.equal(await aead.open(n!, s!, { associated: a! }), undefined, `bit ${bit}`)
            part[bit >> 3]! ^= 1 << (bit & 7)
          }
        }
      })
    }

    it('keeps a byte order mark, which is a character like others', async () => {
      const aead = await backend.aead(new Uint8Array(32))
      const nonce = new Uint8Array(12)
      const none = new Uint8Array(0)
      const sealed = await aead.seal('\ufeffvalue', { head: none, nonce, associated: none })
      assert.equal(await aead.open(nonce, sealed.subarray(12), { associated: none }), '\ufeffvalue')
    })
  })

  describe(`base64url on ${name}`, () => {
    // RFC 4648 §10, without the padding, and the two characters that base64 writes differently.
    const pairs = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', fooba: 'Zm9vYmE' }

    it('writes and reads as RFC 4648 does', () => {
      for (const [text, encoded] of Object.entries(pairs)) {
        const bytes = new TextEncoder().encode(text)
        assert.equal(backend.toBase64url(bytes), encoded)
        assert.equal(hexOf(backend.fromBase64url(encoded)!), hexOf(bytes))
      }
      assert.equal(backend.toBase64url(Uint8Array.of(0xfb, 0xff, 0xbf)), '-_-_')
    })

    it('writes a part of a larger buffer and nothing around it', () => {
      const whole = Uint8Array.of(1, 2, 3, 4, 5, 6)
      assert.equal(backend.toBase64url(whole.subarray(2, 4)), 'AwQ')
    })

    it('reads back what it wrote, for every byte and length', () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      for (let start = 0; start < 4; start++) {
        for (let end = start; end <= 256; end += 1) {
          const bytes = all.subarray(start, end)
          assert.equal(hexOf(backend.fromBase64url(backend.toBase64url(bytes))!), hexOf(bytes))
        }
      }
    })

    const foreign = [
      'Zg==',
      'Zm8=',
      'Zm9v\n',
      ' Zm9v',
      'Zm 9v',
      'Zm9v.',
      '+_-_',
      '-/-_',
      'Zé',
      // The low byte of the first character is that of a Z.
      'Śm9v',
      'Z',
      'Zm9vY',
      '%5A',
      'Ｚｇ',
      '🧥',
    ]

    it('reads nothing but its alphabet, and no padding', () => {
      for (const text of foreign) assert.equal(backend.fromBase64url(text), undefined, text)
    })

    it('reads one spelling of each value only', () => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const accepted = (start: string) =>
        [...alphabet].filter((last) => backend.fromBase64url(start + last) !== undefined).join('')
      assert.equal(accepted('Z'), 'AQgw')
      assert.equal(accepted('Zm'), 'AEIMQUYcgkosw048')
      assert.equal(accepted('Zm9'), alphabet)
    })
  })
}

describe('the two ways to cryptography', () => {
  it('produce the same bytes', async () => {
    const [a, b] = backends.map(({ backend }) => backend)
    const key = nodeCrypto.randomBytes(32)
    const nonce = nodeCrypto.randomBytes(12)
    for (const text of ['', 'a', 'ключ 🧥', 'x'.repeat(5000)]) {
      const [one, other] = [await a!.aead(key), await b!.aead(key)]
      const parts = { head: new Uint8Array(0), nonce, associated: key }
      const sealed = await one.seal(text, parts)
      assert.equal(hexOf(sealed), hexOf(await other.seal(text, parts)))
      assert.equal(await other.open(nonce, sealed.subarray(12), { associated: key }), text)
    }
  })

  it('refuse what is shorter than a tag', async () => {
    for (const { backend } of backends) {
      const aead = await backend.aead(new Uint8Array(32))
      const nonce = new Uint8Array(12)
      assert.equal(await aead.open(nonce, new Uint8Array(16), { associated: nonce }), undefined)
    }
  })
})
