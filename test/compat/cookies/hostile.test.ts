import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as remix from '@remix-run/cookie'
import * as cookieSignature from 'cookie-signature'
import fc from 'fast-check'
import { sealData } from 'iron-session'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import {
  expressSession,
  ironSession,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'
import { anyText, shareOf } from '../../random-cases.ts'
import {
  expressCookie,
  ironPassword,
  oldLibraries,
  oldSecret,
  ourSecret,
  pairOf,
} from './old-cookies.ts'

const accept = [
  remixCookie({ secrets: [oldSecret] }),
  reactRouterCookie({ secrets: [oldSecret] }),
  ironSession({ password: ironPassword }),
  expressSession({ secrets: [oldSecret] }),
]
const real = await Promise.all(
  oldLibraries.map(async ({ setCookie }) => {
    const pair = pairOf(await setCookie({ user: 'ada', cart: [{ id: 1 }] }, { flash: { a: 'b' } }))
    return pair.slice('session='.length)
  }),
)
const reals = fc.constantFrom(...real)

/** What no importer may make anything of. */
async function assertRefused(text: string): Promise<void> {
  for (const importer of accept) assert.equal(await importer.open(text, [oldSecret]), undefined)
}

describe('What somebody makes up', () => {
  it('is refused, random', async () => {
    const pieces = fc.constantFrom(
      'Fe26.2',
      '*',
      '~2',
      's:',
      '.',
      '%',
      '%3D',
      '=',
      '{',
      'e30=',
      '🍪',
    )
    const texts = fc.oneof(
      anyText({ maxLength: 300 }),
      fc.base64String(),
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 70 }))).map((parts) => parts.join('')),
    )
    await fc.assert(fc.asyncProperty(texts, assertRefused), { numRuns: shareOf(500) })
  })

  it('is refused, cut off', async () => {
    const cut = fc.tuple(reals, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    await fc.assert(
      // Without its "~2" it is a seal of an earlier version, which held its values elsewhere.
      fc.asyncProperty(cut, ([text, part]) => assertRefused(text.slice(0, text.length * part))),
      { numRuns: shareOf(300) },
    )
  })

  it('is refused, with a bit flipped', async () => {
    const flipped = fc.tuple(reals, fc.nat(), fc.nat(6)).map(([text, at, bit]) => {
      const index = at % text.length
      const letter = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit))
      return [text, text.slice(0, index) + letter + text.slice(index + 1)] as const
    })
    await fc.assert(
      fc.asyncProperty(flipped, async ([text, changed]) => {
        // "%3D" and "%3d" are the same letter.
        fc.pre(text !== changed && !sameDecoded(text, changed))
        await assertRefused(changed)
      }),
      { numRuns: shareOf(500) },
    )
  })

  it('is refused, of another’s parts', async () => {
    const parts = fc.tuple(reals, reals, fc.constantFrom('.', '*', '%2E'))
    await fc.assert(
      fc.asyncProperty(parts, async ([one, other, at]) => {
        fc.pre(one !== other && one.includes(at) && other.includes(at))
        const left = one.slice(0, one.lastIndexOf(at))
        await assertRefused(left + other.slice(other.lastIndexOf(at)))
      }),
    )
  })

  it('is refused, huge, and in no time', async () => {
    const before = Date.now()
    for (const letter of ['A', '.', '*', '%', '=', '%41', '{', '~']) {
      await assertRefused(letter.repeat(300_000))
      await assertRefused(`Fe26.2*1*${letter.repeat(300_000)}`)
      await assertRefused(`s:${letter.repeat(300_000)}.AAAA`)
    }
    assert.ok(Date.now() - before < 5000)
  })

  it('is not even looked at if no browser would keep it', async () => {
    const asked: string[] = []
    const watched = createCookie('session', {
      secrets: [ourSecret],
      accept: [{ open: async (text) => void asked.push(text) as undefined }],
    })
    await watched.read(`session=${'x'.repeat(4097)}`)
    assert.deepEqual(asked, [])
    await watched.read(`session=${'x'.repeat(4096)}`)
    assert.equal(asked.length, 1)
  })
})

