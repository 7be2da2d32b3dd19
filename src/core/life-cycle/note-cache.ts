/** At most so many notes are remembered. Every other note is read, so the number is no matter of safety. */
const most = 10_000

interface Entry {
  readonly text: Promise<string | undefined>
  readonly askedAt: number
}

/**
 * Notes that were read a moment ago, and those that were found not to be there. What it says was true no longer ago than
 * its age, which counts from before the store was asked.
 */
export class NoteCache {
  readonly #read: (key: string) => Promise<string | undefined>
  readonly #age: number
  readonly #now: () => number
  readonly #entries: Map<string, Entry> = new Map()

  /** @param age Milliseconds. 0: nothing is remembered. */
  constructor(
    read: (key: string) => Promise<string | undefined>,
    { age, now }: { age: number; now: () => number },
  ) {
    this.#read = read
    this.#age = age
    this.#now = now
  }

  /** @param isFresh Whether the store is asked in any case. */
  get(key: string, isFresh: boolean): Promise<string | undefined> {
    if (this.#age === 0) return this.#read(key)
    const askedAt = this.#now()
    const known = isFresh ? undefined : this.#entries.get(key)
    // A clock that was set back says nothing of an age.
    const age = known && askedAt - known.askedAt
    if (age !== undefined && age >= 0 && age < this.#age) return known!.text
    const entry = { text: this.#read(key), askedAt }
    // Those that were asked for last come last.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (this.#entries.size > most) this.#entries.delete(this.#entries.keys().next().value!)
    entry.text.catch(() => this.#entries.get(key) === entry && this.#entries.delete(key))
    return entry.text
  }

  /** After this process has changed a note. What was read before is not remembered, nor what is being read. */
  forget(key: string): void {
    this.#entries.delete(key)
  }
}
