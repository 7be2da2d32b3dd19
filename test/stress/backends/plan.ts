import type { VisitKind } from './history.ts'
import type { Random } from './random.ts'
import type { ClockSettings } from './session-clock.ts'
import type { Rush } from './rush.ts'
import type { Sabotage } from './sabotage.ts'
import type { Act } from './scene.ts'

/* What a process is told to do. */

export interface Plan {
  address: string
  /** Names the process, and this run's users. */
  process: string
  run: string
  seed: number
  /** Of all processes. */
  lanes: readonly string[]
  /** Those of this process. */
  ownLanes: readonly string[]
  /** How many visits each lane makes; `endless`: until it is told to stop, so many for each round. */
  visits: number
  endless: boolean
  journal: string
  clock: ClockSettings
  /** By how much the clocks may differ, in milliseconds of the sessions' clock. */
  tolerance: number
  /** Seconds that an operation of the store may take. */
  timeout: number
  /** The longest usual pause between reading and saving, in milliseconds. */
  longestPause: number
  sabotage?: Sabotage | undefined
}

export type Message =
  /** Logins of one user at the same time, and what they came to. */
  | { do: 'rush'; rush: Rush }
  /** A part in the end of sessions. */
  | { do: 'act'; act: Act }
  | { do: 'open'; plan: Plan }
  /** Sessions for all to begin with. */
  | { do: 'begin' }
  | { do: 'run' }
  /** After so many visits more of each lane. */
  | { do: 'stop'; lastVisits: number }
  /** Reads everything that there may be. */
  | { do: 'look'; issued: { cookie: string; brief: boolean }[] }
  | { do: 'close' }
  | { do: 'know'; slot: number; cookie: string }

/** Milliseconds of the sessions' clock; a real millisecond is `speed` of them. */
export const usualSpeed = 500
export const grace = 100_000
export const brief = { idle: 40_000, absolute: 200_000 }

const longSlots = 8
const briefSlots = 3
const windowSize = 2

export const slots: readonly number[] = Array.from(
  { length: longSlots + briefSlots },
  (_, slot) => slot,
)

/** One of each kind. */
export const examples = { long: 0, brief: longSlots } as const

export function isBrief(slot: number): boolean {
  return slot >= longSlots
}

/** Lanes go on from session to session together, so that they meet. */
export function slotAt(progress: number, random: Random): number {
  if (random.percent(20)) return longSlots + random.below(briefSlots)
  const first = Math.floor(progress * (longSlots - windowSize + 1))
  return first + random.below(windowSize)
}

export function userOf(slot: number, run: string): string {
  return `${run}-${slot % 4}`
}

export function usersOf(run: string): string[] {
  return [...new Set(slots.map((slot) => userOf(slot, run)))]
}

/** What is done, and how often in comparison. */
export type Deed = VisitKind | 'revoke' | 'revokeAll' | 'list' | 'sweep'

export const deeds: Readonly<Record<'long' | 'brief', Readonly<Partial<Record<Deed, number>>>>> = {
  long: {
    look: 70,
    count: 180,
    set: 80,
    flash: 60,
    rotate: 40,
    kill: 12,
    login: 30,
    destroy: 10,
    arrive: 16,
    revoke: 5,
    revokeAll: 4,
    list: 12,
    sweep: 6,
  },
  brief: { look: 60, count: 20, login: 6, arrive: 24, destroy: 8, sweep: 4 },
}
