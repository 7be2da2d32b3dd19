/** A cookie as a browser keeps it. */
interface StoredCookie {
  name: string
  value: string
  host: string
  hostOnly: boolean
  path: string
  secure: boolean
  httpOnly: boolean
  /** In milliseconds since the epoch. */
  expiresAt: number
}

const largest = 4096

/** A cookie jar that takes and gives cookies as browsers do (RFC 6265bis §5.7 and §5.8). */
export class CookieJar {
  readonly #now: () => number
  #cookies: StoredCookie[] = []

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Takes a response's Set-Cookie headers. Returns how many it kept. */
  take(url: string, lines: readonly string[]): number {
    return lines.filter((line) => this.#takeOne(new URL(url), line)).length
  }

  /** The Cookie header for a request, or null if there is nothing to send. */
  headerFor(url: string): string | null {
    const { hostname, pathname, protocol } = new URL(url)
    const sent = this.#live()
      .filter(({ host, hostOnly }) => (hostOnly ? host === hostname : isWithin(hostname, host)))
      .filter(({ path }) => isUnder(pathname, path))
      .filter(({ secure }) => !secure || protocol === 'https:')
      .sort((a, b) => b.path.length - a.path.length)
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  /** The value of the only cookie of this name. */
  value(name: string): string | undefined {
    const found = this.#live().filter((cookie) => cookie.name === name)
    if (found.length > 1) throw new Error(`The jar has ${found.length} cookies named ${name}`)
    return found[0]?.value
  }

  /** What scripts see. */
  get documentCookie(): string {
    const visible = this.#live().filter(({ httpOnly }) => !httpOnly)
    return visible.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #live(): StoredCookie[] {
    this.#cookies = this.#cookies.filter(({ expiresAt }) => expiresAt > this.#now())
    return this.#cookies
  }

  #takeOne({ hostname, protocol }: URL, line: string): boolean {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(pair.indexOf('=') + 1)
    if (name === '' || name.length + value.length > largest) return false
    const attributes = new Map(
      rest.map((part) => {
        const [key = '', given = ''] = part.split('=', 2)
        return [key.toLowerCase(), given]
      }),
    )
    const secure = attributes.has('secure')
    const domain = attributes.get('domain')?.toLowerCase().replace(/^\./, '')
    const path = attributes.get('path')
    if (secure && protocol !== 'https:') return false
    if (domain && !isWithin(hostname, domain)) return false
    if (attributes.get('samesite')?.toLowerCase() === 'none' && !secure) return false
    if (/^__(host|secure)-/i.test(name) && !secure) return false
    if (/^__host-/i.test(name) && (domain || path !== '/')) return false

    const host = domain || hostname
    const kept = path?.startsWith('/') ? path : '/'
    this.#cookies = this.#cookies.filter(
      (other) =>
        other.name !== name ||
        other.host !== host ||
        other.hostOnly !== !domain ||
        other.path !== kept,
    )
    this.#cookies.push({
      name,
      value,
      host,
      hostOnly: !domain,
      path: kept,
      secure,
      httpOnly: attributes.has('httponly'),
      expiresAt: this.#expiry(attributes),
    })
    return true
  }

  #expiry(attributes: ReadonlyMap<string, string>): number {
    const maxAge = attributes.get('max-age')
    if (maxAge !== undefined) return Number(maxAge) > 0 ? this.#now() + Number(maxAge) * 1000 : 0
    const expires = attributes.get('expires')
    return expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires)
  }
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

function isUnder(pathname: string, path: string): boolean {
  if (pathname === path) return true
  return pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}
