import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { reactRouterCookie } from 'coatcheck/compat/cookies'
import { createCookie as createOurCookie } from 'coatcheck/cookie'
import {
  createCookie,
  isCookie,
  isSession,
  type CookieOptions,
} from 'coatcheck/compat/react-router'
import * as reactRouter from 'react-router'
import { anyText } from '../../random-cases.ts'
import { attributesOf, secrets, sentBack, valueOf } from './kinds.ts'

const others = ['Zt9LwXy4Hd6NfGs8Jm3Cae5URb7vPqk2']
const jsonValues = fc.oneof(fc.jsonValue({ maxDepth: 3 }), anyText())

/** What scripts have always done with such cookies. */
function readByScript(text: string): unknown {
  return JSON.parse(decodeURIComponent(escape(atob(decodeURIComponent(text)))))
}

async function throughBrowser(
  from: reactRouter.Cookie,
  to: reactRouter.Cookie,
  value: unknown,
): Promise<unknown> {
  const sent = sentBack(await from.serialize(value))
  return to.parse(`other=1; ${sent}; another=2`)
}

describe('a cookie holds any JSON value', () => {
  for (const [kind, options] of [
    ['sealed', { secrets }],
    ['signed only', { secrets, encrypt: false }],
    ['without secrets', {}],
  ] as [string, CookieOptions][]) {
    it(`and gives it back as it was (${kind})`, async () => {
      const cookie = createCookie('prefs', options)
      await fc.assert(
        fc.asyncProperty(jsonValues, async (value) => {
          const expected: unknown = JSON.parse(JSON.stringify(value))
          if (JSON.stringify(value).length > 600) return
          assert.deepEqual(await throughBrowser(cookie, cookie, value), expected)
        }),
      )
      for (const value of [
        '',
        null,
        0,
        -1.5,
        true,
        false,
        [],
        {},
        'null',
        '"',
        '\ud800',
        'Ünï🧥',
      ]) {
        assert.deepEqual(await throughBrowser(cookie, cookie, value), value)
      }
    })
  }

  it('in base64, for scripts, when it has no secrets', async () => {
    const cookie = createCookie('prefs')
    await fc.assert(
      fc.asyncProperty(jsonValues, async (value) => {
        const json = JSON.stringify(value)
        if (json.length > 600) return
        assert.deepEqual(readByScript(valueOf(await cookie.serialize(value))), JSON.parse(json))
      }),
    )
  })

  it('that React Router can read, and write, when it has no secrets', async () => {
    const [ours, theirs] = [createCookie('prefs'), reactRouter.createCookie('prefs')]
    await fc.assert(
      fc.asyncProperty(jsonValues, async (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value))
        if (JSON.stringify(value).length > 600) return
        assert.deepEqual(await throughBrowser(ours, theirs, value), expected)
        assert.deepEqual(await throughBrowser(theirs, ours, value), expected)
      }),
    )
    assert.equal(await throughBrowser(theirs, ours, ''), '')
  })

  it('that nobody else can read or make, when it has secrets', async () => {
    const cookie = createCookie('prefs', { secrets })
    const text = valueOf(await cookie.serialize({ admin: false }))
    assert.throws(() => readByScript(text))
    assert.equal(await createCookie('prefs', { secrets: others }).parse(`prefs=${text}`), null)
    assert.equal(await createCookie('other', { secrets }).parse(`other=${text}`), null)
    const rotated = createCookie('prefs', { secrets: [...others, ...secrets] })
    assert.deepEqual(await rotated.parse(`prefs=${text}`), { admin: false })
  })

  it('for one context only, if it has one', async () => {
    const [staging, production] = [{ secrets, context: 'staging' }, { secrets }]
    const text = valueOf(await createCookie('prefs', staging).serialize('x'))
    assert.equal(await createCookie('prefs', staging).parse(`prefs=${text}`), 'x')
    assert.equal(await createCookie('prefs', production).parse(`prefs=${text}`), null)
  })

  it('that everybody can read and nobody else can make, when it is signed only', async () => {
    const cookie = createCookie('prefs', { secrets, encrypt: false })
    const text = valueOf(await cookie.serialize('legible'))
    assert.match(Buffer.from(text, 'base64url').toString('latin1'), /legible/)
    for (const at of [0, 20, text.length - 10]) {
      const other = text[at] === 'A' ? 'B' : 'A'
      const forged = `${text.slice(0, at)}${other}${text.slice(at + 1)}`
      assert.equal(await cookie.parse(`prefs=${forged}`), null)
    }
    const sealed = createCookie('prefs', { secrets, encrypt: true })
    assert.equal(await sealed.parse(`prefs=${text}`), null)
    assert.equal(await cookie.parse(sentBack(await sealed.serialize('x'))), null)
  })

  it('or what a cookie of another library held, if that is accepted', async () => {
    const cookie = createCookie('prefs', { secrets, accept: [reactRouterCookie()] })
    const old = reactRouter.createCookie('prefs', { secrets })
    for (const value of ['plain', '42', '{"a":1}', 42, false, true, null, [1], { a: 1 }]) {
      const header = (await old.serialize(value)).split(';', 1)[0]!
      assert.deepEqual(await cookie.parse(header), value)
    }
    assert.equal(await cookie.parse('prefs=new'), null)
  })

  it('and says so when it is too much', async () => {
    for (const cookie of [createCookie('prefs'), createCookie('prefs', { secrets })]) {
      for (const length of [5000, 500_000]) {
        await assert.rejects(cookie.serialize('x'.repeat(length)), {
          code: 'ERR_SESSION_COOKIE_SIZE',
        })
      }
    }
  })
})

