import { copyValues } from '../record/kept-values.ts'
import type { Change } from './changes.ts'

/**
 * How a request uses up flash messages. A page uses up all of them; a script's fetch those that it
 * read; an image, a prefetch or a HEAD none, and it does not see them either.
 */
export type FlashUse = 'all' | 'read' | 'none'

const nothing: ReadonlyMap<string, unknown> = new Map()

/** The flash messages of one request: those that it may see, and those that it leaves for the next page. */
export class FlashMessages {
  /** What the app sees. */
  readonly visible: Map<string, unknown>
  /** What the next page will see of this request's flash calls. */
  readonly pending: Map<string, unknown> = new Map()
  readonly #use: FlashUse
  #read: Set<string> | undefined
  #kept: Set<string> | undefined
  /** Those that are no longer stored, because a save has used them up. */
  #gone: Set<string> | undefined
  #usesMore = true

  /** @param stored Those that earlier requests left. */
  constructor(stored: Map<string, unknown> | undefined, use: FlashUse) {
    this.#use = use
    this.visible = (use !== 'none' && stored) || new Map()
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
    this.visible.delete(key)
    this.pending.delete(key)
  }

  clear(): void {
    this.visible.clear()
    this.pending.clear()
  }

  /** Those that this request uses up. */
  used(): ReadonlyMap<string, unknown> {
    if (!this.#usesMore || this.visible.size === 0) return nothing
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
  ): Map<string, unknown> {
    const left = stored === undefined ? new Map<string, unknown>() : copyValues(stored)
    for (const key of this.used().keys()) left.delete(key)
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
    this.pending.clear()
  }

  /** After an error: nothing more is used up. */
  useNoMore(): void {
    this.#usesMore = false
    this.pending.clear()
  }
}
