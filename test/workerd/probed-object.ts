import { type ObjectStorage, SessionDurableObject } from 'coatcheck/cloudflare-storage'

interface ObjectState {
  storage: ObjectStorage
  abort(reason: string): void
}

/** What an object keeps. */
export interface Look {
  keys: string[]
  /** In milliseconds from now, or null if none is set. */
  alarm: number | null
  /** The most that it has read from its storage at once. */
  most: number
}

/** Where a test asks an object, and not the store. */
export const probe = 'http://probe.example'

/** An object that can be looked into, and that dies when it is told to. */
class ProbedObject extends SessionDurableObject {
  readonly #state: ObjectState
  readonly #plan: { diesAtPut: boolean; most: number }

  constructor(state: ObjectState) {
    const plan = { diesAtPut: false, most: 0 }
    const list: ObjectStorage['list'] = async (options) => {
      const found = await state.storage.list(options)
      plan.most = Math.max(plan.most, found.size)
      return found
    }
    const put: ObjectStorage['put'] = (key, value) => {
      if (plan.diesAtPut) state.abort('it died before it could write')
      return state.storage.put(key, value)
    }
    super({
      storage: Object.assign(Object.create(null), boundMethods(state.storage), { list, put }),
    })
    this.#state = state
    this.#plan = plan
  }

  override async fetch(request: Request): Promise<Response> {
    const { origin, pathname } = new URL(request.url)
    if (origin !== probe) return super.fetch(request)
    if (pathname === '/die') this.#state.abort('it was told to die')
    if (pathname === '/die-at-put') this.#plan.diesAtPut = true
    if (pathname === '/ask') {
      const questions = (await request.json()) as object[]
      for (const question of questions) {
        const body = JSON.stringify({ ...question, now: Date.now() })
        await super.fetch(new Request(request.url, { method: 'POST', body }))
      }
    }
    return Response.json(await this.#look())
  }

  async #look(): Promise<Look> {
    const { storage } = this.#state
    const alarm = await storage.getAlarm()
    return {
      keys: [...(await storage.list({ limit: 100_000 })).keys()],
      alarm: alarm && alarm - Date.now(),
      most: this.#plan.most,
    }
  }
}

/** Two classes, because it is said of a class whether its objects may use SQL. */
export class SqliteObject extends ProbedObject {}
export class KeyValueObject extends ProbedObject {}

const methods = ['get', 'delete', 'deleteAll', 'getAlarm', 'setAlarm', 'deleteAlarm'] as const

function boundMethods(storage: ObjectStorage): Partial<ObjectStorage> {
  return Object.fromEntries(
    methods.map((name) => [name, (storage[name] as () => unknown).bind(storage)]),
  )
}
