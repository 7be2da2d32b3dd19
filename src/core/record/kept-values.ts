/*
 * While a new release is rolled out, two of them work on the same sessions. What the schema or the codec of one does
 * not know or refuses is not its to throw away: it is kept as it is stored until the app sets that key.
 */

import { UnreadValues } from './unread-values.ts'
import type { Versions } from './wire.ts'

/** No values, and none can be added: all sessions without messages share it. */
export const noValues: ReadonlyMap<string, unknown> = new Map()

/**
 * Values as the app may see them, and beside them what is stored, where that is something else: because the codec or the
 * schema made another value of it, or because they refused it, so that there is nothing to see.
 */
export class KeptValues extends Map<string, unknown> {
  readonly #stored: Map<string, unknown> = new Map()
  /** Of which version of the app's data they are, as it was read. An app without versions writes it again as it is. */
  versions: Versions | undefined

  /** The same values, to be changed apart from these. */
  static of(values: ReadonlyMap<string, unknown>): KeptValues {
    const copy = values instanceof KeptValues ? values.blank() : new KeptValues()
    for (const [key, value] of values) copy.set(key, value)
    if (values instanceof KeptValues) copy.adopt(values)
    return copy
  }

  /** Nothing yet, of the same kind. */
  blank(): KeptValues {
    return new KeptValues()
  }

  /** Stores this, whatever the app sees. `undefined` is not written. */
  protected keep(key: string, stored: unknown): void {
    this.#stored.set(key, stored)
  }

  /** What is stored under keys that the app has not set. */
  get stored(): ReadonlyMap<string, unknown> {
    return this.#stored
  }

  /** Shows the app another value than the one that is stored, which stays. */
  show(key: string, value: unknown, stored: unknown): void {
    if (!this.#stored.has(key)) this.#stored.set(key, stored)
    super.set(key, value)
  }

  /** Shows the app nothing. What is stored stays. */
  hide(key: string, stored: unknown): void {
    if (!this.#stored.has(key)) this.#stored.set(key, stored)
    super.delete(key)
  }

  override set(key: string, value: unknown): this {
    this.#stored.delete(key)
    return super.set(key, value)
  }

  override delete(key: string): boolean {
    const wasStored = this.#stored.delete(key)
    return super.delete(key) || wasStored
  }

  override clear(): void {
    this.#stored.clear()
    this.versions = undefined
    super.clear()
  }

  /** Takes over what is stored beside those values. */
  adopt({ stored, versions }: KeptValues): void {
    for (const [key, value] of stored) this.#stored.set(key, value)
    this.versions = versions
  }
}

/** Whether something is stored under this key, whether the app sees it or not. */
export function holds(values: ReadonlyMap<string, unknown>, key: string): boolean {
  return values.has(key) || (values instanceof KeptValues && values.stored.has(key))
}

/** The same values, to be changed apart from these. */
export function copyValues(values: ReadonlyMap<string, unknown> | undefined): Map<string, unknown> {
  if (values instanceof UnreadValues) return values.copy()
  return values instanceof KeptValues ? KeptValues.of(values) : new Map(values)
}

/** The same values and flash messages, to be changed apart from these. */
export function copyContents({
  values,
  flash,
}: Record<'values' | 'flash', ReadonlyMap<string, unknown>>): {
  values: Map<string, unknown>
  flash: Map<string, unknown>
} {
  return { values: copyValues(values), flash: copyValues(flash) }
}
