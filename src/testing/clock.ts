/** A clock that a test moves. Instants and durations are milliseconds. */
export interface TestClock {
  now(): number
  /** Lets time pass. With a backend that has a clock of its own this really waits. */
  pass(milliseconds: number): void | Promise<void>
}

/** A clock that stands still until it is told to move. */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): TestClock {
  let time = start
  return {
    now: () => time,
    pass(milliseconds) {
      time += milliseconds
    },
  }
}
