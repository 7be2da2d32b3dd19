import type { Cookie } from '../../core/cookie/cookie.ts'

/** A cookie as `addCookies()` of Playwright's browser contexts takes it. Puppeteer's `setCookie()` takes it too. */
export interface BrowserCookie {
  name: string
  value: string
  url: string
  httpOnly: boolean
  sameSite: 'Lax' | 'Strict' | 'None'
}

/**
 * Where the cookies of a response are: a response of `fetch`, or Set-Cookie headers as Node and supertest have them:
 * `response.headers['set-cookie']`, which is undefined where there are none.
 */
export type CookieSource =
  | { readonly headers: Pick<Headers, 'getSetCookie'> }
  | readonly string[]
  | string
  | undefined

/** Where an app answers if nobody says it: each has a name of its own for a cookie with a prefix. */
const anywhere = ['http://localhost', 'https://localhost'] as const

/** The session cookie that a browser would hold for an app at this address. */
export class CookieHolder {
  readonly #cookie: Cookie
  /** The first one is the one of a browser. */
  readonly #addresses: readonly [string, ...string[]]
  /** What is sent after the name, or nothing. */
  #text = ''

  /** @param url Without it, the header has the cookie under each name that an app may read it by. */
  constructor(cookie: Cookie, url?: string) {
    this.#cookie = cookie
    this.#addresses = url === undefined ? anywhere : [url]
  }

  get header(): string {
    if (this.#text === '') return ''
    const names = new Set(this.#addresses.map((address) => this.#placeAt(address).name))
    return [...names].map((name) => `${name}=${this.#text}`).join('; ')
  }

  drop(): void {
    this.#text = ''
  }

  /** The value for the storage, as the app's middleware finds it. */
  async value(): Promise<string | null> {
    return this.#cookie.parse(this.header, this.#addresses[0])
  }

  /** Takes what a storage's `save()` returned. */
  async keep(value: string | null): Promise<void> {
    if (value === '') this.drop()
    else if (value !== null) {
      this.take(await this.#cookie.serialize(value, undefined, this.#addresses[0]))
    }
  }

  /** Takes the session cookie of a response, if it sets or clears it. */
  take(source: CookieSource): void {
    const places = this.#addresses.map((address) => this.#placeAt(address))
    for (const line of linesOf(source)) {
      // The same name in another scope is another cookie: the app clears those that others may have planted.
      const place = places.find(
        ({ name, scope }) => line.startsWith(`${name}=`) && scopeOf(line) === scope,
      )
      if (place === undefined) continue
      const [pair = ''] = line.split(';', 1)
      this.#text = /;\s*max-age=0\s*(;|$)/i.test(line) ? '' : pair.slice(place.name.length + 1)
    }
  }

  forBrowser(): BrowserCookie[] {
    if (this.#text === '') return []
    const { httpOnly, sameSite, path } = this.#cookie
    const [address] = this.#addresses
    // Playwright takes scheme, host and path from it, and the path up to its last slash.
    const url = new URL(path.endsWith('/') ? path : `${path}/`, address).href
    return [{ name: this.#placeAt(address).name, value: this.#text, url, httpOnly, sameSite }]
  }

  /** What tells the cookie from others where the app is at this address. */
  #placeAt(address: string): { name: string; scope: string } {
    const cleared = this.#cookie.clear(undefined, address)
    return { name: cleared.slice(0, cleared.indexOf('=')), scope: scopeOf(cleared) }
  }
}

function linesOf(source: CookieSource): readonly string[] {
  if (source === undefined) return []
  if (typeof source === 'string') return [source]
  return 'headers' in source ? source.headers.getSetCookie() : source
}

/** The attributes that make it another cookie than one of the same name. */
function scopeOf(line: string): string {
  const attributes = line.split(';').slice(1)
  const found = attributes
    .map((text) => text.trim())
    .filter((text) => /^(domain|path)=/i.test(text))
  return found.sort().join(';').toLowerCase()
}
