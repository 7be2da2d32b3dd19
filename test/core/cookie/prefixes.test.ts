import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie, type CookieAttributes } from 'coatcheck/cookie'
import { attributesOf } from './cookie-paths.ts'

const configError = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }

describe('the prefixes __Secure-, __Host-, __Http- and __Host-Http- (ASVS 3.3.1, 3.3.3)', () => {
  interface Wanted {
    name: string
    secure: boolean | undefined
    path: string | undefined
    domain: string | undefined
    httpOnly: boolean | undefined
    sameSite: 'lax' | 'none'
    partitioned: boolean
  }

  /** What Chromium 156 did with each of these over https (security.md §1.2). */
  function browserKeeps({ name, secure, path, domain, httpOnly, sameSite, partitioned }: Wanted) {
    const isSecure = secure !== false
    const isHttpOnly = httpOnly !== false
    const isHost = isSecure && (path ?? '/') === '/' && domain === undefined
    const lower = name.toLowerCase()
    if (!isSecure && (sameSite === 'none' || partitioned)) return false
    if (lower.startsWith('__host-http-')) return isHost && isHttpOnly
    if (lower.startsWith('__host-')) return isHost
    if (lower.startsWith('__http-')) return isSecure && isHttpOnly
    if (lower.startsWith('__secure-')) return isSecure
    return true
  }

  const names = [
    'session',
    '__Secure-s',
    '__Host-s',
    '__Http-s',
    '__Host-Http-s',
    '__secure-s',
    '__host-s',
    '__HTTP-s',
    '__hOsT-hTtP-s',
    '__Host',
    '_Host-s',
    '__HostHttp-s',
    'x__Host-s',
    '__Hosts-s',
  ]
  const matrix = names.flatMap((name) =>
    [undefined, true, false].flatMap((secure) =>
      [undefined, '/', '/x'].flatMap((path) =>
        [undefined, 'example.com'].flatMap((domain) =>
          [undefined, true, false].flatMap((httpOnly) =>
            (['lax', 'none'] as const).flatMap((sameSite) =>
              [false, true].map((partitioned): Wanted => ({
                name,
                secure,
                path,
                domain,
                httpOnly,
                sameSite,
                partitioned,
              })),
            ),
          ),
        ),
      ),
    ),
  )

  function attributesIn({ name: _, ...wanted }: Wanted): CookieAttributes {
    return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  }

  it('throw at construction exactly where a browser would drop the cookie without a word', () => {
    let refused = 0
    for (const wanted of matrix) {
      const make = () => createCookie(wanted.name, attributesIn(wanted))
      if (browserKeeps(wanted)) make()
      else assert.throws(make, configError, JSON.stringify(wanted))
      if (!browserKeeps(wanted)) refused++
    }
    assert.ok(refused > 500 && refused < matrix.length - 500, `${refused} of ${matrix.length}`)
  })

  it('always write Secure and Path, but for a developer’s own requests', async () => {
    for (const wanted of matrix.filter(browserKeeps)) {
      if (!/^__(secure|host|http)-/i.test(wanted.name)) continue
      const cookie = createCookie(wanted.name, attributesIn(wanted))
      for (const url of ['https://example.com/', 'http://example.com/', undefined]) {
        const attributes = attributesOf(await cookie.serialize('x', undefined, url))
        assert.equal(attributes['secure'], true, `${wanted.name} ${url}`)
        assert.equal(attributes['path'], wanted.path ?? '/')
      }
    }
  })
})
