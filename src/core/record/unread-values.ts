/*
 * Most requests look at few values of a session, change one or none, and leave the others as they are. So a value is parsed when
 * somebody asks for it, and what was neither set nor handed out as an object is written again as it was: of a request with a
 * record of 1 KB parsing took a quarter, and printing a third.
 */

import { copyOf } from '../runtime/recent.ts'

/** A value of which there is the JSON, after that of its key. */
export class Unread {
  readonly json: string
  /** Once somebody has asked for it. Never an object: copies of these values have this as well. */
  value: unknown

  constructor(json: string) {
    this.json = json
  }
}

function print(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`
}

/** Values of which there is only the JSON until somebody asks for them. */
export class UnreadValues extends Map<string, unknown> {
  /** The same values, which nobody changes. */
  static of(values: ReadonlyMap<string, unknown>): UnreadValues {
    const unread = new UnreadValues()
    for (const [key, value] of values) unread.set(key, new Unread(print(key, value)))
    return unread
  }

  /** The same values, to be changed apart from these. */
  copy(): UnreadValues {
    const copy = new UnreadValues()
    for (const [key, one] of super.entries()) copy.set(key, one)
    return copy
  }

  /** The JSON of all, as `JSON.stringify` makes it of an object. */
  print(): string {
    let json = ''
    for (const [key, one] of super.entries()) {
      // It may be remembered as long as the record is.
      if (typeof one === 'string') this.set(key, copyOf(one))
      json += (json && ',') + (one instanceof Unread ? one.json : print(key, one))
    }
    return `{${json}}`
  }

  override get(key: string): unknown {
    const one = super.get(key)
    if (!(one instanceof Unread)) return one
    const value: unknown = one.value ?? JSON.parse(one.json.slice(JSON.stringify(key).length + 1))
    if (typeof value === 'object') this.set(key, value)
    else one.value = value
    return value
  }

  override *entries(): MapIterator<[string, unknown]> {
    for (const key of this.keys()) yield [key, this.get(key)]
  }

  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries()
  }

  override *values(): MapIterator<unknown> {
    for (const key of this.keys()) yield this.get(key)
  }

  override forEach(call: (value: unknown, key: string, map: Map<string, unknown>) => void): void {
    for (const [key, value] of this) call(value, key, this)
  }
}
