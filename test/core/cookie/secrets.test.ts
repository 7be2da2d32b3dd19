import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { secretA, secretB } from './cookie-paths.ts'

const configError = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }
const weak = {
  short: 'Jx1Zc6vYpQ0mB3tN8wKd5RfHs7LgUaE',
  'one letter': 'a',
  'a few letters over and over': 'abcdefg'.repeat(10),
  'the same letter': 'x'.repeat(64),
  s3cr3t: 's3cr3t',
  'a long s3cr3t': 'my-s3cr3t-that-is-long-enough-for-32',
  'a placeholder': 'your-secret-key-goes-here-1234567890',
  'a keyboard cat': 'Keyboard Cat, of thirty-two letters',
  'change me': 'CHANGEME-CHANGEME-0123-CHANGEME-abcd',
  'a long placeholder':
    'your-secret-key-goes-here-please-change-it-before-you-deploy-this-app-to-production',
  'a keyboard cat five times': 'keyboard cat '.repeat(5),
  'a password with digits': 'P4ssw0rd-2024-P4ssw0rd-2025-P4ssw0rd-2026',
  'something to replace': 'REPLACE_ME_WITH_SOMETHING_LONG_AND_RANDOM',
  'the alphabet': 'abcdefghijklmnopqrstuvwxyz0123456789',
  'the alphabet and back': 'abcdefghijklmnopqrstuvwxyzZYXWVUTSRQPONMLKJIHGFEDCBA',
  'each letter four times': [...'abcdefghijklmnopqrst'].map((letter) => letter.repeat(4)).join(''),
  'the keyboard': 'qwertyuiopasdfghjklzxcvbnm1234567890',
  'hexadecimal digits in a row': '0123456789abcdef0123456789abcdef',
  'a key of the books': '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  'the same in pairs': '00112233445566778899aabbccddeeff',
  'dead beef': 'deadbeef'.repeat(8),
  'a random piece over and over': 'kq3v9Zr1Lw'.repeat(5),
  'seven hexadecimal digits': '3ee7ce0ae3e33ce3f0ae3fef0ff0f7eaaee7e0cfaa77fce33ace3c0fa00c00f3',
  'fifteen different letters': 'dcgthbjxmvpzkwqmkqvzwxpjbtdghcqkwmz',
}
let environment: string | undefined
let made = 0

/** A cookie name that no warning has been printed for. */
function freshName(): string {
  return `secrets-${++made}`
}

function warnings(run: () => void): string[] {
  const warn = mock.method(console, 'warn', () => {})
  try {
    run()
    return warn.mock.calls.map((call) => call.arguments.join(' '))
  } finally {
    warn.mock.restore()
  }
}

describe('secrets', () => {
  beforeEach(() => {
    environment = process.env['NODE_ENV']
  })
  afterEach(() => {
    if (environment === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = environment
  })

  for (const [kind, secret] of Object.entries(weak)) {
    it(`warn once in development when weak: ${kind}`, () => {
      process.env['NODE_ENV'] = 'development'
      const name = freshName()
      const printed = warnings(() => {
        for (let i = 0; i < 3; i++) createCookie(name, { secrets: [secretA, secret] })
      })
      assert.equal(printed.length, 1)
      assert.match(
        printed[0]!,
        new RegExp(`^coatcheck: Secret 2 of cookie "${name}" is .*npx coatcheck secret`),
      )
      assert.ok(secret.length < 8 || !printed[0]!.includes(secret))
    })

    it(`throw in production when weak: ${kind}`, () => {
      process.env['NODE_ENV'] = 'production'
      const printed = warnings(() => {
        assert.throws(() => createCookie(freshName(), { secrets: [secret] }), configError)
        assert.throws(() => createCookie(freshName(), { secrets: [secretA, secret] }), configError)
        assert.throws(
          () => createCookie(freshName(), { secrets: [secret], encrypt: false }),
          configError,
        )
      })
      assert.deepEqual(printed, [])
    })
  }

  it('are taken in silence when they are good', () => {
    for (const mode of ['development', 'production']) {
      process.env['NODE_ENV'] = mode
      const printed = warnings(() => {
        for (const secret of [
          secretA,
          secretB,
          secretA.slice(0, 32),
          'correct horse battery staple, 7 mice',
          // openssl rand -hex 16, -hex 32, -base64 32; uuidgen; and with few different digits.
          '9f1c3a7be04d52868c21f7d90ab35e64',
          '5c3f0a9d7e12b8466fd09b31c7ae825d9f1c3a7be04d52868c21f7d90ab35e64',
          'mR0c7vVqk2Zp4dXb+9JyTtHf6LwQ/8sUeGn1aAo3iKE=',
          '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
          '9C1E4F7A2B8D4C1E9F7B2A8D1C4E9F2B',
          '🧥 пароль из многих разных букв, длинный',
        ]) {
          createCookie(freshName(), { secrets: [secret] })
        }
        createCookie(freshName())
        createCookie(freshName(), { secrets: [] })
      })
      assert.deepEqual(printed, [])
    }
  })

  it('are strings with something in them, in an array', () => {
    for (const mode of ['development', 'production']) {
      process.env['NODE_ENV'] = mode
      for (const secrets of [
        [undefined],
        [null],
        [''],
        [secretA, undefined],
        [5],
        [new Uint8Array(32)],
        [`${secretA}\ud800`],
        Array(1),
        secretA,
        {},
        null,
        5,
      ]) {
        const options = { secrets: secrets as string[] }
        assert.throws(() => createCookie('session', options), configError, JSON.stringify(secrets))
      }
    }
  })

  it('are good as generators print them', () => {
    process.env['NODE_ENV'] = 'production'
    for (let i = 0; i < 300; i++) {
      // The same each time: of random ones there is one in some millions that is refused by mistake.
      const bytes = createHash('sha256').update(`${i}`).digest()
      const half = bytes.toString('hex', 16)
      for (const text of [
        half,
        bytes.toString('hex').toUpperCase(),
        bytes.toString('base64', 8),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        half.replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-'),
      ]) {
        createCookie('session', { secrets: [text] })
      }
    }
  })

  it('say which one is not set, and ask for its environment variable', () => {
    const secrets = [secretA, process.env['COATCHECK_NO_SUCH_VARIABLE']!]
    assert.throws(
      () => createCookie('session', { secrets }),
      /Secret 2 of cookie "session" is not set.*environment variable/,
    )
  })

  it('count as in production where the environment cannot be told', () => {
    process.env['NODE_ENV'] = 'development'
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'process')!
    let outcome: unknown
    Reflect.deleteProperty(globalThis, 'process')
    try {
      createCookie('session', { secrets: ['weak'] })
    } catch (error) {
      outcome = error
    } finally {
      Object.defineProperty(globalThis, 'process', descriptor)
    }
    assert.equal((outcome as { code?: string } | undefined)?.code, 'ERR_SESSION_CONFIG')
  })
})
