import { CookieJar } from './jar.ts'

/** What serves requests: a `withSession` handler, or a router's `fetch`. */
export type Serve = (request: Request) => Promise<Response>

/** Somebody with a browser: the cookies that responses set come back with the next request. */
export class Visitor {
  readonly jar: CookieJar
  readonly #serve: Serve
  readonly #origin: string

  constructor(serve: Serve, { origin = 'https://shop.example', jar = new CookieJar() } = {}) {
    this.#serve = serve
    this.#origin = origin
    this.jar = jar
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = this.#origin + path
    const headers = new Headers(init.headers)
    const cookies = this.jar.headerFor(url)
    if (cookies !== null) headers.set('Cookie', cookies)
    const response = await this.#serve(new Request(url, { ...init, headers }))
    this.jar.take(url, response.headers.getSetCookie())
    return response
  }

  get(path = '/', headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { headers })
  }

  async text(path = '/', headers: Record<string, string> = {}): Promise<string> {
    return (await this.get(path, headers)).text()
  }

  post(path = '/', fields: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  /** Somebody else with a copy of the cookies of now: a thief, or a second tab. */
  copy(): Visitor {
    const twin = new Visitor(this.#serve, { origin: this.#origin })
    const cookies = this.jar.headerFor(`${this.#origin}/`) ?? ''
    const lines = cookies.split('; ').filter((pair) => pair !== '')
    twin.jar.take(
      this.#origin,
      lines.map((pair) => `${pair}; Path=/`),
    )
    return twin
  }
}
