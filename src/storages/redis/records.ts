import { type Send, textOf } from './connection.ts'
import { Script } from './script.ts'
import {
  comesAfter,
  formatHeading,
  type Heading,
  longestHeading,
  nameLength,
  type Parts,
  separate,
  tagLength,
  together,
} from './record-text.ts'

/**
 * KEYS record; ARGV name of the version to replace, new text, milliseconds to live. A client that lost its
 * connection may send this twice. The second time it finds what it wrote itself, or what others have written on top
 * of that since: either is a success.
 */
const swap = new Script(`
local line = string.match(redis.call('GETRANGE', KEYS[1], 0, ${longestHeading - 1}), '^[^\\n]*')
if line == '' then return 0 end
local name = string.sub(line, 1, ${nameLength})
if name == ARGV[1] or name == string.sub(ARGV[2], 1, ${nameLength}) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return string.find(line, string.sub(ARGV[2], 1, ${tagLength}), ${nameLength + 1}, true) and 1 or 0
`)

/**
 * KEYS record; ARGV whether it must write something. A life of 0 milliseconds deletes, and is in the list of commands that
 * docs/redis.md allows; GETDEL came with Redis 6.2 only. It writes also if there is nothing to delete, so that WAIT has
 * something to wait for: on a connection that has written nothing, as after a retry, newer servers let it pass.
 */
const erase = new Script(`
local text = redis.call('GET', KEYS[1])
if not text and ARGV[1] == '1' then redis.call('SET', KEYS[1], '') end
if text or ARGV[1] == '1' then redis.call('PEXPIRE', KEYS[1], 0) end
return text
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
    if (found === undefined || this.hasEnded(found.heading)) return undefined
    return { version: found.version, value: found.value }
  }

  hasEnded(heading: Heading | undefined): boolean {
    return heading !== undefined && heading.expiresAt <= this.#now()
  }

  /** Writes where there is nothing, or nothing that is alive. Returns the version, or undefined if it did not. */
  async create(
    send: Send,
    key: string,
    heading: Heading,
    value: string,
  ): Promise<string | undefined> {
    const place = this.#prefix + key
    const version = formatHeading(heading)
    const text = together(version, value)
    const made = await send(place, 'SET', place, text, 'NX', 'PX', this.#lifeOf(heading))
    if (textOf(made) === 'OK') return version
    const found = await this.#find(send, key)
    if (found === undefined) return undefined
    const there = found.heading
    // Our own, if the client sent it twice.
    if (there !== undefined && comesAfter(there, heading.name)) return version
    if (!this.hasEnded(there)) return undefined
    return this.replace(send, key, found.version, heading, value)
  }

  /** Writes in the place of this version. Returns the new one, or undefined if it did not. */
  async replace(
    send: Send,
    key: string,
    replaces: string,
    heading: Heading,
    value: string,
  ): Promise<string | undefined> {
    const version = formatHeading(heading)
    const text = together(version, value)
    const name = replaces.slice(0, nameLength)
    const place = this.#prefix + key
    const done = await swap.run(send, place, name, text, this.#lifeOf(heading))
    return Number(done) === 1 ? version : undefined
  }

  /**
   * @param isAwaited Whether it will be asked whether replicas know of it.
   * @returns The heading of what it deleted, if that was one of ours.
   */
  async delete(send: Send, key: string, isAwaited: boolean): Promise<Heading | undefined> {
    const place = this.#prefix + key
    const text = textOf(await erase.run(send, place, isAwaited ? '1' : '0'))
    return text === undefined ? undefined : separate(text).heading
  }

  /** Whether the record is the one that was written with this name, or one that came after it. */
  async has(send: Send, key: string, name: string): Promise<boolean> {
    const there = (await this.#find(send, key))?.heading
    return there !== undefined && comesAfter(there, name)
  }

  async isGone(send: Send, key: string): Promise<boolean> {
    return (await this.#find(send, key)) === undefined
  }

  async #find(send: Send, key: string): Promise<Parts | undefined> {
    const place = this.#prefix + key
    const text = textOf(await send(place, 'GET', place))
    return text === undefined ? undefined : separate(text)
  }

  /** In milliseconds, and relative: so the server's clock need not agree with ours. */
  #lifeOf({ expiresAt }: Heading): string {
    return String(Math.max(Math.ceil(expiresAt - this.#now()), 1))
  }
}
