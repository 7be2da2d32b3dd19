import type { ValueCodec } from './codec.ts'
import { configError, SessionValueError } from '../errors.ts'
import type { RecordForm } from './form.ts'
import { KeptValues, noValues } from './kept-values.ts'
import type { Instants } from './lifetime.ts'
import { marker, parseShort } from './short-form.ts'
import { UnreadValues } from './unread-values.ts'
import { decodeTerms, encodeTerms } from './terms.ts'
import { type Data, isWire, unpolluted, type Versions, type Wire } from './wire.ts'

/** The data that one id may see. */
export interface Contents {
  values: Map<string, unknown>
  /** Set by the request before, for the next one. */
  flash: ReadonlyMap<string, unknown>
  /** Whether other requests have the same objects: then nobody may change them. */
  isShared?: boolean | undefined
}

/** The id before the last rotation. */
interface PreviousId {
  secretHash: string
  /** When its grace ends, in milliseconds since the epoch. */
  until: number
  /** What it may read in its grace: the data as it was at the rotation. Nothing if it was killed. */
  contents?: Contents | undefined
}

/** An id that was ended before that one, a moment ago. */
export interface RetiredId {
  secretHash: string
  /** Until when it is taken for one on its way, in milliseconds since the epoch. */
  until: number
}

/** How many ends of all sessions a login came after: a later one counts further, and so ends it. 0 where there was none. */
export interface EndsSeen {
  /** Those of the user's sessions. */
  readonly user: number
  /** Those of everybody's. */
  readonly everybody: number
  /** Those of its group, if it is of one. */
  readonly group?: number | undefined
}

/** One session, as it is kept: everything there is about it, in one string. */
export interface SessionRecord extends Contents, Instants {
  /** The store's key once more: a reply meant for another key is recognised by it. */
  handle: string
  /** SHA-256 of the id's secret, base64url. In cookie storage the secret itself, which is sealed there. */
  secretHash: string
  previous?: PreviousId | undefined
  /** Ids that were ended in the last seconds, before `previous`. */
  retired?: readonly RetiredId[] | undefined
  /** When the visitor's cookie was last sent, if not with the id: for cookies with an age. */
  sentAt?: number | undefined
  /** Of a session that ended because its user logged in again: the handle of the one that took its place. */
  replacedBy?: string | undefined
  /** Names the device in a list for the user. */
  label?: string | undefined
  /** Whether another library may have kept it for somebody of whom nobody knows who it is. */
  isOfUnknown?: boolean | undefined
  /** Where ends of sessions are looked at when one is read: those before the login. */
  endsSeen?: EndsSeen | undefined
}

/**
 * A key like any other: `__proto__`, too, and one that a frozen Object.prototype has. (Object.fromEntries would be
 * several times slower.)
 */
function put(data: Data, key: string, value: unknown): void {
  if (key in data) Object.defineProperty(data, key, { value, enumerable: true })
  else data[key] = value
}

/** What the app has not set is written as it was stored. */
export function encodeMap(map: ReadonlyMap<string, unknown>, codec: ValueCodec): Data | undefined {
  const stored = map instanceof KeptValues ? map.stored : undefined
  if (map.size === 0 && !stored?.size) return undefined
  const data: Data = {}
  for (const [key, value] of map) {
    if (!stored?.has(key)) put(data, key, codec.isPlain ? value : codec.encode(key, value))
  }
  // What is undefined is shown and not stored.
  for (const [key, value] of stored ?? []) if (value !== undefined) put(data, key, value)
  return data
}

function encodeEnds({ user, everybody, group }: EndsSeen): Wire['e'] {
  return group === undefined ? [user, everybody] : [user, everybody, group]
}

/**
 * Makes the string that is kept. What `decodeRecord` would refuse is never written.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the record could not be read again.
 */
export function encodeRecord(
  record: SessionRecord,
  { codec, form }: { codec: ValueCodec; form: RecordForm },
): string {
  const { previous, retired, values } = record
  const isUnread = values instanceof UnreadValues
  const wire: Wire = {
    v: 1,
    k: record.handle,
    s: record.secretHash,
    c: record.createdAt,
    a: record.authenticatedAt,
    u: record.lastUsedAt,
    i: record.idleDeadline,
    x: record.absoluteDeadline,
    o: record.owner,
    l: record.label,
    g: record.isOfUnknown ? 1 : undefined,
    d: isUnread ? undefined : encodeMap(values, codec),
    f: encodeMap(record.flash, codec),
    p: previous && {
      s: previous.secretHash,
      t: previous.until,
      // An empty `d` says that there are contents.
      d: previous.contents && (encodeMap(previous.contents.values, codec) ?? {}),
      f: previous.contents && encodeMap(previous.contents.flash, codec),
      y: previous.contents && versionsOf(previous.contents.values, codec),
    },
    r: retired?.map(({ secretHash, until }) => [secretHash, until]),
    n: record.sentAt,
    b: record.replacedBy,
    e: record.endsSeen && encodeEnds(record.endsSeen),
    m: record.persistent === undefined ? undefined : record.persistent ? 1 : 0,
    h: record.terms && encodeTerms(record.terms),
    y: versionsOf(record.values, codec),
  }
  if (!isWire(wire)) {
    throw configError(
      'The session was not saved: its user id and label must be texts, ' +
        'and the option now must give milliseconds since the epoch',
    )
  }
  try {
    return form.print(wire, isUnread ? values.print() : undefined)
  } catch (cause) {
    throw unencodable(record, codec, cause)
  }
}