describe('a cookie that was not made by us', () => {
  it('is null when it should be sealed', async () => {
    const cookie = createCookie('prefs', { secrets })
    const text = valueOf(await cookie.serialize('mine'))
    const unsigned = valueOf(await createCookie('prefs').serialize('mine'))
    const signed = valueOf(await reactRouter.createCookie('prefs', { secrets }).serialize('mine'))
    for (const forged of [unsigned, signed, text.slice(1), `${text}A`, '', 'x', '%', '%00']) {
      assert.equal(await cookie.parse(`prefs=${forged}`), null, forged)
    }
  })

  it('is null when it is sealed, and no JSON', async () => {
    const text = valueOf(await createOurCookie('prefs', { secrets }).serialize('no JSON'))
    assert.equal(await createCookie('prefs', { secrets }).parse(`prefs=${text}`), null)
  })

  it('is null when it is not there', async () => {
    for (const cookie of [createCookie('prefs', { secrets }), createCookie('prefs')]) {
      for (const header of [null, '', 'other=1', 'prefs', 'xprefs=IjEi']) {
        assert.equal(await cookie.parse(header), null)
      }
    }
  })

  it('is what React Router makes of it when it has no secrets', async () => {
    const [ours, theirs] = [createCookie('prefs'), reactRouter.createCookie('prefs')]
    const garbage = [
      'aGVsbG8=',
      '%22%22',
      'bm90IGpzb24',
      '!',
      'Iv8i',
      '77u/IjEi',
      'IjEi',
      'e30',
      '""',
    ]
    for (const text of garbage) {
      const header = `prefs=${text}`
      assert.deepEqual(await ours.parse(header), await theirs.parse(header), text)
    }
  })

  it('never throws, whatever it is', async () => {
    const cookies = [
      createCookie('prefs', { secrets }),
      createCookie('prefs'),
      createCookie('prefs', { decode: decodeURIComponent }),
      createCookie('prefs', { decode: () => '\ud800' }),
      createCookie('prefs', { decode: () => undefined }),
    ]
    await fc.assert(
      fc.asyncProperty(anyText(), async (text) => {
        for (const cookie of cookies) await cookie.parse(`prefs=${text}`)
      }),
    )
    for (const cookie of cookies) await cookie.parse('prefs=%zz')
    assert.equal(await cookies.at(-1)!.parse('prefs=x'), '')
  })
})

