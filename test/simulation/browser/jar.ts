/*
 * The cookies of a browser: the rules of RFC 6265bis (draft-ietf-httpbis-rfc6265bis) by which one cookie takes the
 * place of another, or is sent beside it. SameSite is not among them: all requests here are same-site.
 */

interface StoredCookie {
  name: string
  value: string
  domain: string
  hostOnly: boolean
  path: string
  secure: boolean
  /** Milliseconds since the epoch; Infinity for "until the browser closes". */
  expiresAt: number
  /** The order in which they were first stored. */
  createdAs: number
}

type Attributes = ReadonlyMap<string, string>

/** Name and value together (section 5.6). */
const mostBytes = 4096
/** 400 days (section 5.5). */
const longestAge = 34_560_000_000

export class Jar {
  readonly #now: () => number
  readonly #cookies: Map<string, StoredCookie> = new Map()
  #created = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** What a Set-Cookie header in a response from this URL does. */
  accept(setCookie: string, url: URL): void {
    const [pair = '', ...rest] = setCookie.split(';')
    const equals = pair.indexOf('=')
    const name = equals < 0 ? '' : pair.slice(0, equals).trim()
    const value = pair.slice(equals + 1).trim()
    if (name + value === '' || name.length + value.length > mostBytes) return
    const attributes: Attributes = new Map(rest.map(parseAttribute))
    const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase()
    if (domain !== '' && !domainMatches(url.hostname, domain)) return
    const secure = attributes.has('secure')
    if (secure && url.protocol !== 'https:') return
    const given = attributes.get('path') ?? ''
    const path = given.startsWith('/') ? given : defaultPath(url)
    if (!prefixAllows(name, { secure, domain, path: given })) return
    this.#store({
      name,
      value,
      domain: domain === '' ? url.hostname : domain,
      hostOnly: domain === '',
      path,
      secure,
      expiresAt: this.#expiry(attributes),
      createdAs: this.#created++,
    })
  }

  /** The Cookie header for a request to this URL; '' for none. */
  header(url: URL): string {
    const now = this.#now()
    const sent = [...this.#cookies.values()].filter(
      ({ domain, hostOnly, path, secure, expiresAt }) =>
        expiresAt > now &&
        (hostOnly ? url.hostname === domain : domainMatches(url.hostname, domain)) &&
        pathMatches(url.pathname, path) &&
        (!secure || url.protocol === 'https:'),
    )
    // Section 5.8.3: longer paths first, and of the same length the older cookie.
    sent.sort((a, b) => b.path.length - a.path.length || a.createdAs - b.createdAs)
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #store(cookie: StoredCookie): void {
    const { name, domain, hostOnly, path } = cookie
    const key = JSON.stringify([name, domain, hostOnly, path])
    const older = this.#cookies.get(key)
    if (cookie.expiresAt <= this.#now()) this.#cookies.delete(key)
    else this.#cookies.set(key, { ...cookie, createdAs: older?.createdAs ?? cookie.createdAs })
  }

  #expiry(attributes: Attributes): number {
    const now = this.#now()
    const maxAge = attributes.get('max-age') ?? ''
    const expires = Date.parse(attributes.get('expires') ?? '')
    let at = Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires
    // Max-Age wins over Expires.
    if (/^-?\d+$/.test(maxAge)) at = Number(maxAge) > 0 ? now + Number(maxAge) * 1000 : 0
    return at === Number.POSITIVE_INFINITY ? at : Math.min(at, now + longestAge)
  }
}

function parseAttribute(text: string): [string, string] {
  const equals = text.indexOf('=')
  const name = (equals < 0 ? text : text.slice(0, equals)).trim().toLowerCase()
  return [name, equals < 0 ? '' : text.slice(equals + 1).trim()]
}

/** Section 5.1.3. A name without a dot is a public suffix, which nobody may claim. */
function domainMatches(host: string, domain: string): boolean {
  return host === domain || (domain.includes('.') && host.endsWith(`.${domain}`))
}

/** Section 5.1.4. */
function defaultPath({ pathname }: URL): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/'
}

function pathMatches(requested: string, path: string): boolean {
  if (requested === path) return true
  return requested.startsWith(path) && (path.endsWith('/') || requested[path.length] === '/')
}

/** Section 5.4. */
function prefixAllows(
  name: string,
  { secure, domain, path }: { secure: boolean; domain: string; path: string },
): boolean {
  if (/^__secure-/i.test(name)) return secure
  return !/^__host-/i.test(name) || (secure && domain === '' && path === '/')
}