/** Which value it was that JSON refused. Values are checked when they are set; a schema's results are not. */
function unencodable({ values, flash }: Contents, codec: ValueCodec, cause: unknown): unknown {
  for (const [key, value] of [...values, ...flash]) {
    try {
      JSON.stringify(codec.encode(key, value))
    } catch {
      return new SessionValueError(key, 'JSON refused it', { cause })
    }
  }
  return cause
}

function decodeInto(
  values: KeptValues,
  { key, stored }: { key: string; stored: unknown },
  codec: ValueCodec,
  refused: string[],
): void {
  try {
    values.show(key, codec.decode(stored), stored)
  } catch {
    values.hide(key, stored)
    refused.push(key)
  }
}

/** Who reads, and the keys whose values they refused. */
interface Decoding {
  codec: ValueCodec
  refused: string[]
}

/** A Map, so that a key named `__proto__` is a key like any other. */
function decodeMap(
  data: Data | undefined,
  { codec, refused }: Decoding,
  map: Map<string, unknown> = codec.isPlain ? new Map() : new KeptValues(),
): Map<string, unknown> {
  for (const key in data) {
    if (!Object.hasOwn(data, key)) continue
    if (map instanceof KeptValues) decodeInto(map, { key, stored: data[key] }, codec, refused)
    else map.set(key, data[key])
  }
  return map
}

/** The values, which take along what is written of their versions. */
function decodeValues({ d, y }: Pick<Wire, 'd' | 'y'>, decoding: Decoding): Map<string, unknown> {
  const isUnread = d instanceof UnreadValues
  if (y === undefined && decoding.codec.dataVersion === undefined) {
    return isUnread ? d : decodeMap(d, decoding)
  }
  const values = new KeptValues()
  values.versions = y ?? [0]
  return decodeMap(isUnread ? Object.fromEntries(d) : d, decoding, values)
}

/** What is written of the versions of values. */
export function versionsOf(
  values: ReadonlyMap<string, unknown>,
  { dataVersion }: ValueCodec,
): Versions | undefined {
  if (dataVersion !== undefined) return dataVersion.versionsOf(values)
  return values instanceof KeptValues ? values.versions : undefined
}

/**
 * The record in this string, or undefined when it is not one of ours or was damaged.
 *
 * `refused` takes the keys whose values the codec refused; they are kept, and not to be seen. `isOurs` says that
 * nobody else can have written it: then values that are plain JSON are parsed when somebody asks for them.
 */
export function decodeRecord(
  text: string,
  codec: ValueCodec,
  { refused = [], isOurs = false }: { refused?: string[]; isOurs?: boolean } = {},
): SessionRecord | undefined {
  try {
    // Whatever a storage writes, it reads both forms.
    const wire = text.startsWith(marker) ? parseShort(text, isOurs) : unpolluted(JSON.parse(text))
    if (!isWire(wire)) return undefined
    const { p } = wire
    const decoding = { codec, refused }
    const contents = ({ d, f, y }: Pick<Wire, 'd' | 'f' | 'y'>): Contents => ({
      values: decodeValues({ d, y }, decoding),
      flash: f === undefined ? noValues : decodeMap(f, decoding),
    })
    return {
      handle: wire.k,
      secretHash: wire.s,
      createdAt: wire.c,
      authenticatedAt: wire.a,
      lastUsedAt: wire.u,
      idleDeadline: wire.i,
      absoluteDeadline: wire.x,
      owner: wire.o,
      label: wire.l,
      isOfUnknown: wire.g === 1 || undefined,
      values: decodeValues(wire, decoding),
      flash: wire.f === undefined ? noValues : decodeMap(wire.f, decoding),
      previous: p && { secretHash: p.s, until: p.t, contents: p.d && contents(p) },
      retired: wire.r?.map(([secretHash, until]) => ({ secretHash, until })),
      sentAt: wire.n,
      replacedBy: wire.b,
      // An index that is not there is looked up in prototypes, but not by at().
      endsSeen: wire.e && { user: wire.e[0], everybody: wire.e[1], group: wire.e.at(2) },
      persistent: wire.m === undefined ? undefined : wire.m === 1,
      terms: wire.h && decodeTerms(wire.h),
      isShared: false,
    }
  } catch {
    return undefined
  }
}
