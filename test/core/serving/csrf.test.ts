import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSession, type SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createCsrf, type CsrfOptions, csrfToken } from 'coatcheck/csrf'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

const storages: Record<string, () => SessionStorage> = {
  memory: createMemorySessionStorage,
  cookie: createCookieSessionStorage,
}

const url = 'https://shop.example/cart'
const refused = (reason: string) => ({
  name: 'CsrfError',
  code: 'ERR_SESSION_CSRF',
  status: 403,
  statusCode: 403,
  reason,
})

/** Asks whether a POST with these headers may go on. */
async function check(
  headers: Record<string, string>,
  { method = 'POST', to = url, ...options }: CsrfOptions & { method?: string; to?: string } = {},
): Promise<void> {
  // Not with `new Request()`, which drops headers that only a browser may set.
  const request = { method, url: to, headers: new Map(Object.entries(headers)) }
  await createCsrf(options).check(request, createSession())
}

describe('A request that changes something', () => {
  for (const [name, headers] of Object.entries({
    'the browser says that a page of the same origin sent it': { 'sec-fetch-site': 'same-origin' },
    'the browser says that no page sent it': { 'sec-fetch-site': 'none' },
    'an older browser names our origin': { origin: 'https://shop.example' },
    'what the browser says of the site wins over the origin, which a proxy may have hidden': {
      'sec-fetch-site': 'same-origin',
      origin: 'https://www.shop.example',
    },
  })) {
    it(`goes on if ${name}`, async () => {
      await check(headers as Record<string, string>)
    })
  }

  for (const [name, reason, headers] of [
    ['a page of another site sent it', 'cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of a sister host sent it', 'same-site', { 'sec-fetch-site': 'same-site' }],
    ['the browser says what nobody knows', 'cross-site', { 'sec-fetch-site': 'same-origin, none' }],
    [
      'the browser says cross-site, whatever the origin is',
      'cross-site',
      { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' },
    ],
    ['the origin is another', 'origin', { origin: 'https://evil.example' }],
    ['the origin only begins like ours', 'origin', { origin: 'https://shop.example.evil.example' }],
    ['the origin has another port', 'origin', { origin: 'https://shop.example:8443' }],
    ['the origin is http where we have https', 'origin', { origin: 'http://shop.example' }],
    ['the origin is hidden', 'origin', { origin: 'null' }],
    ['nobody says where it comes from', 'no-token', {}],
    ['the headers are there and empty', 'no-token', { origin: '', 'sec-fetch-site': '' }],
  ] as const) {
    it(`is refused if ${name}`, async () => {
      await assert.rejects(check(headers as Record<string, string>), refused(reason))
    })
  }

  it('may come from an https page where a proxy has ended https before us', async () => {
    await check({ origin: 'https://shop.example' }, { to: 'http://shop.example/cart' })
    await check({ origin: 'http://shop.example' }, { to: 'http://shop.example/cart' })
    // Some proxies hand on the port at which they were asked.
    await check({ origin: 'https://shop.example' }, { to: 'http://shop.example:443/cart' })
  })

  it('is one whatever its method is, but for GET, HEAD and OPTIONS', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    for (const method of ['GET', 'HEAD', 'OPTIONS']) await check(headers, { method })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'get', 'PROPFIND', '']) {
      await assert.rejects(check(headers, { method }), refused('cross-site'), method)
    }
  })

  it('is one whatever its body is said to be (CVE-2024-48913)', async () => {
    for (const type of ['application/json', 'text/plain', 'Multipart/Form-Data; boundary=x', '']) {
      const headers = { 'sec-fetch-site': 'cross-site', 'content-type': type }
      await assert.rejects(check(headers), refused('cross-site'), type)
    }
  })

  it('is also one that opens a WebSocket', async () => {
    const headers = { upgrade: 'WebSocket', origin: 'https://evil.example' }
    await assert.rejects(check(headers, { method: 'GET' }), refused('origin'))
    await check({ ...headers, origin: 'https://shop.example' }, { method: 'GET' })
  })
})

