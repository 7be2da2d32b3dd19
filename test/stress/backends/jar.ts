import type { Random } from './random.ts'

export interface Issued {
  slot: number
  cookie: string
}

/** How many of a slot's cookies are remembered. */
const most = 5

/** The cookies that a process knows of: those of one slot were, as far as it knows, one visitor's. */
export class Jar {
  readonly #slots = new Map<number, string[]>()

  add({ slot, cookie }: Issued): void {
    const known = this.#slots.get(slot) ?? []
    if (known.includes(cookie)) return
    this.#slots.set(slot, [...known, cookie].slice(-most))
  }

  /** Mostly the newest one; and sometimes one that should have been forgotten. */
  pick(slot: number, random: Random): string | undefined {
    const known = this.#slots.get(slot)
    if (known === undefined) return undefined
    return random.percent(70) ? known.at(-1) : random.pick(known)
  }
}