describe('a cookie’s own encoding', () => {
  const hex = (text: string) => [...text].map((one) => one.charCodeAt(0).toString(16)).join('')
  const fromHex = (text: string) =>
    text.replace(/../g, (two) => String.fromCharCode(parseInt(two, 16)))

  it('replaces the usual one, both ways', async () => {
    for (const options of [{}, { secrets }]) {
      const cookie = createCookie('prefs', { ...options, encode: hex, decode: fromHex })
      const sent = await cookie.serialize({ text: 'Ünï' })
      assert.match(valueOf(sent), /^[0-9a-f]+$/)
      assert.deepEqual(await cookie.parse(sentBack(sent)), { text: 'Ünï' })
    }
  })

  it('can be given each time', async () => {
    const cookie = createCookie('prefs', { encode: () => 'never', decode: () => 'never' })
    const sent = await cookie.serialize({ text: 'Ünï' }, { encode: hex })
    assert.match(valueOf(sent), /^[0-9a-f]+$/)
    assert.deepEqual(await cookie.parse(sentBack(sent), { decode: fromHex }), { text: 'Ünï' })
  })

  it('gets what it gets in React Router, when it has no secrets', async () => {
    for (const encoding of [
      { encode: hex, decode: fromHex },
      { encode: String, decode: String },
    ]) {
      const ours = createCookie('prefs', encoding)
      const theirs = reactRouter.createCookie('prefs', encoding)
      for (const value of ['a', 'ab', 'abc', 'Ünï~?>', { text: '\u2028' }]) {
        assert.equal(valueOf(await ours.serialize(value)), valueOf(await theirs.serialize(value)))
        assert.deepEqual(await throughBrowser(ours, theirs, value), value)
        assert.deepEqual(await throughBrowser(theirs, ours, value), value)
      }
    }
  })

  it('may not make what is no cookie', async () => {
    for (const text of ['a b', 'a;b', 'a,b', 'a"b', 'a\\b', 'ü', 'a\n', '\u007f']) {
      const cookie = createCookie('prefs', { encode: () => text })
      await assert.rejects(cookie.serialize('x'), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})

describe('a cookie’s attributes', () => {
  async function sent(options?: CookieOptions, given?: CookieOptions, name = 'prefs') {
    return attributesOf(await createCookie(name, options).serialize('x', given))
  }

  it('are Path=/ and SameSite=Lax if nothing else is asked for', async () => {
    assert.deepEqual(await sent(), { path: '/', samesite: 'Lax' })
    const nothing = { httpOnly: undefined, secure: undefined } as unknown as CookieOptions
    assert.deepEqual(await sent(nothing), { path: '/', samesite: 'Lax' })
  })

  it('are those that it was made with', async () => {
    const expires = new Date('2040-01-01T00:00:00Z')
    const all = {
      path: '/a',
      domain: 'example.com',
      httpOnly: true,
      secure: true,
      maxAge: 60,
      expires,
    }
    assert.deepEqual(await sent(all), {
      path: '/a',
      domain: 'example.com',
      httponly: true,
      secure: true,
      'max-age': '60',
      expires: 'Sun, 01 Jan 2040 00:00:00 GMT',
      samesite: 'Lax',
    })
    const chips = { partitioned: true, secure: true }
    assert.equal((await sent(chips))['partitioned'], true)
  })

  it('are replaced, one by one, by those given each time', async () => {
    const options = { path: '/a', maxAge: 60, secure: true }
    const given = { path: '/b', httpOnly: true }
    assert.deepEqual(await sent(options, given), {
      path: '/b',
      httponly: true,
      secure: true,
      'max-age': '60',
      samesite: 'Lax',
    })
    assert.equal('max-age' in (await sent(options, { maxAge: undefined })), false)
    const none = { maxAge: null, expires: null } as unknown as CookieOptions
    assert.equal('max-age' in (await sent(options, none)), false)
  })

  it('SameSite can be true, for strict, and false, for lax', async () => {
    const sameSites = [true, false, 'lax', 'strict', 'none', 'Lax', 'Strict', 'None'] as const
    const sites: unknown[] = []
    for (const sameSite of sameSites) {
      sites.push((await sent({ sameSite, secure: true }))['samesite'])
    }
    assert.deepEqual(sites, ['Strict', 'Lax', 'Lax', 'Strict', 'None', 'Lax', 'Strict', 'None'])
  })

  it('Priority can be given', async () => {
    assert.equal((await sent({ priority: 'low' }))['priority'], 'Low')
    assert.equal((await sent({ priority: 'medium' }))['priority'], 'Medium')
    assert.equal((await sent({ priority: 'low' }, { priority: 'high' }))['priority'], 'High')
  })

  it('Secure is never taken back where browsers ask for it', async () => {
    const cookie = createCookie('prefs')
    const given = { sameSite: 'none', secure: false } as const
    await assert.rejects(cookie.serialize('x', given), { code: 'ERR_SESSION_CONFIG' })
  })

  it('Secure comes by itself where browsers ask for it', async () => {
    assert.equal((await sent({ sameSite: 'none' }))['secure'], true)
    assert.equal((await sent({ partitioned: true }))['secure'], true)
    assert.equal((await sent({}, {}, '__Host-prefs'))['secure'], true)
    assert.equal((await sent({}, {}, '__Secure-prefs'))['secure'], true)
    assert.equal((await sent({}, { sameSite: 'none' }))['secure'], true)
    assert.throws(() => createCookie('prefs', { sameSite: 'none', secure: false }), {
      code: 'ERR_SESSION_CONFIG',
    })
  })

  it('Max-Age below 0 ends the cookie, and the longest is 400 days', async () => {
    assert.equal((await sent({ maxAge: -5 }))['max-age'], '0')
    assert.equal((await sent({}, { maxAge: -5 }))['max-age'], '0')
    assert.equal((await sent({}, { maxAge: 99_000_000 }))['max-age'], '34560000')
  })

  it('are refused when they are wrong, with the cookie where they can be', async () => {
    const wrong = [
      { maxAge: 1.5 },
      { maxAge: Number.NaN },
      { maxAge: Number.POSITIVE_INFINITY },
      { expires: new Date(Number.NaN) },
      { path: 'a' },
      { domain: 'a;b' },
      { sameSite: 'sometimes' as 'lax' },
      { priority: 'highest' as 'high' },
    ]
    for (const options of wrong) {
      assert.throws(() => createCookie('prefs', options), { code: 'ERR_SESSION_CONFIG' })
      const cookie = createCookie('prefs')
      await assert.rejects(cookie.serialize('x', options), { code: 'ERR_SESSION_CONFIG' })
    }
    assert.throws(() => createCookie('no name'), { code: 'ERR_SESSION_CONFIG' })
    assert.throws(() => createCookie('prefs', { secrets: [''] }), { code: 'ERR_SESSION_CONFIG' })
  })
})

describe('what a cookie says of itself', () => {
  it('is its name, and whether it has secrets', () => {
    assert.equal(createCookie('prefs').name, 'prefs')
    assert.equal(createCookie('prefs').isSigned, false)
    assert.equal(createCookie('prefs', { secrets: [] }).isSigned, false)
    assert.equal(createCookie('prefs', { secrets }).isSigned, true)
  })

  it('is when it ends: maxAge from now on, or else the fixed date', () => {
    assert.equal(createCookie('prefs').expires, undefined)
    const expires = new Date('2040-01-01T00:00:00Z')
    assert.equal(createCookie('prefs', { expires })?.expires?.getTime(), expires.getTime())
    for (const options of [{ maxAge: 60 }, { maxAge: 60, expires }]) {
      const before = Date.now()
      const ends = createCookie('prefs', options).expires!.getTime()
      assert.ok(ends >= before + 60_000 && ends <= Date.now() + 60_000)
    }
  })

  it('is known to isCookie(), ours and React Router’s, and nothing else is', () => {
    const cookie = createCookie('prefs')
    assert.equal(isCookie(cookie), true)
    assert.equal(reactRouter.isCookie(cookie), true)
    assert.equal(isCookie(reactRouter.createCookie('prefs')), true)
    const { parse: _, ...withoutParse } = cookie
    const { serialize: __, ...withoutSerialize } = cookie
    const odd = [
      null,
      undefined,
      'prefs',
      {},
      { ...cookie, name: 1 },
      { ...cookie, isSigned: 'yes' },
      withoutParse,
      withoutSerialize,
      createOurCookie('prefs', { secrets }),
    ]
    for (const object of odd) {
      assert.equal(isCookie(object), false)
      assert.equal(isSession(object), false)
    }
  })
})
