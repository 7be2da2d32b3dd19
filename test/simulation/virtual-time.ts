import { patience } from '../patience.ts'
import type { Random } from './random.ts'

interface Waiting {
  at: number
  /** Decides between those that are due in the same millisecond. */
  lot: number
  wake: () => void
}

const { setImmediate: turn, setTimeout: sleep } = globalThis
/** Turns of the event loop after which what is waited for must be a disk or the like. */
const busyTurns = 50

/**
 * A clock that moves on only when everybody waits, to the moment for which somebody waits. So a whole
 * day takes milliseconds, and the order of everything follows from the seed. Timers of the library and its chance (the
 * pauses before another try) belong to it while it runs.
 */
export class VirtualTime {
  readonly #random: Random
  readonly #waiting: Set<Waiting> = new Set()
  #time: number
  #steps = 0

  constructor(random: Random, start: number = Date.UTC(2026, 0, 1)) {
    this.#random = random
    this.#time = start
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#time

  /** A number that grows with each call: what happened before what. */
  step(): number {
    return ++this.#steps
  }

  /** Milliseconds. Those who wait for the same moment come in any order. */
  delay(milliseconds: number): Promise<void> {
    return new Promise((wake) => void this.#wait(milliseconds, wake))
  }

  #wait(milliseconds: number, wake: () => void): Waiting {
    const at = this.#time + Math.max(0, Math.ceil(milliseconds))
    const waiting = { at, lot: this.#random.next(), wake }
    this.#waiting.add(waiting)
    return waiting
  }

  /** Runs it, and all that it waits for, to its end. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const giveBack = this.#takeTimers()
    try {
      let isOver = false
      const running = work().finally(() => (isOver = true))
      // Whoever waits for it may come later.
      running.catch(() => {})
      let idleTurns = 0
      let idleSince = performance.now()
      for (;;) {
        await new Promise<void>((go) => void (idleTurns > busyTurns ? sleep(go, 1) : turn(go)))
        if (isOver) return await running
        const next = this.#next()
        if (next === undefined) {
          if (idleTurns++ === 0) idleSince = performance.now()
          if (performance.now() - idleSince < patience) continue
          throw new Error('Everybody waits, and nobody for the clock')
        }
        idleTurns = 0
        this.#waiting.delete(next)
        this.#time = next.at
        next.wake()
      }
    } finally {
      giveBack()
    }
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined
    for (const one of this.#waiting) {
      if (!first || one.at < first.at || (one.at === first.at && one.lot < first.lot)) first = one
    }
    return first
  }

  #takeTimers(): () => void {
    const { setTimeout, clearTimeout } = globalThis
    const { random } = Math
    const set = (wake: (...args: unknown[]) => void, after = 0, ...args: unknown[]) => {
      const waiting = this.#wait(after, () => wake(...args))
      return { ...waiting, waiting, ref() {}, unref() {}, hasRef: () => true }
    }
    globalThis.setTimeout = set as unknown as typeof setTimeout
    globalThis.clearTimeout = ((timer: { waiting?: Waiting } | undefined) => {
      if (timer?.waiting === undefined) clearTimeout(timer as never)
      else this.#waiting.delete(timer.waiting)
    }) as typeof clearTimeout
    Math.random = () => this.#random.next()
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout })
      Math.random = random
    }
  }
}
