import { type Send, textOf } from './connection.ts'
import { Script } from './script.ts'
import {
  formatHeading,
  type Heading,
  nameLength,
  parseHeading,
  separate,
  together,
} from './record-text.ts'

/**
 * KEYS record; ARGV name of the version to replace, new text, milliseconds to live. A client that lost its
 * connection may send this twice: the second time it finds what it wrote itself, and that is a success.
 */
const swap = new Script(`
local name = redis.call('GETRANGE', KEYS[1], 0, ${nameLength - 1})
if name == '' then return 0 end
if name == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return name == string.sub(ARGV[2], 1, ${nameLength}) and 1 or 0
`)

/** Reads and writes records, one string each. What has expired is decided by our clock, and not by the server's. */
export class Records {
  readonly #prefix: string
  readonly #now: () => number

  constructor(prefix: string, now: () => number) {
    this.#prefix = prefix
    this.#now = now
  }

  async read(send: Send, key: string): Promise<{ version: string; value: string } | undefined> {
    const found = await this.#find(send, key)
    return found && !this.hasEnded(parseHeading(found.version)) ? found : undefined
  }

  hasEnded(heading: Heading | undefined): boolean {
    return heading !== undefined && heading.expiresAt <= this.#now()
  }

  /** Writes where there is nothing, or nothing that is alive. Returns whether it did. */
  async create(send: Send, key: string, heading: Heading, value: string): Promise<boolean> {
    const place = this.#prefix + key
    const text = together(formatHeading(heading), value)
    const made = await send(place, 'SET', place, text, 'NX', 'PX', this.#lifeOf(heading))
    if (made !== null) return true
    const found = await this.#find(send, key)
    if (found === undefined) return false
    const there = parseHeading(found.version)
    // Our own, if the client sent it twice.
    if (there?.name === heading.name) return true
    return this.hasEnded(there) && this.replace(send, key, found.version, heading, value)
  }

  /** Writes in the place of this version. Returns whether it did. */
  async replace(
    send: Send,
    key: string,
    version: string,
    heading: Heading,
    value: string,
  ): Promise<boolean> {
    const text = together(formatHeading(heading), value)
    const name = version.slice(0, nameLength)
    const place = this.#prefix + key
    return Number(await swap.run(send, place, name, text, this.#lifeOf(heading))) === 1
  }

  /** Returns the heading of what it deleted, if that was one of ours. */
  async delete(send: Send, key: string): Promise<Heading | undefined> {
    const place = this.#prefix + key
    const text = textOf(await send(place, 'GETDEL', place))
    return text === undefined ? undefined : parseHeading(separate(text).version)
  }

  async #find(send: Send, key: string): Promise<{ version: string; value: string } | undefined> {
    const place = this.#prefix + key
    const text = textOf(await send(place, 'GET', place))
    return text === undefined ? undefined : separate(text)
  }

  /** In milliseconds, and relative: so the server's clock need not agree with ours. */
  #lifeOf({ expiresAt }: Heading): string {
    return String(Math.max(expiresAt - this.#now(), 1))
  }
}
