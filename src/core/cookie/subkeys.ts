import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { Aead } from '../runtime/crypto/backend.ts'
import { hasAt } from '../runtime/bytes.ts'

/** One for each process and day whose cookies are in use. */
const mostKept = 256

/** A key under a salt that some process drew. */
export interface Subkey {
  readonly salt: Uint8Array
  readonly aead: Aead
}

/**
 * The subkeys used last, of those that opened something: forged salts cannot push them out. One process seals most of
 * what is opened, so the last one is tried before a name is made for any.
 */
export class Subkeys {
  readonly #byName = new Map<string, Subkey>()
  #last: Subkey | undefined

  /** The one whose salt stands there in these bytes. */
  find(bytes: Uint8Array, start: number, end: number): Subkey | undefined {
    const last = this.#last
    if (last !== undefined && hasAt(bytes, start, last.salt)) return last
    return this.#byName.get(cryptoBackend.toBase64url(bytes.subarray(start, end)))
  }

  keep(one: Subkey): void {
    if (one === this.#last) return
    const name = cryptoBackend.toBase64url(one.salt)
    if (!this.#byName.delete(name) && this.#byName.size >= mostKept) {
      this.#byName.delete(this.#byName.keys().next().value!)
    }
    this.#byName.set(name, one)
    this.#last = one
  }
}
