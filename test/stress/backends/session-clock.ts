import { hrtime } from 'node:process'
import type { Moment } from './history.ts'

/** A clock that all processes of a machine have in common. */
export interface ClockSettings {
  /** Microseconds of the machine's clock when it was started. */
  startedAt: number
  /** What it showed then, in milliseconds since the epoch. */
  origin: number
  /** How much faster it runs, so that timeouts of minutes can be lived through. */
  speed: number
  /** How far it is wrong in this process, in milliseconds. */
  skew: number
}

/** Microseconds of the machine's clock (CLOCK_MONOTONIC). */
export function machineTime(): number {
  return Number(hrtime.bigint() / 1000n)
}

export class SessionClock {
  readonly #settings: ClockSettings

  constructor(settings: ClockSettings) {
    this.#settings = settings
  }

  /** Right, whatever this process believes. */
  moment(): Moment {
    const { startedAt, origin, speed } = this.#settings
    const at = machineTime()
    return { at, clock: Math.floor(origin + ((at - startedAt) / 1000) * speed) }
  }

  /** What a storage in this process is told. */
  now(): number {
    return this.moment().clock + this.#settings.skew
  }
}
