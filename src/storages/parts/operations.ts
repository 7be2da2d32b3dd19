import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { afterArrivals } from '../../core/runtime/platform.ts'
import { UnderWay } from '../../core/store/under-way.ts'
import { unref } from '../../core/runtime/time.ts'

/** The option of every store that talks to a server. */
export interface DeadlineOptions {
  /** Seconds after which an operation counts as failed, whatever becomes of it: 0.01 to 60. Default 2. */
  timeout?: number | undefined
}

export const deadlineKinds: OptionKinds<DeadlineOptions> = { timeout: 'number' }

/** Operations that were given up but have not ended: with so many, a backend that is silent is taken to be away. */
const mostGivenUp = 1000
/** And with so many, one that answers others, as a cluster does of which one server is silent. */
const mostOfPart = 10_000
/** Milliseconds for which they are counted, if they never end: answers get lost, and that must not add up for ever. */
const remembered = 60_000

/**
 * What a store asks of a backend that may be slow, away or silent. Each operation has a deadline: one that takes
 * longer rejects, and what it was waiting for goes nowhere. While many that were given up still wait inside the
 * driver, what is asked for fails at once, but for one in a while that may find the backend again. Closing waits for
 * what is under way.
 */
export class Operations {
  readonly #timeout: number
  readonly #underWay = new UnderWay()
  #givenUp = 0
  /** On the clock of `performance.now()`. */
  #answeredAt = Number.NEGATIVE_INFINITY
  #begunAt = Number.NEGATIVE_INFINITY

  /** @throws {SessionError} `ERR_SESSION_CONFIG` if the timeout is out of bounds. */
  constructor({ timeout = 2 }: DeadlineOptions) {
    if (typeof timeout !== 'number' || !(timeout >= 0.01 && timeout <= 60)) {
      throw configError(`timeout must be from 0.01 to 60 seconds, got ${String(timeout)}`)
    }
    this.#timeout = timeout
  }

  /**
   * @param start May ask before each of several steps whether it is still in time: what was reported as failed
   * must not go on behind the caller's back.
   * @throws {Error} With the code `ETIMEDOUT`, or `ERR_STORE_CLOSED` once it is closed.
   */
  run<T>(start: (assertInTime: () => void) => Promise<T>): Promise<T> {
    // One promise of its own: `Promise.race` makes several, and every request waits for this.
    return new Promise((resolve, reject) => {
      this.#underWay.assertOpen()
      if (this.#givenUp >= mostGivenUp) this.#assertFound()
      let isLate = false
      let isSettled = false
      const assertInTime = (): void => {
        if (isLate) throw timeoutError('It took too long')
      }
      // A client of the app's may give something else than a promise.
      const work = Promise.resolve(start(assertInTime))
      this.#underWay.begin()
      const expire = (): void => {
        if (isSettled) return
        isLate = true
        this.#underWay.end()
        this.#giveUp(work)
        reject(timeoutError(`No answer within ${this.#timeout} seconds`))
      }
      // A process that was busy itself may have the answer, and only has to read it.
      const timer = setTimeout(() => afterArrivals(expire), this.#timeout * 1000)
      const settling =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          isSettled = true
          clearTimeout(timer)
          if (!isLate) {
            this.#answeredAt = performance.now()
            this.#underWay.end()
          }
          settle(value)
        }
      work.then(settling(resolve), settling(reject))
    })
  }

  /** Waits for what is under way; then it is let go. Idempotent. */
  close(letGo: () => unknown = () => {}): Promise<void> {
    return this.#underWay.close(letGo)
  }

  /** @throws {Error} Unless the backend has answered lately, or has not been tried for as long. */
  #assertFound(): void {
    const lately = performance.now() - this.#timeout * 1000
    const isSilent = this.#answeredAt < lately || this.#givenUp >= mostOfPart
    if (isSilent && this.#begunAt >= lately) {
      throw timeoutError(`${this.#givenUp} earlier operations have no answer yet`)
    }
    this.#begunAt = performance.now()
  }

  #giveUp(work: Promise<unknown>): void {
    this.#givenUp++
    let isCounted = true
    const end = (): void => {
      if (isCounted) this.#givenUp--
      isCounted = false
    }
    work.then(end, end)
    const timer = setTimeout(end, remembered)
    unref(timer)
  }
}

export function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}
