import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { inspect } from 'node:util'
import { createCookie, isCookie } from 'coatcheck/cookie'
import { paths, secretA, secretB, valueOf } from './cookie-paths.ts'

interface Inspector {
  inspect(thing: unknown): string
}

/** Everything that logs and error reports are made with. */
function shown(thing: unknown): string {
  const hosts = globalThis as unknown as Record<string, Inspector | undefined>
  const error = thing instanceof Error ? [thing.stack, thing.message, shownCause(thing)] : []
  return [
    inspect(thing, { showHidden: true, depth: Infinity, getters: true }),
    JSON.stringify(thing),
    Object.prototype.toString.call(thing),
    `${thing as string}`,
    Object.keys(thing as object).join(),
    hosts['Deno']?.inspect(thing),
    hosts['Bun']?.inspect(thing),
    ...error,
  ].join('\n')
}

function shownCause({ cause }: Error): string {
  return cause instanceof Error ? shown(cause) : String(cause)
}

function assertHidden(text: string, ...hidden: string[]): void {
  for (const one of hidden) {
    for (const form of [
      one,
      Buffer.from(one).toString('base64url'),
      Buffer.from(one).toString('hex'),
    ]) {
      assert.ok(!text.includes(form), text)
    }
  }
}

const value = 'value-of-a-visitor'

describe('logs and errors around a cookie (ASVS 16.2.5)', () => {
  for (const { name: path, createCookie } of paths) {
    for (const encrypt of [true, false]) {
      it(`show no secret of a ${encrypt ? 'sealing' : 'signing'} cookie on ${path}`, async () => {
        const cookie = createCookie('session', { secrets: [secretA, secretB], encrypt })
        assertHidden(shown(cookie), secretA, secretB)
        await cookie.parse(`session=${valueOf(await cookie.serialize(value))}`)
        assertHidden(shown(cookie), secretA, secretB, value)
        assert.equal(
          JSON.stringify(cookie),
          `{"name":"session","signed":true,"encrypted":${encrypt}}`,
        )
      })

      it(`show no value that was too long for a ${encrypt ? 'sealed' : 'signed'} cookie on ${path}`, async () => {
        const cookie = createCookie('session', { secrets: [secretA], encrypt })
        const error = await Promise.resolve()
          .then(() => cookie.serialize(value.repeat(300)))
          .catch((reason: unknown) => reason)
        assert.equal((error as { code: string }).code, 'ERR_SESSION_COOKIE_SIZE')
        assertHidden(shown(error), secretA, value)
      })
    }
  }

  it('show no secret that was refused or warned of', () => {
    const weak = 'tr0ub4dor&3'
    const { NODE_ENV } = process.env
    const warn = mock.method(console, 'warn', () => {})
    try {
      process.env['NODE_ENV'] = 'production'
      assert.throws(
        () => createCookie('session', { secrets: [secretA, weak] }),
        (error) => {
          assertHidden(shown(error), secretA, weak)
          return true
        },
      )
      process.env['NODE_ENV'] = 'development'
      createCookie('privacy', { secrets: [secretA, weak] })
      assert.equal(warn.mock.callCount(), 1)
      assertHidden(JSON.stringify(warn.mock.calls.map((call) => call.arguments)), secretA, weak)
    } finally {
      warn.mock.restore()
      if (NODE_ENV === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = NODE_ENV
    }
  })

  it('show no secret in what is wrong with other options', () => {
    for (const wrong of [
      { path: 'x' },
      { sameSite: 'x' as 'lax' },
      { maxAge: -1 },
      { context: 5 as unknown as string },
    ]) {
      assert.throws(
        () => createCookie('session', { secrets: [secretA], ...wrong }),
        (error) => {
          assertHidden(shown(error), secretA)
          return true
        },
      )
    }
  })
})

describe('isCookie', () => {
  it('tells cookies from everything else', () => {
    assert.equal(isCookie(createCookie('session')), true)
    for (const other of [null, undefined, 'session', {}, { name: 'session' }, createCookie]) {
      assert.equal(isCookie(other), false)
    }
  })
})
