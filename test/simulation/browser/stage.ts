import { createCookie } from 'coatcheck/cookie'
import { createExchange, type Exchange, type Kind, type Pace } from './exchange.ts'
import { Jar } from './jar.ts'
import { Random } from '../random.ts'
import { type Cookie, type Server, startServer } from './server.ts'
import { VirtualTime } from '../virtual-time.ts'

/** How long visits may take: `short` ends within seconds, `long` outlasts every grace. */
export type Patience = 'short' | 'long'

export interface StageOptions {
  seed: string
  maxAge: number | undefined
  patience: Patience
}

const url = new URL('https://shop.example.com/')
const secrets = ['kq3v9Zr1LwX8bT5nJ7mC2pYdF6hG4sAe']
const cookies: Map<number | undefined, Cookie> = new Map()

function cookieOf(maxAge: number | undefined): Cookie {
  const known = cookies.get(maxAge)
  const cookie = known ?? createCookie('__Host-session', { secrets, ...(maxAge && { maxAge }) })
  cookies.set(maxAge, cookie)
  return cookie
}

/** What a page may ask for beside what its visitor does. */
const visitKinds = { look: 3, add: 4, leave: 2, page: 2 } as const

/** One browser with one jar, and the server that it talks to. */
export class Stage {
  readonly time: VirtualTime
  readonly random: Random
  readonly exchanges: Exchange[] = []
  readonly trace: string[] = []
  readonly server: Server
  readonly #cookie: Cookie
  readonly #jar: Jar
  readonly #patience: Patience
  readonly #underWay: Set<Promise<unknown>> = new Set()
  readonly #names: Map<string, string> = new Map()
  readonly #began: number

  constructor({ seed, maxAge, patience }: StageOptions) {
    this.random = new Random(seed)
    this.time = new VirtualTime(this.random.fork('time'))
    this.#began = this.time.now()
    this.#jar = new Jar(this.time.now)
    this.#cookie = cookieOf(maxAge)
    this.#patience = patience
    const { time, random } = this
    this.server = startServer({ time, random: random.fork('store'), cookie: this.#cookie })
  }

  /** What the visitor does. The answer comes soon, because what they wait for they would try again. */
  act(kind: Kind, change: Partial<Pace> & { userId?: string } = {}): Promise<Exchange> {
    const { random } = this
    const pace = {
      uplink: random.between(0, 60),
      before: random.between(0, 40),
      after: random.between(0, 40),
      store: 8,
      downlink: random.percent(30) ? random.between(0, 1500) : random.between(0, 100),
    }
    return this.#send(kind, change.userId ?? 'alice', { ...pace, ...change })
  }

  /** One visit of a page or of its script. */
  visit(kind: keyof typeof visitKinds, change: Partial<Pace> = {}): Promise<Exchange> {
    return this.#send(kind, 'alice', { ...this.#pace(), ...change })
  }

  /** What the page does by itself, so many times within so many milliseconds. */
  visits(many: number, within: number, change: Partial<Pace> = {}): void {
    for (let i = 0; i < many; i++) {
      const kind = this.random.weighed(visitKinds)
      const after = this.random.between(0, within)
      this.#follow(this.time.delay(after).then(() => this.visit(kind, change)))
    }
  }

  /** Until every response has arrived. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #pace(): Pace {
    const { random } = this
    const slow = this.#patience === 'long' && random.percent(50) ? 90_000 : 0
    const any = (usual: number) => random.between(0, random.percent(50) ? slow || usual : usual)
    return {
      // What was sent reaches the server within the seconds for which it knows the id before: see `limits.ts`.
      uplink: random.between(0, random.percent(20) ? 1000 : 60),
      before: any(60),
      after: any(60),
      store: random.percent(20) ? 40 : 8,
      downlink: any(random.percent(30) ? 1500 : 100),
    }
  }

  #follow<T>(work: Promise<T>): Promise<T> {
    const followed = work.finally(() => this.#underWay.delete(followed))
    this.#underWay.add(followed)
    return followed
  }

  #send(kind: Kind, userId: string, pace: Pace): Promise<Exchange> {
    const exchange = createExchange(`${kind}-${this.exchanges.length}`, kind, userId, pace)
    this.exchanges.push(exchange)
    return this.#follow(this.#exchange(exchange))
  }

  async #exchange(exchange: Exchange): Promise<Exchange> {
    const { uplink, downlink } = exchange.pace
    const cookie = this.#jar.header(url)
    exchange.sent = await this.#cookie.parse(cookie)
    this.#note(exchange, `sent with ${this.#nameOf(exchange.sent)}`)
    // A page uses up all flash messages, everything else is a script's fetch.
    const destination = exchange.kind === 'page' ? 'document' : 'empty'
    const headers = { 'Sec-Fetch-Dest': destination, ...(cookie !== '' && { cookie }) }
    const request = new Request(url, { headers })
    await this.time.delay(uplink)
    this.#note(exchange, 'reaches the server')
    const response = await this.server.answer(request, exchange)
    const setCookies = response.headers.getSetCookie()
    for (const header of setCookies) {
      exchange.set = (await this.#cookie.parse(header.split(';')[0]!)) ?? ''
    }
    const set = exchange.set === null ? '' : ` and sets ${this.#nameOf(exchange.set)}`
    const { status, says, events } = exchange
    this.#note(
      exchange,
      `answers ${status} ${says.userId ?? 'nobody'}${set} (${events.join(', ')})`,
    )
    await this.time.delay(downlink)
    for (const header of setCookies) this.#jar.accept(header, url)
    this.#note(exchange, 'has arrived')
    return exchange
  }

  #note({ name }: Exchange, what: string): void {
    this.trace.push(`${this.time.now() - this.#began} ms  ${name} ${what}`)
  }

  /** Ids by short names: they are different each time. */
  #nameOf(id: string | null): string {
    if (!id) return 'no cookie'
    const name = this.#names.get(id) ?? `id ${this.#names.size + 1}`
    this.#names.set(id, name)
    return name
  }
}
