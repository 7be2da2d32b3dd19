import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { Aead } from '../runtime/crypto/backend.ts'
import { hasAt } from '../runtime/bytes.ts'

/** One for each process and day whose cookies are in use. */
const mostKept = 256

/** A key under a salt that some process drew. */
interface Subkey {
  readonly salt: Uint8Array
  readonly aead: Aead
}

/**
 * The last subkeys that opened something: forged salts cannot push them out. One process seals most of what is opened,
 * so the one that was found last is tried before a name is made for any.
 */
export class Subkeys {
  readonly #byName = new Map<string, Subkey>()
  #last: Subkey | undefined

  /** The one whose salt stands there in these bytes. */
  find(bytes: Uint8Array, start: number, end: number): Aead | undefined {
    const last = this.#last
    if (last !== undefined && hasAt(bytes, start, last.salt)) return last.aead
    const known = this.#byName.get(cryptoBackend.toBase64url(bytes.subarray(start, end)))
    this.#last = known ?? last
    return known?.aead
  }

  /** Keeps one that has opened something. The one that was kept longest goes, and is derived again when it is needed. */
  keep(one: Subkey): void {
    if (this.#byName.size >= mostKept) this.#byName.delete(this.#byName.keys().next().value!)
    this.#byName.set(cryptoBackend.toBase64url(one.salt), one)
    this.#last = one
  }
}
