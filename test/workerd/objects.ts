import {
  createDurableObjectStore,
  type DurableObjects,
  type DurableObjectStoreOptions,
} from 'coatcheck/cloudflare-storage'
import type { IndexedStore } from 'coatcheck'
import { type Look, probe } from './probed-object.ts'
import { patience } from '../patience.ts'

/* What tests do with Durable Objects around the store: look into them, kill them, come between. */

type Asked = 'read' | 'write' | 'delete' | 'add' | 'remove' | 'keys'

interface Question {
  do: Asked
  limit?: number
  after?: string
}

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
    const meddle = async (question: Question) => (await before!(question.do), question)
    const objects = before === undefined ? this.#objects : meddling(this.#objects, meddle)
    return createDurableObjectStore(objects, { prefix: this.prefix, ...options })
  }

  /** A store whose objects are of a release that listed everything at once. */
  storeOfOldObjects(): IndexedStore {
    const objects = meddling(this.#objects, ({ limit: _, after: __, ...question }) => question)
    return createDurableObjectStore(objects, { prefix: this.prefix })
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

  /** Lists so many keys for a user, each until then: sooner than with so many records. */
  async fill(owner: string, many: number, until: (i: number) => number): Promise<Look> {
    const questions = Array.from({ length: many }, (_, i) => {
      const key = `k${String(i).padStart(4, '0')}`
      return { do: 'add', key, token: 't', until: until(i) }
    })
    return this.#ask(await listOf(owner), '/ask', JSON.stringify(questions))
  }

  async #ask(name: string, path: string, body: string = ''): Promise<Look> {
    const stub = this.#objects.get(this.#objects.idFromName(this.prefix + name))
    const response = await stub.fetch(`${probe}${path}`, { method: 'POST', body })
    return (await response.json()) as Look
  }
}

function meddling(
  objects: DurableObjects,
  meddle: (question: Question) => Promise<Question> | Question,
): DurableObjects {
  return {
    idFromName: (name) => objects.idFromName(name),
    get: (id) => ({
      async fetch(url, init) {
        const body = JSON.stringify(await meddle(JSON.parse(init.body) as Question))
        return objects.get(id).fetch(url, { ...init, body })
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
  const end = Date.now() + patience
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`it never came to be: ${what}`)
    await sleep(20)
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
