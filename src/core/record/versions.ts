import type { ValueCodec } from './codec.ts'
import type { Contents } from './record.ts'
import type { Versions } from './wire.ts'

/** Values that could not be migrated, and are hidden. */
export interface Unmigrated {
  keys: readonly string[]
  error: unknown
}

/** What `createDataVersion()` of `coatcheck/data` makes, for the option `dataVersion`. What is in it is for storages. */
export interface DataVersion {
  /**
   * Shows values that were just read, or come from another library, as this version makes them.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` if it would have to be waited for.
   * @internal
   */
  open(contents: Contents, codec: ValueCodec): Unmigrated | undefined
  /**
   * What is written of the versions of values.
   *
   * @internal
   */
  versionsOf(values: ReadonlyMap<string, unknown>): Versions | undefined
}
