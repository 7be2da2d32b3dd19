/*
 * Data that changes its shape from release to release: the entry `coatcheck/data`, for the option `dataVersion` of storages. Whoever
 * does not import it, does not bundle it. Everybody else keeps what is written of versions as it is.
 */

import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { markAs } from '../runtime/brand.ts'
import { isThenable } from '../runtime/maybe-promise.ts'
import { isObject } from '../runtime/own.ts'
import type { ValueCodec } from './codec.ts'
import { KeptValues } from './kept-values.ts'
import type { DataVersion, Unmigrated } from './versions.ts'
import type { Versions } from './wire.ts'

export type { DataVersion } from './versions.ts'

type Values = Record<string, unknown>

const newestVersion = 1_000_000

export interface DataVersionOptions {
  /** That of this release: a whole number from 1 to 1,000,000. What is stored without a version is of version 0. */
  version: number
  /**
   * Makes values of this version of older ones. It must be synchronous, and do with whichever keys there are: it gets those that
   * are still of the older version, and no others. Default: they are taken as they are.
   *
   * @param values A copy of those of one older version.
   * @param from That version. 0 for what was stored without one, and for the session of another library.
   * @param present A copy of those that are of this version already: an older release has set `values` after them.
   * @returns The values, without keys that there are no longer. They take the place of `present` ones of their name.
   */
  migrate?: ((values: Values, from: number, present: Values) => Values) | undefined
}

const kinds: OptionKinds<DataVersionOptions> = { version: 'number', migrate: 'function' }

/**
 * Says of which version the values of this release are, and how values of an older one become so: for the option `dataVersion`
 * of a storage. Messages are not migrated.
 *
 * What is stored stays of the older version until the app changes a key that `migrate` has made or used up, so that a release which
 * is still running, or comes back, finds what it wrote. Values of a newer version are shown as they are: a `schema` hides those
 * that do not fit. Whatever is hidden stays in the record.
 *
 * If `migrate` throws, or returns what cannot be stored, the session lives on, the values that it got are hidden, and the event
 * `corrupt` has their keys and the `error`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong. Reading a session throws it if `migrate` returns a promise.
 */
export function createDataVersion(options: DataVersionOptions): DataVersion {
  const { version, migrate } = readOptions('createDataVersion()', options, kinds)
  if (!Number.isInteger(version) || version < 1 || version > newestVersion) {
    throw configError(`version must be a whole number from 1 to ${newestVersion}, got ${version}`)
  }
  return markAs(
    {
      open(contents, codec) {
        const values = versionedValues(contents.values, version, codec)
        if (values === undefined) return undefined
        contents.values = values
        return migrate && new Migration(values, { migrate, codec }).run()
      },
      versionsOf(values) {
        if (values instanceof VersionedValues) return values.written()
        const kept = values instanceof KeptValues ? values : undefined
        const isEmpty = values.size === 0 && !kept?.stored.size
        const versions = kept?.versions ?? (isEmpty ? [0] : [version])
        return versions[0] === 0 && versions[1] === undefined ? undefined : versions
      },
    },
    'createDataVersion()',
  )
}

function isVersions(value: unknown): value is Versions {
  if (!Array.isArray(value) || !Number.isInteger(value[0])) return false
  const others: unknown = value[1]
  return (
    others === undefined ||
    (isObject(others) && Object.values(others).every((one) => Number.isInteger(one)))
  )
}

/** The same with the version of each. Undefined if all are of this one. */
function versionedValues(
  values: Map<string, unknown>,
  own: number,
  codec: ValueCodec,
): VersionedValues | undefined {
  const kept = values instanceof KeptValues ? values : undefined
  const stored = kept?.stored ?? new Map<string, unknown>()
  const [version, others = {}]: Versions = isVersions(kept?.versions) ? kept.versions : [0]
  if (version === own && Object.keys(others).length === 0) return undefined
  const versioned = new VersionedValues(own)
  for (const key of new Set([...stored.keys(), ...values.keys()])) {
    const raw = stored.has(key) ? stored.get(key) : codec.encode(key, values.get(key))
    versioned.keepAs(key, raw, Object.hasOwn(others, key) ? (others[key] as number) : version)
    if (values.has(key)) versioned.show(key, values.get(key), raw)
  }
  return versioned
}

/** Values of which each has its version, and what `migrate` makes of older ones beside what they were made of, which stays stored. */
class VersionedValues extends KeptValues {
  readonly own: number
  /** Of what is stored. */
  readonly #versionOf: Map<string, number> = new Map()
  /** What was made, as it would be stored. */
  readonly #made: Map<string, unknown> = new Map()
  /** What it was made of. */
  readonly #sources: Set<string> = new Set()

  constructor(own: number) {
    super()
    this.own = own
  }

  override blank(): KeptValues {
    return new VersionedValues(this.own)
  }

  keepAs(key: string, stored: unknown, version: number): void {
    this.keep(key, stored)
    this.#versionOf.set(key, version)
  }

