/*
 * Most requests look at few values of a session, change one or none, and leave the others as they are. So a value that came
 * as JSON is parsed when somebody asks for it, and what nobody can have changed is not printed again: of a record of 1 KB
 * the one took a quarter of a request, and the other a third.
 */

/** Fewest characters of a record's text for which that is done: with 100 B of data it took 4 % more time than to print all. */
export const worthKnowing = 512

/** A value that nobody can have changed, and its JSON: of the two one is there, and the other once somebody asks for it. */
class Printed {
  #json: string | undefined
  #value: unknown

  constructor(json: string | undefined, value?: unknown) {
    this.#json = json
    this.#value = value
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.#value))
  }

  get value(): unknown {
    // No JSON stands for undefined.
    if (this.#value === undefined) this.#value = JSON.parse(this.#json!)
    return this.#value
  }
}

function valueOf(one: unknown): unknown {
  return one instanceof Printed ? one.value : one
}

/** Values that know the JSON of those that nobody can have changed. One that is set is not among these. */
export class PrintedValues extends Map<string, unknown> {
  /** The same values, which other requests may have and nobody changes. */
  static of(values: ReadonlyMap<string, unknown>): PrintedValues {
    const printed = new PrintedValues()
    for (const [key, value] of values) printed.set(key, new Printed(undefined, value))
    return printed
  }

  /** The same values, to be changed apart from these. */
  copy(): PrintedValues {
    const copy = new PrintedValues()
    for (const [key, one] of super.entries()) copy.set(key, one)
    return copy
  }

  /** A value of which only the JSON is there. */
  add(key: string, json: string): void {
    this.set(key, new Printed(json))
  }

  /** The JSON of a value before the app has it, which may change it then. */
  release(key: string): string | undefined {
    const one = super.get(key)
    if (!(one instanceof Printed)) return undefined
    this.set(key, one.value)
    return one.json
  }

  /** The JSON of all, as `JSON.stringify` makes it of an object. */
  print(): string {
    let json = ''
    for (const [key, one] of super.entries()) {
      const value = one instanceof Printed ? one.json : JSON.stringify(one)
      json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${value}`
    }
    return `{${json}}`
  }

  override get(key: string): unknown {
    return valueOf(super.get(key))
  }

  override *entries(): MapIterator<[string, unknown]> {
    for (const [key, one] of super.entries()) yield [key, valueOf(one)]
  }

  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries()
  }

  override *values(): MapIterator<unknown> {
    for (const one of super.values()) yield valueOf(one)
  }

  override forEach(call: (value: unknown, key: string, map: Map<string, unknown>) => void): void {
    for (const [key, value] of this) call(value, key, this)
  }
}