describe('Trusted origins', () => {
  const trustedOrigins = ['https://accounts.example']

  it('may send requests, whatever site they are of', async () => {
    const origin = 'https://accounts.example'
    for (const site of ['cross-site', 'same-site']) {
      await check({ 'sec-fetch-site': site, origin }, { trustedOrigins })
    }
    await check({ origin }, { trustedOrigins })
  })

  it('are compared as a whole', async () => {
    for (const origin of [
      'https://accounts.example.evil.example',
      'https://evil-accounts.example',
      'http://accounts.example',
      'https://accounts.example:444',
      'https://ACCOUNTS.example',
    ]) {
      const headers = { 'sec-fetch-site': 'cross-site', origin }
      await assert.rejects(check(headers, { trustedOrigins }), refused('cross-site'), origin)
    }
  })

  it('are origins, and not URLs, patterns or the origin of nobody', () => {
    for (const origin of ['https://a.example/', 'a.example', 'https://*.a.example', 'null', 5]) {
      const config = { code: 'ERR_SESSION_CONFIG', message: /trustedOrigins/ }
      assert.throws(() => createCsrf({ trustedOrigins: [origin as string] }), config)
    }
  })
})

describe('Requests that are exempt', () => {
  it('are those that the app says', async () => {
    const exempt: CsrfOptions['exempt'] = (request) => new URL(request.url).pathname === '/webhook'
    await check({}, { exempt, to: 'https://shop.example/webhook' })
    await assert.rejects(
      check({}, { exempt, to: 'https://shop.example/webhook/x' }),
      refused('no-token'),
    )
  })

  it('are told by true alone: a promise exempts nobody', async () => {
    const exempt = (async () => false) as unknown as NonNullable<CsrfOptions['exempt']>
    await assert.rejects(check({}, { exempt }), refused('no-token'))
  })
})

for (const [name, createStorage] of Object.entries(storages)) {
  describe(`A token (${name} storage)`, () => {
    const csrf = createCsrf()

    /** A visitor who has seen a form: the cookie value, and what was in the form. */
    async function seen(storage: SessionStorage, log?: string) {
      const session = await storage.read(null)
      if (log !== undefined) session.login(log)
      const token = await csrfToken(session)
      return { value: (await storage.save(session))!, token }
    }

    async function post(
      storage: SessionStorage,
      value: string | null,
      token?: string,
      init?: RequestInit,
    ) {
      const headers: HeadersInit = token === undefined ? {} : { 'X-CSRF-Token': token }
      const request = new Request(url, { method: 'POST', headers, ...init })
      await csrf.check(request, await storage.read(value))
      return request
    }

    it('lets a request go on of which nobody says where it comes from', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage, 'ada')
      await post(storage, value, token)
    })

    it('may be in a field of a form, which the handler can still read', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage, 'ada')
      const request = await post(storage, value, undefined, {
        body: new URLSearchParams({ csrf: token, item: 'scarf' }),
      })
      assert.equal((await request.formData()).get('item'), 'scarf')
      const form = new FormData()
      form.set('csrf', token)
      await post(storage, value, undefined, { body: form })
    })

    it('begins a session for a visitor who has none', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage)
      assert.notEqual(value, null)
      await post(storage, value, token)
    })

    it('is another text each time, and all of them are good', async () => {
      const storage = createStorage()
      const { value } = await seen(storage, 'ada')
      const session = await storage.read(value)
      const tokens = await Promise.all(Array.from({ length: 20 }, () => csrfToken(session)))
      assert.equal(new Set(tokens).size, 20)
      for (const token of tokens) {
        assert.match(token, /^[\w-]{86}$/)
        await post(storage, value, token)
      }
      // Neither half says anything by itself.
      assert.equal(new Set(tokens.map((token) => token.slice(0, 40))).size, 20)
      assert.equal(new Set(tokens.map((token) => token.slice(46))).size, 20)
    })

    it('writes nothing where there is a session', async () => {
      const storage = createStorage()
      const { value } = await seen(storage, 'ada')
      const session = await storage.read(value)
      await csrfToken(session)
      assert.equal(session.dirty, false)
      assert.equal(await storage.save(session), null)
    })

    it('is worth nothing in another session, and without one', async () => {
      const storage = createStorage()
      const [ada, eve] = [await seen(storage, 'ada'), await seen(storage, 'eve')]
      await assert.rejects(post(storage, ada.value, eve.token), refused('token'))
      await assert.rejects(post(storage, null, eve.token), refused('token'))
    })

    it('ends with the login, also of the same user, and with a new id', async () => {
      const storage = createStorage()
      for (const change of ['login', 'regenerateId'] as const) {
        const { value, token } = await seen(storage, 'ada')
        const session = await storage.read(value)
        if (change === 'login') session.login('ada')
        else session.regenerateId(true)
        const next = await csrfToken(session)
        const newer = await storage.save(session)
        await assert.rejects(post(storage, newer, token), refused('token'), change)
        await post(storage, newer, next)
      }
    })

    it('is good in whole only', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage, 'ada')
      const other = token[50] === 'A' ? 'B' : 'A'
      for (const wrong of [
        token.slice(1),
        `${token}A`,
        token.slice(0, 50) + other + token.slice(51),
        'x',
        '='.repeat(86),
        'A'.repeat(86),
      ]) {
        await assert.rejects(post(storage, value, wrong), { code: 'ERR_SESSION_CSRF' }, wrong)
      }
      await assert.rejects(post(storage, value), refused('no-token'))
    })

    it('is not looked for in the URL, nor in a cookie', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage, 'ada')
      const request = new Request(`${url}?csrf=${token}`, {
        method: 'POST',
        headers: { Cookie: `csrf=${token}; x-csrf-token=${token}` },
      })
      await assert.rejects(csrf.check(request, await storage.read(value)), refused('no-token'))
    })

    it('shows nothing of the session’s id', async () => {
      const storage = createStorage()
      const { value, token } = await seen(storage, 'ada')
      const bytes = Uint8Array.from(atob(token.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
        c.charCodeAt(0),
      )
      const bare = bytes.slice(0, 32).map((byte, index) => byte ^ bytes[32 + index]!)
      const text = btoa(String.fromCharCode(...bare))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
      const { id } = await storage.read(value)
      for (let at = 0; at + 6 <= text.length - 1; at++) {
        assert.ok(!id.includes(text.slice(at, at + 6)))
      }
    })
  })
}

