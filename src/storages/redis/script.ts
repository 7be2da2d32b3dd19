import type { MaybePromise } from '../../core/runtime/maybe-promise.ts'
import type { Send } from './connection.ts'

/** A script that works on one key, and so on clusters too. It is sent by its hash, which servers remember. */
export class Script {
  readonly #source: string
  #hash: MaybePromise<string> | undefined

  constructor(source: string) {
    this.#source = source
  }

  async run(send: Send, key: string, ...args: string[]): Promise<unknown> {
    this.#hash ??= sha1(this.#source)
    const hash = typeof this.#hash === 'string' ? this.#hash : (this.#hash = await this.#hash)
    try {
      return await send(key, 'EVALSHA', hash, '1', key, ...args)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return send(key, 'EVAL', this.#source, '1', key, ...args)
    }
  }
}

/** The server was restarted, replaced by its replica, or told to forget its scripts. GLIDE has a word of its own. */
function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && /\bNOSCRIPT\b|NoScriptError/.test(error.message)
}

/** What the protocol asks for: it protects nothing. */
async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
