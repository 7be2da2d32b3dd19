import { createHash } from 'node:crypto'

/** Chance that is the same each time for the same seed. */
export class Random {
  readonly #seed: string
  #drawn = 0

  constructor(seed: string) {
    this.#seed = seed
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    const digest = createHash('sha256')
      .update(`${this.#seed} ${this.#drawn++}`)
      .digest()
    return digest.readUInt32BE() % end
  }

  /** True in so many of a hundred times. */
  percent(many: number): boolean {
    return this.below(100) < many
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }

  /** A name, as often as its number says in comparison with the others. */
  weighed<T extends string>(weights: Readonly<Partial<Record<T, number>>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    return entries.find(([, weight]) => (left -= weight) < 0)![0]
  }
}