describe('A check for forged requests', () => {
  it('says that the session is missing, where it must know it', async () => {
    const config = { code: 'ERR_SESSION_CONFIG', message: /session middleware/ }
    await assert.rejects(csrfToken(undefined as never), config)
    const request = { method: 'POST', url, headers: new Map() }
    await assert.rejects(createCsrf().check(request, undefined as never), config)
  })

  it('takes the names of the field and of the header', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    const token = await csrfToken(session)
    const csrf = createCsrf({ field: '_csrf', header: 'x-xsrf-token' })
    const init = { method: 'POST', body: new URLSearchParams({ _csrf: token }) }
    await csrf.check(new Request(url, init), session)
    const headers = { 'X-XSRF-Token': token }
    await csrf.check(new Request(url, { method: 'POST', headers }), session)
    for (const option of [{ field: '' }, { header: 'x csrf' }]) {
      assert.throws(() => createCsrf(option), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('shows no token in its errors', async () => {
    const session = createSession()
    const token = await csrfToken(createSession())
    const request = new Request(url, { method: 'POST', headers: { 'X-CSRF-Token': token } })
    const error = await createCsrf()
      .check(request, session)
      .catch((caught: Error) => caught)
    assert.ok(error instanceof Error)
    assert.ok(!`${error.stack} ${JSON.stringify(error)}`.includes(token.slice(0, 20)))
  })
})

describe('A developer whose own pages are refused, because a proxy changes the Host header', () => {
  it('is told once what to write', async () => {
    const printed: string[] = []
    const { warn } = console
    console.warn = (message: unknown) => printed.push(String(message))
    try {
      const csrf = createCsrf()
      const headers = new Map([['origin', 'https://shop.example']])
      const request = { method: 'POST', url: 'http://internal:3000/cart', headers }
      for (let n = 0; n < 2; n++) {
        await assert.rejects(csrf.check(request, createSession()), refused('origin'))
      }
      await csrf.check({ ...request, url: 'http://shop.example/' }, createSession())
    } finally {
      console.warn = warn
    }
    assert.equal(printed.length, 1)
    assert.match(
      printed[0]!,
      /https:\/\/shop\.example was refused.* http:\/\/internal:3000\. .*trustedOrigins/,
    )
  })
})
