import { SessionValueError } from '../errors.ts'
import { assertStorable } from './storable.ts'

/**
 * Turns values into something JSON can hold and back, one value at a time: how Dates, Maps or BigInts
 * get into sessions (superjson, devalue and others fit). Without one, values are plain JSON data.
 */
export interface SessionCodec {
  /** What JSON keeps for this value, the same each time. Throwing refuses the value. */
  encode(value: unknown): unknown
  /** The value again. Throwing drops the value and reports it as corrupt. */
  decode(stored: unknown): unknown
}

/** The codec's part for a session: refuses what cannot be stored, at once and by its key. */
export class ValueCodec {
  readonly #codec: SessionCodec | undefined

  constructor(codec: SessionCodec | undefined) {
    this.#codec = codec
  }

  /** @throws {SessionValueError} `ERR_SESSION_VALUE`, naming the key. */
  check(key: string, value: unknown): void {
    if (this.#codec === undefined) assertStorable(key, value)
    else assertStorable(key, this.encode(key, value))
  }

  encode(key: string, value: unknown): unknown {
    if (this.#codec === undefined) return value
    try {
      return this.#codec.encode(value)
    } catch (cause) {
      throw new SessionValueError(key, 'the codec refused it', { cause })
    }
  }

  /** A value that shares nothing with this one, as a store would give it back. */
  copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    return this.decode(JSON.parse(JSON.stringify(this.encode('', value))))
  }

  decode(stored: unknown): unknown {
    return this.#codec === undefined ? stored : this.#codec.decode(stored)
  }
}

/** Values as plain JSON data. */
export const plainCodec: ValueCodec = new ValueCodec(undefined)
