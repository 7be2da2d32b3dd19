/** Chance that is the same each time for the same seed. For plans of tests, where speed counts. */
export class Random {
  readonly #seed: string
  #state: number

  constructor(seed: string) {
    this.#seed = seed
    // FNV-1a, so that seeds that differ by one letter have nothing in common.
    this.#state = 0x811c9dc5
    for (let i = 0; i < seed.length; i++) {
      this.#state = Math.imul(this.#state ^ seed.charCodeAt(i), 0x01000193)
    }
  }

  /** Another one, which draws the same whatever is drawn from this one. */
  fork(name: string | number): Random {
    return new Random(`${this.#seed}/${name}`)
  }

  /** From 0 to below 1. */
  next(): number {
    // splitmix32
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** True in so many of a hundred times. */
  percent(many: number): boolean {
    return this.next() * 100 < many
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }

  /** A name, as often as its number says in comparison with the others. */
  weighed<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    return (entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1)!)[0]
  }
}
