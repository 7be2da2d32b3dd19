import {
  createDurableObjectStore,
  type DurableObjects,
  type DurableObjectStoreOptions,
} from 'coatcheck/cloudflare-storage'
import type { IndexedStore } from 'coatcheck'
import { type Look, probe } from './probed-object.ts'

/* What tests do with Durable Objects around the store: look into them, kill them, come between. */

type Asked = 'read' | 'write' | 'delete' | 'add' | 'remove' | 'keys'

let cases = 0

/** Objects of a case's own: no other has their names. */
export class CaseObjects {
  readonly #objects: DurableObjects
  readonly prefix: string = `case-${++cases}:`

  constructor(objects: DurableObjects) {
    this.#objects = objects
  }

  /** `before` is done before each question to an object. */
  store(
    options: DurableObjectStoreOptions = {},
    before?: (asked: Asked) => Promise<unknown> | void,
  ): IndexedStore {
    const objects = before === undefined ? this.#objects : meddling(this.#objects, before)
    return createDurableObjectStore(objects, { prefix: this.prefix, ...options })
  }

  look(name: string): Promise<Look> {
    return this.#ask(name, '/look')
  }

  /** As the runtime does when it deploys, moves or forgets an object: nothing but what is stored is left. */
  async kill(name: string): Promise<void> {
    await this.#ask(name, '/die').catch(() => {})
  }

  async killAtNextPut(name: string): Promise<void> {
    await this.#ask(name, '/die-at-put')
  }

  async #ask(name: string, path: string): Promise<Look> {
    const stub = this.#objects.get(this.#objects.idFromName(this.prefix + name))
    const response = await stub.fetch(`${probe}${path}`, { method: 'POST', body: '' })
    return (await response.json()) as Look
  }
}

function meddling(
  objects: DurableObjects,
  before: (asked: Asked) => Promise<unknown> | void,
): DurableObjects {
  return {
    idFromName: (name) => objects.idFromName(name),
    get: (id) => ({
      async fetch(url, init) {
        await before((JSON.parse(init.body) as { do: Asked }).do)
        return objects.get(id).fetch(url, init)
      },
    }),
  }
}

/** Where the list of a user is. */
export async function listOf(owner: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`=${owner}`))
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)))
  return `owner:${base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`
}

/** Looks again and again until it is so. */
export async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 5000
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`it never came to be: ${what}`)
    await sleep(20)
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
