import { SessionValueError } from '../errors.ts'
import { assertFits, type StandardSchema } from './schema.ts'
import { assertStorable, mostBytes } from './storable.ts'
import type { DataVersion } from './versions.ts'

/**
 * Turns values into something JSON can hold and back, one value at a time: how Dates, Maps or BigInts
 * get into sessions (superjson, devalue and others fit). Without one, values are plain JSON data.
 */
export interface SessionCodec {
  /** What JSON keeps for this value, the same each time. Throwing refuses the value. */
  encode(value: unknown): unknown
  /** The value again. Throwing hides the value and reports it as corrupt; it stays as it is stored until the app sets the key. */
  decode(stored: unknown): unknown
}

interface CodecRules {
  maxBytes: number
  schema: StandardSchema | undefined
  dataVersion: DataVersion | undefined
}

/** The codec's part for a session: refuses what cannot be stored, at once and by its key. */
export class ValueCodec {
  readonly #codec: SessionCodec | undefined
  readonly #schema: StandardSchema | undefined
  /** If the app's data has versions. */
  readonly dataVersion: DataVersion | undefined
  /** Of a record: what is larger is not looked at any further. */
  readonly maxBytes: number

  constructor(
    codec: SessionCodec | undefined,
    { maxBytes = mostBytes, schema, dataVersion }: Partial<CodecRules> = {},
  ) {
    this.#codec = codec
    this.#schema = schema
    this.dataVersion = dataVersion
    this.maxBytes = maxBytes
  }

  /**
   * @throws {SessionValueError} `ERR_SESSION_VALUE`, naming the key.
   * @throws {SessionTooLargeError} `ERR_SESSION_TOO_LARGE` for an object that no record can hold.
   */
  check(key: string, value: unknown): void {
    assertStorable(key, this.encode(key, value), this.maxBytes)
  }

  /**
   * The same for a value, which must also fit the schema; messages need not.
   *
   * @param values The other values.
   * @throws {SessionSchemaError} `ERR_SESSION_SCHEMA`, naming the key.
   */
  checkValue(key: string, value: unknown, values: ReadonlyMap<string, unknown>): void {
    this.check(key, value)
    if (this.#schema !== undefined) assertFits(this.#schema, { key, value }, values)
  }

  /** Whether values are stored as they are. */
  get isPlain(): boolean {
    return this.#codec === undefined
  }

  /** The JSON of a value that the app had in its hands, whatever it has made of it. Throws as `check` does. */
  print(key: string, value: unknown): string {
    const encoded = this.encode(key, value)
    assertStorable(key, encoded, this.maxBytes)
    return JSON.stringify(encoded)
  }

  /** Whether two values of a key are stored as the same JSON. */
  isSame(key: string, a: unknown, b: unknown): boolean {
    return JSON.stringify(this.encode(key, a)) === JSON.stringify(this.encode(key, b))
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
