/*
 * Entries in the order in which they were written, as a list of links. A Map has an order too, but its first entry is
 * slow to find: V8 steps over every entry that was deleted before it. Where visitors come back in turn, or where the
 * store is full, each write took as long as a part of all sessions.
 */

export interface Linked<T extends Linked<T>> {
  older: T | undefined
  newer: T | undefined
}

export class WriteOrder<T extends Linked<T>> {
  oldest: T | undefined
  size = 0
  #newest: T | undefined

  /**
   * Puts one behind all others.
   *
   * @param from The order that it was in, if it was in one.
   */
  append(entry: T, from?: WriteOrder<T>): void {
    from?.remove(entry)
    entry.older = this.#newest
    entry.newer = undefined
    if (this.#newest === undefined) this.oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    this.size++
  }

  /** Takes out one that is in this order. */
  remove(entry: T): void {
    const { older, newer } = entry
    if (older === undefined) this.oldest = newer
    else older.newer = newer
    if (newer === undefined) this.#newest = older
    else newer.older = older
    this.size--
  }

  clear(): void {
    this.oldest = undefined
    this.#newest = undefined
    this.size = 0
  }
}
