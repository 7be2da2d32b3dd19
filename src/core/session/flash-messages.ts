import { copyValues, noValues } from '../record/kept-values.ts'
import type { Change } from './changes.ts'

/**
 * How a request uses up flash messages. A page uses up all of them; a script's fetch those that it
 * read; an image, a prefetch or a HEAD none, and it does not see them either.
 */
export type FlashUse = 'all' | 'read' | 'none'

/** The flash messages of one request: those that it may see, and those that it leaves for the next page. */
export class FlashMessages {
  #visible: ReadonlyMap<string, unknown>
  #pending: Map<string, unknown> | undefined
  readonly #use: FlashUse
  #read: Set<string> | undefined
  #kept: Set<string> | undefined
  /** Those that are no longer stored, because a save has used them up. */
  #gone: Set<string> | undefined
  #usesMore = true

  /** @param stored Those that earlier requests left. */
  constructor(stored: ReadonlyMap<string, unknown> | undefined, use: FlashUse) {
    this.#use = use
    this.#visible = (use !== 'none' && stored) || noValues
  }

  /** What the app sees. */
  get visible(): ReadonlyMap<string, unknown> {
    return this.#visible
  }

  /** What the next page will see of this request's flash calls. */
  get pending(): ReadonlyMap<string, unknown> {
    return this.#pending ?? noValues
  }

  /** Leaves a message for the next page. */
  leave(key: string, value: unknown): void {
    ;(this.#pending ??= new Map()).set(key, value)
  }

  /** Leaves it no more. */
  takeBack(key: string): void {
    this.#pending?.delete(key)
  }

  read(key: string): unknown {
    if (this.visible.has(key)) (this.#read ??= new Set()).add(key)
    return this.visible.get(key)
  }

  /** Whether reading this message now would be what uses it up. */
  isUnread(key: string): boolean {
    return this.#use === 'read' && this.visible.has(key) && !this.#read?.has(key)
  }

  /**
   * @param isStored Whether the messages of earlier requests are in a record, until a save uses them up.
   * @returns Those that must be left anew, because they are not.
   */
  keep(keys: readonly string[], isStored: boolean): string[] {
    const kept = (this.#kept ??= new Set())
    const seen = keys.filter((key) => this.visible.has(key) && !kept.has(key))
    for (const key of seen) kept.add(key)
    return isStored ? seen.filter((key) => this.#gone?.has(key)) : seen
  }

  delete(key: string): void {
    if (this.#visible.has(key)) {
      const left = copyValues(this.#visible)
      left.delete(key)
      this.#visible = left
    }
    this.#pending?.delete(key)
  }

  clear(): void {
    this.#visible = noValues
    this.#pending = undefined
  }

  /** Those that this request uses up. */
  used(): ReadonlyMap<string, unknown> {
    if (!this.#usesMore || this.visible.size === 0) return noValues
    const used = new Map<string, unknown>()
    for (const [key, value] of this.visible) {
      const isTaken = this.#use === 'all' || this.#read?.has(key)
      if (isTaken && !this.#kept?.has(key) && !this.#gone?.has(key)) used.set(key, value)
    }
    return used
  }

  /** Whether this request uses any up. */
  get isUsed(): boolean {
    return this.used().size > 0
  }

  /** What is stored after this request, if nobody else has written since. */
  left(
    stored: ReadonlyMap<string, unknown> | undefined,
    changes: readonly Change[],
  ): ReadonlyMap<string, unknown> {
    const used = this.used()
    const isAsBefore = used.size === 0 && this.pending.size === 0 && !changes.some(removes)
    if (isAsBefore) return stored ?? noValues
    const left = copyValues(stored)
    for (const key of used.keys()) left.delete(key)
    for (const change of changes) {
      if (change.type === 'unset') left.delete(change.key)
      else if (change.type === 'clear') left.clear()
    }
    for (const [key, value] of this.pending) left.set(key, value)
    return left
  }

  /** After a save: what it used up can still be read, and is not used up once more. */
  settle(): void {
    for (const key of this.used().keys()) (this.#gone ??= new Set()).add(key)
    this.#pending = undefined
  }

  /** After an error: nothing more is used up. */
  useNoMore(): void {
    this.#usesMore = false
    this.#pending = undefined
  }
}

/** Whether a change may remove a message. */
function removes({ type }: Change): boolean {
  return type === 'unset' || type === 'clear'
}
