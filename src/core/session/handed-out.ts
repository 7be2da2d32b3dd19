import { SessionTooLargeError } from '../errors.ts'
import type { ValueCodec } from '../record/codec.ts'

/** In place of a print: a change of this key is noted already, whatever happens to the object. */
const noted = Symbol('noted')

/**
 * The objects that the app got, and their JSON as it was then: how changes made in place are found.
 * Only objects that were handed out pay for that.
 */
export class HandedOut {
  readonly #values: Map<string, unknown>
  readonly #codec: ValueCodec
  readonly #prints: Map<string, string | typeof noted> = new Map()

  constructor(values: Map<string, unknown>, codec: ValueCodec) {
    this.#values = values
    this.#codec = codec
  }

  /**
   * Remembers an object as it is before the app has it.
   *
   * @param isShared Whether other requests have it as well: then the app gets another one like it.
   */
  add(key: string, isShared: boolean): void {
    if (this.#prints.has(key)) return
    const print = this.#print(key)
    this.#prints.set(key, print)
    if (isShared) this.#values.set(key, JSON.parse(print))
  }

  /** Says that the app has the object, and that a `set` of it is noted. */
  addNoted(key: string): void {
    this.#prints.set(key, noted)
  }

  delete(key: string): void {
    this.#prints.delete(key)
  }

  clear(): void {
    this.#prints.clear()
  }

  isNoted(key: string): boolean {
    return this.#prints.get(key) === noted
  }

  isChanged(key: string): boolean {
    const before = this.#prints.get(key)
    return typeof before === 'string' && this.#printAsIs(key) !== before
  }

  changedKeys(): string[] {
    return [...this.#prints.keys()].filter((key) => this.isChanged(key))
  }

  /**
   * @throws {SessionValueError} `ERR_SESSION_VALUE` if an object that was set can no longer be stored.
   * @throws {SessionSchemaError} `ERR_SESSION_SCHEMA` if one does not fit the schema any more.
   */
  checkNoted(): void {
    for (const [key, print] of this.#prints) {
      if (print === noted) this.#codec.checkValue(key, this.#values.get(key), this.#values)
    }
  }

  /** After a save: the app still has the objects, which it may have changed since they were written. */
  printAgain(written: ReadonlyMap<string, unknown>): void {
    for (const key of this.#prints.keys()) this.#prints.set(key, this.#print(key, written))
  }

  /** What the app may have made of it: looked at first, so that the work is bounded by what a record can hold. */
  #printAsIs(key: string): string {
    try {
      return this.#codec.print(key, this.#values.get(key))
    } catch (error) {
      // A schema may have made what the app could not set.
      return error instanceof SessionTooLargeError ? 'unprintable' : this.#print(key)
    }
  }

  /** The JSON of a value, or a text that equals no JSON when it has none any more. */
  #print(key: string, values: ReadonlyMap<string, unknown> = this.#values): string {
    try {
      return JSON.stringify(this.#codec.encode(key, values.get(key))) ?? 'undefined'
    } catch {
      return 'unprintable'
    }
  }
}
