import { warnOnce } from '../../core/runtime/platform.ts'
import type { Send } from './connection.ts'

/**
 * Whether the server drops keys when its memory is full, which it is asked once. All of our keys expire, so policies
 * that begin with `volatile` mean them as well. What cannot be found out is taken for the right set-up: managed servers do
 * not always answer.
 */
export class Eviction {
  #answer: Promise<boolean> | undefined

  /** @param key Says which server to ask. */
  mayHappen(send: Send, key: string): Promise<boolean> {
    return (this.#answer ??= ask(send, key))
  }
}

async function ask(send: Send, key: string): Promise<boolean> {
  try {
    // Some clients of clusters ask several servers, and give a list.
    const reply = await send(key, 'INFO', 'memory')
    const text =
      reply instanceof Uint8Array ? new TextDecoder().decode(reply) : JSON.stringify(reply)
    const [, policy = 'noeviction'] = /maxmemory_policy:([a-z-]+)/.exec(text) ?? []
    if (policy === 'noeviction' || !/maxmemory:[1-9]/.test(text)) return false
    warnOnce(
      `Redis has maxmemory-policy ${policy}: when its memory is full it logs users out, and forgets which sessions ` +
        'revokeAll() has to end. Set it to noeviction.',
    )
    return true
  } catch {
    return false
  }
}
