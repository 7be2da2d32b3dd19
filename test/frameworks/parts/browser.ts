import assert from 'node:assert/strict'
import { createSessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate } from 'coatcheck/testing'

/** Who visits a really running server: the cookies that it sets come back with the next request. */
export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  get cookies(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Sends a request. Redirects are not followed. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), Cookie: this.cookies }
    const response = await fetch(this.#origin + path, { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  async text(path: string): Promise<string> {
    return (await this.send(path)).text()
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse(await this.text(path))
  }
}

/** A cookie and a storage whose store can be held or made to fail. */
export function createParts(name = '__Host-session') {
  const gate = createGate(createMemoryStore())
  const storage = createSessionStorage(gate.store, { onEvent() {} })
  const cookie = createCookie(name, { secrets: ['a key of these tests: 9Yt2-Lm4x-Kq7R'] })
  return { cookie, storage, gate }
}

export function isConfig(pattern: RegExp) {
  return (error: unknown) => {
    assert.equal((error as { code?: unknown }).code, 'ERR_SESSION_CONFIG')
    assert.match((error as Error).message, pattern)
    return true
  }
}