describe('What is authentic and strange', () => {
  it('is no session of ours, though it be the id or the text of one', async () => {
    const ours = createMemorySessionStorage()
    const session = await ours.read(null)
    session.login('alice')
    const id = (await ours.save(session))!
    const inCookies = createCookieSessionStorage({ context: 'admin' })
    const whole = await inCookies.read(null)
    whole.login('alice')
    whole.set('n', 1)
    const text = (await inCookies.save(whole))!
    // Nobody looks at a value of it until it is asked for.
    const damaged = text.replace('"n":1', '"n":x')
    const odd = text.replace('"n":1', '"\u0001":1')

    const cookie = createCookie('session', { secrets: [ourSecret], accept })
    for (const [storage, value] of [
      [ours, id],
      [inCookies, text],
      [inCookies, damaged],
      [inCookies, odd],
    ] as const) {
      const who = (_: Request, { userId }: { userId: string | undefined }) =>
        new Response(String(userId))
      const app = withSession({ cookie, storage }, who)
      const theirs = await remix.createCookie('session', { secrets: [oldSecret] }).serialize(value)
      const express = `session=${encodeURIComponent(`s:${cookieSignature.sign(value, oldSecret)}`)}`
      for (const header of [express, theirs.split(';', 1)[0]!]) {
        assert.equal(await cookie.parse(header), null)
        const response = await app(new Request('https://x/', { headers: { cookie: header } }))
        assert.equal(await response.text(), 'undefined')
      }
    }
  })

  it('is handed to no storage of ours, whatever it looks like', async () => {
    const values: (string | null)[] = []
    const storage = createMemorySessionStorage()
    const watched = Object.assign(Object.create(storage), {
      read: (value: string | null) => (values.push(value), storage.read(value)),
    }) as typeof storage
    const accept = [{ open: async () => ({ value: 'looks like nothing yet' }) }]
    const cookie = createCookie('session', { secrets: [ourSecret], accept })
    const app = withSession({ cookie, storage: watched }, () => new Response())
    await app(new Request('https://x/', { headers: { cookie: 'session=theirs' } }))
    assert.deepEqual(values, [null])
  })

  it('never throws, whatever was signed', async () => {
    const json = fc.json({ maxDepth: 4 })
    const payloads = fc.oneof(
      json.map((text) => btoa(encodeURIComponent(text))),
      json.map((text) => btoa(unescapeUtf8(text))),
      anyText(),
      fc.base64String(),
      fc.tuple(json, json).map(([i, d]) => btoa(unescapeUtf8(`{"i":${i},"d":${d}}`))),
      json.map((d) => btoa(unescapeUtf8(`{"i":"x","d":[${d},${d}]}`))),
    )
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const signed = cookieSignature.sign(payload, oldSecret)
        for (const text of [signed, encodeURIComponent(signed), `s:${signed}`]) {
          for (const importer of accept) await importer.open(text, [oldSecret])
        }
      }),
      { numRuns: shareOf(300) },
    )
  })

  it('is a key like any other if it is called __proto__', async () => {
    const text = '{"__proto__":{"admin":true},"constructor":1,"__flash___proto____":{"x":1}}'
    const remixText = `{"i":"x","d":[${text},${text}]}`
    const texts = [
      pairOf(await remix.createCookie('session', { secrets: [oldSecret] }).serialize(remixText)),
      `session=${encodeURIComponent(cookieSignature.sign(btoa(text), oldSecret))}`,
      `session=${await sealData(JSON.parse(text), { password: ironPassword })}`,
    ]
    const storage = createMemorySessionStorage()
    const importers = [accept.slice(0, 1), accept.slice(1, 2), accept.slice(2, 3)]
    for (const [index, pair] of texts.entries()) {
      const { imported } = await createCookie('session', {
        secrets: [ourSecret],
        accept: importers[index]!,
      }).read(pair)
      assert.deepEqual(Object.getOwnPropertyDescriptor(imported!.values, '__proto__')?.value, {
        admin: true,
      })
      assert.equal(Object.getPrototypeOf(imported!.values), Object.prototype)
      const session = await storage.read(null, { imported })
      assert.equal(session.get('admin'), undefined)
      assert.deepEqual(session.get('__proto__'), { admin: true })
      await storage.save(session)
    }
    assert.equal(({} as { admin?: boolean }).admin, undefined)
  })

  it('is left out, key by key, where it cannot be stored', async () => {
    const seen: unknown[] = []
    const storage = createMemorySessionStorage({
      onEvent: (event) => event.type === 'corrupt' && seen.push(event.keys),
    })
    let deep: unknown = 1
    for (let depth = 0; depth < 40; depth++) deep = [deep]
    const importer = expressSession({
      load: () => ({ values: { user: 'ada', nothing: null, deep, day: new Date(0), big: 1n } }),
    })
    const accepting = createCookie('session', {
      secrets: [ourSecret, oldSecret],
      accept: [importer],
    })
    const serve = withSession({ cookie: accepting, storage }, (_, session) =>
      Response.json(session.data[0]),
    )
    const headers = { Cookie: pairOf(expressCookie('id-1')) }
    const response = await serve(new Request('https://shop.example', { headers }))
    assert.deepEqual(await response.json(), { user: 'ada' })
    assert.deepEqual(seen, [['deep', 'day', 'big']])
  })
})

function unescapeUtf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}

function sameDecoded(one: string, other: string): boolean {
  try {
    return decodeURIComponent(one) === decodeURIComponent(other)
  } catch {
    return false
  }
}