  versionOf(key: string): number {
    return (this.stored.has(key) ? this.#versionOf.get(key) : undefined) ?? this.own
  }

  /** Whether the app sees it as this version has it. */
  isPresent(key: string): boolean {
    return this.#made.has(key) || this.versionOf(key) >= this.own
  }

  use(key: string): void {
    this.#sources.add(key)
    this.hide(key, undefined)
  }

  /** @param text Its JSON: what `migrate` returned may be in the hands of others. */
  make(key: string, text: string, codec: ValueCodec): void {
    this.#made.set(key, JSON.parse(text))
    this.show(key, codec.decode(JSON.parse(text)), undefined)
  }

  override set(key: string, value: unknown): this {
    this.#settle(key)
    return super.set(key, value)
  }

  override delete(key: string): boolean {
    this.#settle(key)
    return super.delete(key)
  }

  override clear(): void {
    this.#made.clear()
    this.#sources.clear()
    super.clear()
  }

  override adopt(values: KeptValues): void {
    super.adopt(values)
    if (!(values instanceof VersionedValues)) return
    for (const [key, version] of values.#versionOf) this.#versionOf.set(key, version)
    for (const [key, encoded] of values.#made) this.#made.set(key, encoded)
    for (const key of values.#sources) this.#sources.add(key)
  }

  /** The app changes this key. If it comes of an older version, all that does is of this version from now on. */
  #settle(key: string): void {
    if (!this.#made.has(key) && !this.#sources.has(key)) return
    for (const source of this.#sources) this.keepAs(source, undefined, this.own)
    for (const [name, encoded] of this.#made) this.keepAs(name, encoded, this.own)
    this.#made.clear()
    this.#sources.clear()
  }

  /** What is written: what the app has set is of this version. */
  written(): Versions | undefined {
    const all = new Map<string, number>()
    for (const key of this.keys()) if (!this.stored.has(key)) all.set(key, this.own)
    for (const [key, stored] of this.stored) {
      if (stored !== undefined) all.set(key, this.versionOf(key))
    }
    const version = all.size === 0 ? 0 : Math.min(...all.values())
    const others = [...all].filter(([, one]) => one !== version)
    if (others.length > 0) return [version, Object.fromEntries(others)]
    return version === 0 ? undefined : [version]
  }
}

/** The keys of a record that are of one older version. */
type Group = readonly [from: number, keys: readonly string[]]

class Migration {
  readonly #values: VersionedValues
  readonly #migrate: NonNullable<DataVersionOptions['migrate']>
  readonly #codec: ValueCodec

  constructor(
    values: VersionedValues,
    { migrate, codec }: Required<Pick<DataVersionOptions, 'migrate'>> & { codec: ValueCodec },
  ) {
    this.#values = values
    this.#migrate = migrate!
    this.#codec = codec
  }

  run(): Unmigrated | undefined {
    const failures = this.#groups().flatMap((group) => this.#migrateGroup(group) ?? [])
    if (failures.length === 0) return undefined
    return { keys: failures.flatMap(({ keys }) => keys), error: failures[0]!.error }
  }

  /** What can be seen of older versions, the oldest first. */
  #groups(): Group[] {
    const groups = new Map<number, string[]>()
    for (const key of this.#values.keys()) {
      const version = this.#values.versionOf(key)
      if (version >= this.#values.own) continue
      groups.set(version, [...(groups.get(version) ?? []), key])
    }
    return [...groups].sort(([a], [b]) => a - b)
  }

  #migrateGroup([from, keys]: Group): Unmigrated | undefined {
    const values = this.#values
    const given = this.#copyOf((key) => keys.includes(key))
    const present = this.#copyOf((key) => values.isPresent(key))
    const before = new Map(keys.map((key) => [key, JSON.stringify(values.stored.get(key))]))
    let made: unknown
    try {
      made = this.#migrate(given, from, present)
      if (!isThenable(made)) {
        const printed = this.#print(made)
        // What stayed the same is still what it was: any release may go on with it.
        for (const key of keys) if (printed.get(key) !== before.get(key)) values.use(key)
        for (const [key, text] of printed) {
          if (text !== before.get(key)) values.make(key, text, this.#codec)
        }
        return undefined
      }
    } catch (error) {
      for (const key of keys) values.hide(key, undefined)
      return { keys, error }
    }
    void (made as Promise<unknown>).then(undefined, () => {})
    throw configError('migrate() must be synchronous, because values are read without waiting')
  }

  #copyOf(isMeant: (key: string) => boolean): Values {
    const entries = [...this.#values].filter(([key]) => isMeant(key))
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#codec.copy(value)]))
  }

  /** The JSON of what was made. Throws if it cannot be stored. */
  #print(made: unknown): Map<string, string> {
    if (!isObject(made)) throw new TypeError('migrate() must return the values, as an object')
    const entries = Object.entries(made).filter(
      ([, value]) => value !== undefined && value !== null,
    )
    return new Map(entries.map(([key, value]) => [key, this.#codec.print(key, value)]))
  }
}
