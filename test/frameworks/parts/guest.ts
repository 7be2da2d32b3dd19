import { CookieJar } from '../jar.ts'
import { Visitor } from '../visitor.ts'

const navigation = { Accept: 'text/html', 'Sec-Fetch-Dest': 'document' }

/** Somebody who visits an example app with a browser that runs no scripts: pages are read, and forms sent as they stand. */
export class Guest {
  readonly #origin: string
  readonly #agent: string
  readonly #visitor: Visitor
  /** The page that is shown. */
  html = ''
  /** Where it came from. */
  #url: string

  constructor(origin: string, agent: string, visitor?: Visitor) {
    this.#origin = origin
    this.#url = origin
    this.#agent = agent
    // Browsers keep Secure cookies of http://localhost; the jar knows https only.
    this.#visitor =
      visitor ??
      new Visitor((request) => this.#send(request), {
        origin: origin.replace('http:', 'https:'),
        jar: new CookieJar(),
      })
  }

  /** A thief with a copy of the cookies of now. */
  copy(): Guest {
    return new Guest(this.#origin, 'thief', this.#visitor.copy())
  }

  /** In development it has no prefix where the framework says that the page came over plain http. */
  get cookie(): string | undefined {
    const { jar } = this.#visitor
    return jar.value('__Host-session') ?? jar.value('session')
  }

  get heading(): string {
    return textOf(/<h1[^>]*>(?<text>[^]*?)<\/h1>/.exec(this.html))
  }

  get notice(): string {
    return textOf(/<p [^>]*role="status"[^>]*>(?<text>[^]*?)<\/p>/.exec(this.html))
  }

  get items(): number {
    return Number(/(?<text>\d+) in the cart/.exec(withoutComments(this.html))?.groups!['text'])
  }

  get devices(): string[] {
    return [...this.html.matchAll(/<li(?:\s[^>]*)?>(?<text>[^]*?)<\/li>/g)].map((one) =>
      textOf(one),
    )
  }

  /** Asks for a page, and follows redirects. Returns the responses. */
  async open(path = '/'): Promise<Response[]> {
    this.#url = new URL(path, this.#origin).href
    return this.#follow(await this.#visitor.get(path, navigation))
  }

  /** What a script in the page asks for. */
  call(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#visitor.get(path, { ...headers, 'Sec-Fetch-Dest': 'empty' })
  }

  /** Presses a button of the page that is shown. Returns the responses: that to the form, and those after redirects. */
  async press(button: string, fields: Record<string, string> = {}): Promise<Response[]> {
    return this.#follow(await this.send(button, fields))
  }

  /** The same, without a look at where it leads. */
  async send(button: string, fields: Record<string, string> = {}): Promise<Response> {
    const forms = [...this.html.matchAll(/<form(?<start>[^>]*)>(?<inside>[^]*?)<\/form>/g)]
    const form = forms.find(({ groups }) =>
      new RegExp(`<button[^>]*>${button}</button>`).test(groups!['inside']!),
    )
    if (form === undefined) throw new Error(`No form has the button "${button}": ${this.html}`)
    const { start = '', inside = '' } = form.groups!
    const data = new FormData()
    for (const [tag] of inside.matchAll(/<input[^>]*>/g)) {
      const name = attribute(tag, 'name')
      if (name !== '') data.append(name, fields[name] ?? attribute(tag, 'value'))
    }
    const isMultipart = attribute(start, 'enctype') === 'multipart/form-data'
    const body = isMultipart
      ? data
      : new URLSearchParams(Array.from(data, ([name, value]) => [name, String(value)]))
    const headers = { ...navigation, Origin: this.#origin }
    const { pathname, search } = new URL(attribute(start, 'action') || this.#url, this.#url)
    return this.#visitor.fetch(pathname + search, { method: 'POST', body, headers })
  }

  async #follow(first: Response): Promise<Response[]> {
    const responses = [first]
    let last = first
    while (last.status >= 300 && last.status < 400) {
      this.#url = new URL(last.headers.get('location')!, this.#url).href
      const { pathname, search } = new URL(this.#url)
      last = await this.#visitor.get(pathname + search, navigation)
      responses.push(last)
    }
    this.html = await last.text()
    return responses
  }

  async #send(request: Request): Promise<Response> {
    const url = request.url.replace('https:', 'http:')
    const headers = new Headers(request.headers)
    headers.set('User-Agent', this.#agent)
    const { method, body } = request
    const init = { method, body, headers, duplex: 'half', redirect: 'manual' } as RequestInit
    const response = await fetch(url, init)
    // The server may stop before somebody reads this.
    await response.clone().arrayBuffer()
    return response
  }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="(?<value>[^"]*)"`, 'i').exec(tag)?.groups!['value'] ?? ''
  return unescaped(value)
}

function textOf(match: RegExpExecArray | null): string {
  const inside = withoutComments(match?.groups!['text'] ?? '').replace(/<[^>]*>/g, ' ')
  return unescaped(inside).replace(/\s+/g, ' ').trim()
}

/** Frameworks mark with comments where a text begins. */
function withoutComments(html: string): string {
  return html.replace(/<!--[^]*?-->/g, '')
}

function unescaped(text: string): string {
  return text
    .replace(/&quot;/g, '"')
    .replace(/&#(39|x27);/g, "'")
    .replace(/&amp;/g, '&')
}
