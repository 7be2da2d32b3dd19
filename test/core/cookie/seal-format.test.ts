import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { native, paths, secretA, secretB, valueOf, web } from './cookie-paths.ts'
import { keyIdOf, partsOf, sealedValue, signedValue, type Sealing } from './seal-layout.ts'

interface SealedVector extends Sealing {
  salt: string
  nonce: string
  text: string
}

interface SignedVector extends Sealing {
  text: string
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/cookies.json', import.meta.url), 'utf8'),
) as { sealed: SealedVector[]; signed: SignedVector[] }

function describeVector({ name, context, value }: Sealing): string {
  return `${name}, context "${context}", ${value.length} characters`
}

describe('the committed vectors', () => {
  it('are there', () => {
    assert.ok(vectors.sealed.length >= 5)
    assert.ok(vectors.signed.length >= 5)
  })

  for (const vector of vectors.sealed) {
    it(`are what the layout says: sealed, ${describeVector(vector)}`, () => {
      const salt = Buffer.from(vector.salt, 'hex')
      assert.equal(sealedValue(vector, salt, Buffer.from(vector.nonce, 'hex')), vector.text)
    })
  }

  for (const vector of vectors.signed) {
    it(`are what the layout says: signed, ${describeVector(vector)}`, () => {
      assert.equal(signedValue(vector), vector.text)
    })
  }
})

for (const { name: path, createCookie } of paths) {
  describe(`cookies on ${path}`, () => {
    for (const vector of vectors.sealed) {
      it(`open the sealed vector ${describeVector(vector)}`, async () => {
        const { name, context, secret, text, value } = vector
        const cookie = createCookie(name, { secrets: [secret], context })
        assert.equal(await cookie.parse(`${name}=${text}`), value)
      })

      it(`seal as the sealed vector ${describeVector(vector)}`, async () => {
        const { name, context, secret, value } = vector
        const cookie = createCookie(name, { secrets: [secret], context })
        const text = valueOf(await cookie.serialize(value))
        const { version, keyId, salt, nonce } = partsOf(text)
        assert.equal(version, 1)
        assert.deepEqual(keyId, keyIdOf(secret))
        assert.equal(text, sealedValue(vector, salt, nonce))
      })
    }

    for (const vector of vectors.signed) {
      it(`write and read the signed vector ${describeVector(vector)}`, async () => {
        const { name, context, secret, text, value } = vector
        const cookie = createCookie(name, { secrets: [secret], context, encrypt: false })
        assert.equal(valueOf(await cookie.serialize(value)), text)
        assert.equal(await cookie.parse(`${name}=${text}`), value)
      })
    }

    it('read no format but the one there is, also when authentic', async () => {
      const sealing = { secret: secretA, name: 'session', context: '', value: 'value' }
      const cookie = createCookie('session', { secrets: [secretA] })
      const textOf = (format: string) =>
        sealedValue(sealing, Buffer.alloc(12, 1), Buffer.alloc(12, 2), format)
      assert.equal(await cookie.parse(`session=${textOf('\0')}`), 'value')
      for (const format of ['', '\u0001', '0', ' ', '\ufeff\0', '\u0080']) {
        assert.equal(await cookie.parse(`session=${textOf(format)}`), null, JSON.stringify(format))
      }
    })

    it('read no value over 4,096 characters, also when authentic', async () => {
      const cookie = createCookie('session', { secrets: [secretA] })
      for (const [length, opens] of [
        [3026, true],
        [3027, false],
      ] as const) {
        const sealing = { secret: secretA, name: 'session', context: '', value: 'x'.repeat(length) }
        const text = sealedValue(sealing, Buffer.alloc(12, 1), Buffer.alloc(12, 2))
        assert.equal(text.length > 4096, !opens)
        assert.equal((await cookie.parse(`session=${text}`)) !== null, opens)
      }
      const plain = createCookie('theme')
      assert.equal(await plain.parse(`theme=${'x'.repeat(4097)}`), null)
    })

    it('show nothing of the value when sealed', async () => {
      const cookie = createCookie('session', { secrets: [secretA] })
      const bytes = Buffer.from(valueOf(await cookie.serialize('visible')), 'base64url')
      assert.equal(bytes.indexOf('visible'), -1)
      assert.equal(bytes.length, 1 + 4 + 12 + 12 + 1 + 'visible'.length + 16)
    })
  })
}

describe('the two ways to cryptography', () => {
  it('are really two: one answers at once, the other with a promise', () => {
    const options = { secrets: [secretA] }
    assert.equal(typeof native.createCookie('session', options).serialize('x'), 'string')
    assert.ok(web.createCookie('session', options).serialize('x') instanceof Promise)
    assert.ok(web.createCookie('session', options).parse('session=AQ') === null)
  })

  for (const encrypt of [true, false]) {
    const kind = encrypt ? 'sealed' : 'signed'

    it(`open each other’s ${kind} cookies, also under an older secret`, async () => {
      for (const [from, to] of [
        [native, web],
        [web, native],
      ] as const) {
        for (const value of ['', 'plain', 'ключ 🧥', 'x'.repeat(2900)]) {
          const writer = from.createCookie('session', { secrets: [secretA], encrypt })
          const reader = to.createCookie('session', { secrets: [secretB, secretA], encrypt })
          const header = `session=${valueOf(await writer.serialize(value))}`
          assert.deepEqual(await reader.read(header), { value, present: true, outdated: true })
        }
      }
    })
  }
})
