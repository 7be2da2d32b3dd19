import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readCookieValues } from '#dist/core/cookie/header.js'
import { createCookie } from 'coatcheck/cookie'
import { anyText, shareOf } from '../../random-cases.ts'
import { native, secretA, valueOf, web } from './cookie-paths.ts'

const kinds = [
  { kind: 'plain', options: {} },
  { kind: 'signed', options: { secrets: [secretA], encrypt: false } },
  { kind: 'sealed', options: { secrets: [secretA] } },
]

/** Texts of all characters there are, most of them strange. */
const texts = fc.oneof(anyText(), fc.string({ unit: 'grapheme' }), fc.json())

/** RFC 6265 §5.2 in the plainest way: pairs, each cut at its first "=", blanks around the parts dropped. */
function readPlainly(header: string, name: string): string[] {
  const unpadded = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '')
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at !== -1 && unpadded(pair.slice(0, at)) === name ? [unpadded(pair.slice(at + 1))] : []
  })
}

const names = fc.constantFrom('session', 's', 'ss', 'a.b', '__Host-session', '__proto__')
const pieces = fc.oneof(
  names,
  names.map((name) => `${name}=`),
  names.map((name) => `; ${name}=value`),
  fc.constantFrom(
    '=',
    ';',
    '; ',
    ' ',
    '\t',
    ',',
    '"',
    '%',
    '%3D',
    '\u0000',
    '\r\n',
    '\u00a0',
    '\u000b',
    '\ufeff',
  ),
  anyText({ maxLength: 5 }),
)
const headers = fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join(''))

describe('whatever is in a cookie', () => {
  for (const { kind, options } of kinds) {
    for (const { name: path, createCookie } of [native, web]) {
      it(`comes back from a ${kind} one as it was, on ${path}`, async () => {
        const cookie = createCookie('session', options)
        await fc.assert(
          fc.asyncProperty(texts, async (text) => {
            const setCookie = await cookie.serialize(text)
            assert.equal(await cookie.parse(`session=${valueOf(setCookie)}`), text)
            // Nothing of the value gets outside of it: only what attributes are made of follows.
            assert.match(
              setCookie,
              /^session=[\w%.!~*'()-]*; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
            )
          }),
          { numRuns: shareOf(300) },
        )
      })

      it(`may begin with a byte order mark in a ${kind} one, on ${path}`, async () => {
        const cookie = createCookie('session', options)
        const text = valueOf(await cookie.serialize('\ufeffvalue'))
        assert.equal(await cookie.parse(`session=${text}`), '\ufeffvalue')
      })

      it(`is refused by a ${kind} one rather than changed, on ${path}`, async () => {
        const cookie = createCookie('session', options)
        for (const lone of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
          // UTF-8 has no half of a surrogate pair.
          await assert.rejects(async () => cookie.serialize(lone), { name: /^Session/ })
        }
      })
    }
  }
})

describe('whatever is in a Cookie header', () => {
  it('is read as the plainest reading of RFC 6265 does', () => {
    fc.assert(
      fc.property(headers, names, (header, name) => {
        assert.deepEqual(readCookieValues(header, name), readPlainly(header, name))
      }),
      { numRuns: shareOf(5000) },
    )
  })

  it('never makes reading throw, and never gives a cookie what is another’s', async () => {
    for (const { options } of kinds) {
      const cookies = new Map(
        ['session', 's', 'ss', '__proto__'].map((name) => [name, createCookie(name, options)]),
      )
      const values = new Map<string, string>()
      for (const [name, cookie] of cookies) {
        values.set(name, valueOf(await cookie.serialize(`of-${name}`)))
      }
      const sealed = fc.constantFrom(...values.values())
      const mixed = fc
        .array(
          fc.oneof(
            pieces,
            fc.tuple(names, sealed).map((pair) => pair.join('=')),
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join(';'))
      await fc.assert(
        fc.asyncProperty(mixed, async (header) => {
          for (const [name, cookie] of cookies) {
            const { value, present, problem } = await cookie.read(header)
            const given = readPlainly(header, name)
            assert.equal(present, given.length > 0)
            if (value === null) assert.equal(problem !== undefined, present)
            else if (cookie.signed) assert.equal(value, `of-${name}`)
            else assert.ok(given.some((text) => decodeURIComponent(text) === value))
          }
        }),
        { numRuns: shareOf(300) },
      )
    }
  })
})
