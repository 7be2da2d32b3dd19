import { type SessionCodec, ValueCodec } from '../record/codec.ts'
import { configError } from '../errors.ts'
import { EventEmitter, type SessionEventListener } from '../events.ts'
import type { OptionKinds } from '../options.ts'
import { type RecordForm, storeForm } from '../record/form.ts'
import { createRecentRecords, type RecentRecords } from '../record/recent-records.ts'
import { Lifetime, lifetimeKinds, seconds, type LifetimeOptions } from '../record/lifetime.ts'
import type { StandardSchema } from '../record/schema.ts'
import { mostBytes } from '../record/storable.ts'
import type { DataVersion } from '../record/versions.ts'
import { systemTime } from '../runtime/time.ts'
import type { SessionData, UntypedData } from '../session/session.ts'
import type { RevocationNotes } from './revocation-notes.ts'
import type { SessionGroups } from './groups.ts'
import type { Locking, SessionLock } from './lock.ts'
import type { SessionLimit } from './seats.ts'

/** Options of every storage. Durations are seconds. */
export interface SessionStorageOptions<
  Data extends SessionData = UntypedData,
  Schema = unknown,
> extends LifetimeOptions {
  /**
   * A Standard Schema (zod, valibot, arktype, …) for the values: gives sessions their type (messages may be any), and checks
   * what is set (`ERR_SESSION_SCHEMA`) and what is read. Make every key optional, because sessions start empty. Values that are
   * read and do not fit are reported (event `corrupt`) and hidden, key by key. What is stored stays as it is until the app sets
   * that key, so that two releases of an app can work on the same sessions. What is set is stored as it was given, and read as
   * the schema makes it: a transformation must accept its own result. Asynchronous schemas are refused (`ERR_SESSION_CONFIG`).
   */
  schema?: (StandardSchema<Data> & Schema) | undefined
  /**
   * Of which version the values of this release are, and how older ones become so: `createDataVersion({ version, migrate })` of
   * `coatcheck/data` makes it, and says what releases leave each other. Default: version 0, and nothing is migrated.
   */
  dataVersion?: DataVersion | undefined
  /** How values become JSON and come back. Default: plain JSON data only. */
  codec?: SessionCodec | undefined
  /** Most bytes of a session's record: 1024 to 64 MiB. Default 65,536. Cookies have their own limit. */
  maxBytes?: number | undefined
  /** Is told what happens to sessions: logs, metrics, alarms. */
  onEvent?: SessionEventListener | undefined
  /**
   * How far the clocks of the servers that share this storage may differ, in seconds: 0 to 300. A login
   * that another process began less than this after `revokeAll()` is ended too, and a `revokeAll()` from
   * further in the future is not believed. Default 5.
   */
  clockTolerance?: number | undefined
  /**
   * Looks at notes of what has ended whenever a session of a user is read: `createRevocations()` of `coatcheck/revocations`
   * makes it, and says what it is for. Default: none, and nothing is looked at.
   */
  revocations?: RevocationNotes | undefined
  /**
   * How many sessions a user may have at the same time (ASVS 7.1.2): `createSessionLimit()` of `coatcheck/accounts` makes it, and
   * says what happens to one more. Default: as many as they like.
   */
  sessionLimit?: SessionLimit | undefined
  /**
   * Lets sessions be of groups that end together, such as those of one session of an OpenID provider (ASVS 7.6.1):
   * `createSessionGroups()` of `coatcheck/accounts` makes it. Default: none, and `login()` takes no `group`.
   */
  groups?: SessionGroups | undefined
  /**
   * Lets a session of a user wait after its idle timeout, locked, until the user proves who they are with one factor (NIST SP
   * 800-63B-4 §5.2): `createSessionLock()` of `coatcheck/accounts` makes it, and says what a locked session is. Default: none,
   * and the session ends.
   */
  lock?: SessionLock | undefined
  /**
   * What happens when an id comes back after it was ended, and after the seconds in which it may have been on its way: by
   * `login()`, `regenerateId(true)`, or the grace of `regenerateId()`. Two have had it, and nobody can tell which one is the thief.
   * With `'revoke'` the session that took its place ends, whoever has it (as with refresh tokens, RFC 9700 §4.14.2). Default
   * `'report'`: the event `reused-old-id`, and nothing else. Cookie storage needs the option `revocations` for it.
   */
  onReuse?: 'report' | 'revoke' | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

export const storageKinds: OptionKinds<SessionStorageOptions> = {
  ...lifetimeKinds,
  // The schemas of some libraries are functions.
  schema: 'any',
  dataVersion: 'createDataVersion()',
  codec: 'any',
  maxBytes: 'number',
  onEvent: 'function',
  clockTolerance: 'number',
  revocations: 'createRevocations()',
  sessionLimit: 'createSessionLimit()',
  groups: 'createSessionGroups()',
  lock: 'createSessionLock()',
  onReuse: 'string',
  now: 'function',
}

/** What a storage works with: its options, checked. */
export interface StorageContext extends Partial<Pick<Locking, 'resume' | 'peek'>> {
  readonly lifetime: Lifetime
  /** Whether the app has not said how long a session may go unused. */
  readonly isIdleUnsaid: boolean
  readonly codec: ValueCodec
  /** Where values are plain JSON, and a record is no more than its text says: with a lock it is. */
  readonly records: RecentRecords | undefined
  readonly form: RecordForm
  readonly schema: StandardSchema | undefined
  readonly maxBytes: number
  readonly events: EventEmitter
  /** In milliseconds. */
  readonly clockTolerance: number
  readonly revocations: RevocationNotes | undefined
  readonly sessionLimit: SessionLimit | undefined
  readonly groups: SessionGroups | undefined
  /** Whether an id that comes back ends the session that took its place. */
  readonly endsReused: boolean
  readonly now: () => number
}

/**
 * @param options From `readOptions`.
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function createContext(
  options: SessionStorageOptions,
  form: RecordForm = storeForm,
): StorageContext {
  const {
    schema,
    dataVersion,
    codec,
    maxBytes = 65_536,
    clockTolerance = 5,
    revocations,
    sessionLimit,
    groups,
    lock,
    onEvent,
    onReuse = 'report',
    now = systemTime,
  } = options
  if (!Number.isInteger(maxBytes) || maxBytes < 1024 || maxBytes > mostBytes) {
    throw configError(`maxBytes must be a whole number from 1024 to ${mostBytes}, got ${maxBytes}`)
  }
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw configError('schema must be a Standard Schema (zod 3.24+, valibot 1+, arktype 2+, …)')
  }
  if (codec !== undefined && !(isFunction(codec?.encode) && isFunction(codec.decode))) {
    throw configError('codec must have the functions encode(value) and decode(stored)')
  }
  if (onReuse !== 'report' && onReuse !== 'revoke') {
    throw configError("onReuse must be 'report' or 'revoke'")
  }
  return {
    lifetime: new Lifetime(options),
    isIdleUnsaid: (options.idleTimeout ?? options.persistent ?? lock) === undefined,
    codec: new ValueCodec(codec, { maxBytes, schema, dataVersion }),
    records:
      (codec ?? schema ?? dataVersion ?? lock) === undefined
        ? createRecentRecords(form)
        : undefined,
    form,
    schema,
    maxBytes,
    events: new EventEmitter(onEvent, now),
    revocations,
    sessionLimit,
    groups,
    clockTolerance: seconds('clockTolerance', clockTolerance, [0, 300]) * 1000,
    endsReused: onReuse === 'revoke',
    now,
    ...lock?.(options, form),
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
