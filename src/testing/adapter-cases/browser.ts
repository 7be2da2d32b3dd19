/** What one visitor's browser does with cookies, as far as the cases need it. */
export class Browser {
  readonly #origin: string
  readonly #jar = new Map<string, string>()
  readonly #bodies: Promise<unknown>[]

  /** Every body that begins to come is noted in `bodies`. */
  constructor(origin: string, bodies: Promise<unknown>[]) {
    this.#origin = origin
    this.#bodies = bodies
  }

  /** Another browser with the same cookies: of somebody who copied them. */
  copy(): Browser {
    const copy = new Browser(this.#origin, this.#bodies)
    for (const [name, value] of this.#jar) copy.#jar.set(name, value)
    return copy
  }

  get cookies(): readonly string[] {
    return Array.from(this.#jar, ([name, value]) => `${name}=${value}`)
  }

  /** Sends a request, and keeps the cookies of the response. Redirects are not followed. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), Cookie: this.cookies.join('; ') }
    const response = await fetch(this.#origin + path, { redirect: 'manual', ...init, headers })
    this.#bodies.push(response.clone().arrayBuffer())
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  async text(path: string): Promise<string> {
    return (await this.send(path)).text()
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    if (/;\s*max-age=0/i.test(line)) this.#jar.delete(name)
    else this.#jar.set(name, pair.slice(name.length + 1))
  }
}
