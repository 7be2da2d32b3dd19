import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Long enough, and no placeholder. */
export const secret = 'Rb7vPqk2Zt9LwXy4Hd6NfGs8Jm3Cae5U'

export interface Answer {
  status: number
  text: string
  headers: Headers
  /** The Set-Cookie headers, as they came. */
  setCookies: string[]
}

/** A browser that keeps cookies, and follows nothing by itself. */
export class Visitor {
  readonly #url: string
  cookie: string

  constructor(url: string, cookie = '') {
    this.#url = url
    this.cookie = cookie
  }

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (this.cookie !== '') headers.set('cookie', this.cookie)
    const response = await fetch(this.#url + path, { redirect: 'manual', ...init, headers })
    const setCookies = response.headers.getSetCookie()
    for (const one of setCookies) {
      const [pair = ''] = one.split(';')
      this.cookie = one.includes('Max-Age=0') ? '' : pair
    }
    return {
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      setCookies,
    }
  }

  post(path: string, form: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  async json(path: string): Promise<any> {
    return JSON.parse((await this.send(path)).text)
  }

  /** Another tab, or a thief: the same cookie, kept apart from now on. */
  copy(): Visitor {
    return new Visitor(this.#url, this.cookie)
  }
}

/** Runs a server while `work` uses it. */
export async function serving<T>(
  listener: RequestListener,
  work: (visitor: Visitor, another: () => Visitor) => Promise<T>,
): Promise<T> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await work(new Visitor(url), () => new Visitor(url))
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
