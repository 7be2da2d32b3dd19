import { createHandle, createIdAt, parseSessionId } from '../record/id.ts'
import type { StateOptions } from './state-options.ts'

/** The id that a session has in this request. Made when it is first needed: most visitors without a cookie never get one. */
export class OwnId {
  #id: string | undefined
  #handle: string | undefined
  readonly #secretBytes: number | undefined

  constructor({ id, loaded, secretBytes }: StateOptions) {
    this.#id = id
    // The record's own: cut out of the id, it would keep the whole id in memory, secret and all.
    this.#handle = loaded?.record.handle
    this.#secretBytes = secretBytes
  }

  get text(): string {
    if (this.#id === undefined) this.startAnew()
    return this.#id!
  }

  get handle(): string {
    if (this.#id === undefined) this.startAnew()
    return (this.#handle ??= parseSessionId(this.#id!)!.handle)
  }

  /** Another secret: it is the same session. */
  renewSecret(): void {
    this.#begin(this.handle)
  }

  /** Another id altogether. */
  startAnew(): void {
    this.#begin(createHandle())
  }

  #begin(handle: string): void {
    this.#handle = handle
    this.#id = createIdAt(handle, this.#secretBytes)
  }
}
