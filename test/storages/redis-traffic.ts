import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Opened } from './redis-opened.ts'
import { begin, count, end, eventually, valuesOf } from './redis-visits.ts'

/** Sessions that are alive at a time before the oldest of them ends. */
const queue = 5

/** What visitors of one storage do without a pause until they are told to stop: count, log in, log out. */
export class Traffic {
  readonly name: string
  /** When the last count failed, by `performance.now()`. */
  failedAt = 0
  /** Why, for a message. */
  failure = ''
  /** Counts that were acknowledged, of all sessions. */
  counted = 0
  /** Sessions whose end was acknowledged. */
  readonly ended: string[] = []
  readonly #one: Opened
  readonly #counts = new Map<string, { counted: number; failed: number }>()
  readonly #alive: string[] = []
  readonly #stopping = new AbortController()
  readonly #loops: Promise<void>[] = []

  constructor(one: Opened) {
    this.#one = one
    this.name = one.name
  }

  /** Begins so many sessions to count in, and as many loops that do. */
  async start({ sessions, visitors }: { sessions: number; visitors: number }): Promise<void> {
    const { storage } = this.#one
    const beginning = Array.from({ length: sessions }, () =>
      eventually(() => begin(storage, { n: 0 })),
    )
    const cookies = await Promise.all(beginning)
    for (const cookie of cookies) this.#counts.set(cookie, { counted: 0, failed: 0 })
    for (let visitor = 0; visitor < visitors; visitor++) {
      // Each has sessions of its own: who changes the same at once tries again and again.
      const own = cookies.filter((_, n) => n % visitors === visitor)
      this.#loop(async (round) => this.#count(own[round % own.length]!))
    }
    this.#loop((round) => this.#comeAndGo(round))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#loops)
  }

  /** Fails unless each count is there that was acknowledged, and each session that was begun and not ended. */
  async assertAllThere(): Promise<void> {
    const { storage, name } = this.#one
    await each(this.#counts.entries(), async ([cookie, { counted, failed }]) => {
      const { n } = await eventually(() => valuesOf(storage, cookie))
      // One that failed may have been made all the same.
      const isRight = n! >= counted && n! <= counted + failed
      assert.ok(isRight, `${name}: ${n} of ${counted} and ${failed}`)
    })
    await this.#assertNew(this.#alive, false)
  }

  /** Fails unless all sessions are there that were begun at the start. */
  assertAlive(): Promise<void> {
    return this.#assertNew(this.#counts.keys(), false)
  }

  /** Fails if a session is there that was ended. */
  assertNoneIsBack(): Promise<void> {
    return this.#assertNew(this.ended, true)
  }

  async #assertNew(cookies: Iterable<string>, isNew: boolean): Promise<void> {
    const { storage, name } = this.#one
    await each(cookies, async (cookie) => {
      assert.equal((await eventually(() => storage.read(cookie))).isNew, isNew, name)
    })
  }

  #loop(action: (round: number) => Promise<void>): void {
    const run = async (): Promise<void> => {
      for (let round = 0; !this.#stopping.signal.aborted; round++) {
        await action(round)
        // Some clients fail without asking anybody.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }
    this.#loops.push(run())
  }

  async #count(cookie: string): Promise<void> {
    const result = this.#counts.get(cookie)!
    try {
      await count(this.#one.storage, cookie)
      result.counted++
      this.counted++
    } catch (error) {
      result.failed++
      this.failedAt = performance.now()
      this.failure = inspect(error)
    }
  }

  async #comeAndGo(round: number): Promise<void> {
    const { storage, name } = this.#one
    try {
      this.#alive.push(await begin(storage, { n: 0 }, `${name} ${round % 3}`))
    } catch {
      return
    }
    if (this.#alive.length <= queue) return
    const cookie = this.#alive.shift()!
    await end(storage, cookie).then(
      () => this.ended.push(cookie),
      () => {},
    )
  }
}

async function each<T>(items: Iterable<T>, action: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(Array.from(items, action))
}
