import { randomBytes } from '../../core/runtime/random.ts'
import { isBusy } from './database.ts'

const longestPause = 25

/**
 * Does again, until it is too late, what somebody else keeps from being done: without blocking this process for
 * longer than SQLite itself does, however many operations wait. One tries; if it finds the database busy, all leave
 * it alone for a while, and then the one that has waited longest tries.
 */
export class WhenFree {
  readonly #timeout: number
  #pause: Promise<void> | undefined
  #lastError: unknown

  /** @param timeout In milliseconds, for each operation. */
  constructor(timeout: number) {
    this.#timeout = timeout
  }

  /** @throws What SQLite said last, if it was busy all the time; and what `work` throws for other reasons. */
  async run<T>(work: () => T): Promise<T> {
    const end = performance.now() + this.#timeout
    for (;;) {
      if (this.#pause === undefined) {
        try {
          return work()
        } catch (error) {
          if (!isBusy(error)) throw error
          this.#lastError = error
          this.#pause = this.#rest()
        }
      }
      if (performance.now() >= end) throw this.#lastError
      await this.#pause
    }
  }

  async #rest(): Promise<void> {
    const pause = 1 + (randomBytes(1)[0]! / 255) * longestPause
    await new Promise((resolve) => setTimeout(resolve, pause))
    this.#pause = undefined
  }
}
