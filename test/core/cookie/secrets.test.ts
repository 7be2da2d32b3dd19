import assert from 'node:assert/strict'
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
        new RegExp(`^coatcheck: secret 2 of cookie "${name}" is .*npx coatcheck secret`),
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
