import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as remix from '@remix-run/cookie'
import * as cookieSignature from 'cookie-signature'
import fc from 'fast-check'
import * as reactRouter from 'react-router'
import type { CookieImporter } from 'coatcheck'
import {
  expressSession,
  type IdImporterOptions,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { expressCookie, ourSecret as ours, pairOf } from './old-cookies.ts'

const [older, oldest, strange] = ['keyboard cat', 's3cr3t', 'somebody else’s']

interface SignedFormat {
  name: string
  create(options?: IdImporterOptions): CookieImporter
  /** `session=…` with this text in it. */
  sign(text: string, secret: string): Promise<string>
}

const formats: SignedFormat[] = [
  {
    name: 'Remix 3',
    create: remixCookie,
    async sign(text, secret) {
      return pairOf(await remix.createCookie('session', { secrets: [secret] }).serialize(text))
    },
  },
  {
    name: 'React Router',
    create: reactRouterCookie,
    async sign(text, secret) {
      const cookie = reactRouter.createCookie('session', { secrets: [secret] })
      return pairOf(await cookie.serialize(text))
    },
  },
  {
    name: 'express-session',
    create: expressSession,
    sign: async (text, secret) => pairOf(expressCookie(text, secret)),
  },
]

function reader(...accept: CookieImporter[]) {
  const cookie = createCookie('session', { secrets: [ours], accept })
  return (pair: string) => cookie.parse(pair)
}

/** The pair with one part of its decoded text replaced. */
function changed(pair: string, pattern: RegExp, text: string): string {
  const value = decodeURIComponent(pair.slice('session='.length))
  assert.match(value, pattern)
  return `session=${encodeURIComponent(value.replace(pattern, text))}`
}

for (const { name, create, sign } of formats) {
  describe(`A signed cookie of ${name}`, () => {
    it('is read with the secrets of the cookie that accepts it', async () => {
      const cookie = createCookie('session', { secrets: [ours, older], accept: [create()] })
      for (const secret of [ours, older]) {
        const { value, present, outdated, problem } = await cookie.read(await sign('id-1', secret))
        assert.deepEqual(
          { value, present, outdated, problem },
          { value: 'id-1', present: true, outdated: true, problem: undefined },
        )
      }
      assert.equal(await cookie.parse(await sign('id-1', strange)), null)
    })

    it('is read with the old secrets instead, if there are some', async () => {
      const parse = reader(create({ secrets: [older, oldest] }))
      assert.equal(await parse(await sign('id-1', older)), 'id-1')
      assert.equal(await parse(await sign('id-1', oldest)), 'id-1')
      assert.equal(await parse(await sign('id-1', strange)), null)
      assert.equal(await parse(await sign('id-1', ours)), null)
    })

    it('is read by the importer that knows its secret', async () => {
      const parse = reader(create({ secrets: [older] }), create({ secrets: [oldest] }))
      assert.equal(await parse(await sign('id-1', oldest)), 'id-1')
    })

    it('is refused if any character of it was changed', async () => {
      const parse = reader(create({ secrets: [older] }))
      const pair = await sign('id-1', older)
      assert.equal(await parse(pair), 'id-1')
      for (let at = 'session='.length; at < pair.length; at++) {
        for (const letter of ['A', 'B', '.', '=']) {
          if (pair[at] === letter) continue
          const forged = pair.slice(0, at) + letter + pair.slice(at + 1)
          assert.equal(await parse(forged), null, forged)
        }
      }
    })

    it('is refused with less of it or more', async () => {
      const parse = reader(create({ secrets: [older] }))
      const pair = await sign('id-1', older)
      for (let end = 'session='.length; end < pair.length; end++) {
        assert.equal(await parse(pair.slice(0, end)), null, pair.slice(0, end))
      }
      for (const more of ['A', '=', '%3D', '.', `.${pair.slice('session='.length)}`]) {
        assert.equal(await parse(pair + more), null, more)
      }
    })

    it('is refused with another spelling of the same signature', async () => {
      const parse = reader(create({ secrets: [older] }))
      let text = 'id'
      // Until there is something to spell otherwise.
      while (!/[+/][^.]*$/.test(decodeURIComponent(await sign(text, older)))) text += '-'
      const pair = await sign(text, older)
      assert.equal(await parse(pair), text)
      const urlSafe = (digits: string) => digits.replace(/\+/g, '-').replace(/\//g, '_')
      const value = decodeURIComponent(pair)
      const dot = value.lastIndexOf('.')
      const respelled = value.slice(0, dot) + urlSafe(value.slice(dot))
      assert.equal(await parse(`session=${encodeURIComponent(respelled.slice(8))}`), null)
      assert.equal(await parse(changed(pair, /$/, '=')), null)
      // The last letter has two bits that stand for nothing.
      const last = pair.at(-1)!
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
      const next = letters[letters.indexOf(last) ^ 1]!
      assert.equal(await parse(changed(pair, /.$/, next)), null)
    })

    it('is refused without a signature', async () => {
      const parse = reader(create())
      assert.equal(await parse(changed(await sign('id-1', ours), /\.[^.]*$/, '')), null)
      assert.equal(await parse(changed(await sign('id-1', ours), /\.[^.]*$/, '.')), null)
      assert.equal(await parse(`session=${btoa('id-1')}`), null)
      assert.equal(await parse('session='), null)
    })

    it('that holds what would pass for a session of ours is refused', async () => {
      const parse = reader(create({ secrets: [older] }))
      const instants = { c: 1, u: 1, i: 9e15, x: 9e15 }
      const record = { v: 1, k: 'k'.repeat(22), s: 's'.repeat(43), ...instants, o: 'admin' }
      const text = JSON.stringify(record)
      assert.equal(await parse(await sign(text, older)), null)
      assert.equal(await parse(await sign(` ${text}`, older)), null)
      assert.equal(
        (await parse(await sign(text.replace('"v":1', '"v":"1"'), older))) === null,
        false,
      )
    })
  })
}

describe('What an importer reads', () => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 })

  it('is what Remix 3 reads, whatever the text', async () => {
    const theirs = remix.createCookie('session', { secrets: [older] })
    const parse = reader(remixCookie({ secrets: [older] }))
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const pair = pairOf(await theirs.serialize(text))
        assert.equal(await theirs.parse(pair), text)
        assert.equal(await parse(pair), text)
      }),
    )
    const edge = '\ufeffa%u00e4b 100% \u0000'
    assert.equal(await parse(pairOf(await theirs.serialize(edge))), edge)
  })

  it('is what React Router reads, with everything but text as JSON', async () => {
    const theirs = reactRouter.createCookie('session', { secrets: [older] })
    const parse = reader(reactRouterCookie({ secrets: [older] }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, fc.jsonValue({ maxDepth: 3 })), async (value) => {
        const pair = pairOf(await theirs.serialize(value))
        fc.pre(pair.length < 4000 && value !== '')
        const expected = await theirs.parse(pair)
        assert.deepEqual(
          await parse(pair),
          typeof value === 'string' ? expected : JSON.stringify(expected),
        )
      }),
    )
  })

  it('is the id that express-session had, whatever letters it has', async () => {
    const parse = reader(expressSession({ secrets: [older] }))
    await fc.assert(
      fc.asyncProperty(texts, async (id) => {
        assert.equal(await parse(pairOf(expressCookie(id, older))), id)
      }),
    )
  })

  it('is nothing where authentic bytes are no text', async () => {
    const notUtf8 = btoa('\u00ff\u00fe')
    const pair = `session=${cookieSignature.sign(notUtf8, older)}`
    assert.equal(await reader(remixCookie({ secrets: [older] }))(pair), null)
    const sent = `session=${encodeURIComponent(pair.slice(8))}`
    assert.equal(await reader(reactRouterCookie({ secrets: [older] }))(sent), null)
  })

  it('is nothing where nothing was signed', async () => {
    const empty = cookieSignature.sign('', older)
    for (const create of [remixCookie, reactRouterCookie, expressSession]) {
      const importer = create({ secrets: [older] })
      assert.equal(await importer.open(empty, []), undefined)
      assert.equal(await importer.open(`s:${empty}`, []), undefined)
    }
  })

  it('is nothing where React Router’s JSON is none', async () => {
    const importer = reactRouterCookie({ secrets: [older] })
    for (const text of ['', 'id-1', '{', '[1,]', 'undefined']) {
      assert.equal(await importer.open(cookieSignature.sign(btoa(text), older), []), undefined)
    }
  })

  it('is a session of Remix 3 only where all of it is there, and else an id', async () => {
    const sign = formats[0]!.sign
    const importer = remixCookie({ secrets: [older] })
    const open = async (text: string) =>
      importer.open((await sign(text, older)).slice('session='.length), [])
    assert.deepEqual((await open('{"i":"x","d":[{"a":1},{"b":2}]}'))?.session, {
      values: { a: 1 },
      flash: { b: 2 },
      userId: undefined,
    })
    for (const text of [
      '{"i":1,"d":[{},{}]}',
      '{"d":[{},{}]}',
      '{"i":"x"}',
      '{"i":"x","d":{}}',
      '{"i":"x","d":[{}]}',
      '{"i":"x","d":[{},{},{}]}',
      '{"i":"x","d":[{},null]}',
      '{"i":"x","d":[[],{}]}',
      '["x",{},{}]',
      'null',
    ]) {
      assert.deepEqual(await open(text), { value: text })
    }
  })

  it('is nothing where an authentic payload is not the canonical base64', async () => {
    const { sign } = cookieSignature
    for (const payload of [
      'fn5-',
      'fn5_',
      'eA',
      'eB==',
      'eA=',
      'eA===',
      'eA==\n',
      'e A==',
      '=',
      'e',
    ]) {
      const value = encodeURIComponent(sign(payload, older))
      assert.equal(
        await reader(remixCookie({ secrets: [older] }))(`session=${sign(payload, older)}`),
        null,
      )
      assert.equal(await reader(reactRouterCookie({ secrets: [older] }))(`session=${value}`), null)
    }
    const good = sign('eA==', older)
    assert.equal(await reader(remixCookie({ secrets: [older] }))(`session=${good}`), 'x')
  })
})
