/*
 * Most requests look at few values of a session, change one or none, and leave the others as they are. So a value is parsed
 * when somebody asks for it, and what nobody has asked for is written again as it was: of a request with a record of 1 KB
 * parsing took a quarter, and printing a third.
 */

/** The JSON of a value that nobody has asked for. */
class Unread {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }
}

/** Values of which there is only the JSON until somebody asks for them. */
export class UnreadValues extends Map<string, unknown> {
  /** The same values, which nobody changes. */
  static of(values: ReadonlyMap<string, unknown>): UnreadValues {
    const unread = new UnreadValues()
    for (const [key, value] of values) unread.add(key, JSON.stringify(value))
    return unread
  }

  /** The same values, to be changed apart from these. */
  copy(): UnreadValues {
    const copy = new UnreadValues()
    for (const [key, one] of super.entries()) copy.set(key, one)
    return copy
  }

  add(key: string, json: string): void {
    this.set(key, new Unread(json))
  }

  /** The JSON of all, as `JSON.stringify` makes it of an object. */
  print(): string {
    let json = ''
    for (const [key, one] of super.entries()) {
      const value = one instanceof Unread ? one.json : JSON.stringify(one)
      json += `${json && ','}${JSON.stringify(key)}:${value}`
    }
    return `{${json}}`
  }

  override get(key: string): unknown {
    const one = super.get(key)
    if (!(one instanceof Unread)) return one
    const value: unknown = JSON.parse(one.json)
    this.set(key, value)
    return value
  }

  override entries(): MapIterator<[string, unknown]> {
    for (const key of this.keys()) this.get(key)
    return super.entries()
  }

  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries()
  }

  override values(): MapIterator<unknown> {
    this.entries()
    return super.values()
  }

  override forEach(call: (value: unknown, key: string, map: Map<string, unknown>) => void): void {
    this.entries()
    super.forEach(call)
  }
}
