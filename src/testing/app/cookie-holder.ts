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

/** The session cookie that a browser would hold for an app at this address. */
export class CookieHolder {
  readonly #cookie: Cookie
  readonly #url: string
  /** `name=value`, as a Cookie header has it, or nothing. */
  #pair = ''

  constructor(cookie: Cookie, url: string) {
    this.#cookie = cookie
    this.#url = url
  }

  get header(): string {
    return this.#pair
  }

  drop(): void {
    this.#pair = ''
  }

  /** The value for the storage, as the app's middleware finds it. */
  async value(): Promise<string | null> {
    return this.#cookie.parse(this.#pair, this.#url)
  }

  /** Takes what a storage's `save()` returned. */
  async keep(value: string | null): Promise<void> {
    if (value === '') this.drop()
    else if (value !== null) this.take(await this.#cookie.serialize(value, undefined, this.#url))
  }

  /** Takes the session cookie of a response, if it sets or clears it. */
  take(source: CookieSource): void {
    const cleared = this.#cookie.clear(undefined, this.#url)
    const scope = scopeOf(cleared)
    const name = cleared.slice(0, cleared.indexOf('='))
    for (const line of linesOf(source)) {
      // The same name in another scope is another cookie: the app clears those that others may have planted.
      if (!line.startsWith(`${name}=`) || scopeOf(line) !== scope) continue
      const [pair = ''] = line.split(';', 1)
      const isGone = pair === `${name}=` || /;\s*max-age=0\s*(;|$)/i.test(line)
      this.#pair = isGone ? '' : pair
    }
  }

  forBrowser(): BrowserCookie[] {
    if (this.#pair === '') return []
    const { httpOnly, sameSite, path } = this.#cookie
    const at = this.#pair.indexOf('=')
    // Playwright takes scheme, host and path from it, and the path up to its last slash.
    const url = new URL(path.endsWith('/') ? path : `${path}/`, this.#url).href
    return [
      { name: this.#pair.slice(0, at), value: this.#pair.slice(at + 1), url, httpOnly, sameSite },
    ]
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
