import { type ValueCodec, plainCodec } from '../../core/record/codec.ts'
import type { SessionState } from '../../core/session/session-state.ts'

type Values = Record<string, unknown>

/** What data was at some time: each value's JSON, so that changes made in place are seen too. */
export type DataPrint = ReadonlyMap<string, string | undefined>

export function printData(data: Values, codec?: ValueCodec): DataPrint {
  return new Map(Object.entries(data).map(([key, value]) => [key, jsonOf(key, value, codec)]))
}

/** The data without what has not been changed since. What JSON would lose something of always was. */
export function changesIn(data: Values, before: DataPrint, codec?: ValueCodec): Values {
  const entries = Object.entries(data)
  return Object.fromEntries(entries.filter(([key, value]) => isChanged(before, key, value, codec)))
}

/** Whether the data is what it was, as far as JSON can tell. */
export function isSame(data: Values, before: DataPrint): boolean {
  const now = printData(data)
  return (
    now.size === before.size &&
    [...before].every(([key, json]) => now.has(key) && now.get(key) === json)
  )
}

function isChanged(before: DataPrint, key: string, value: unknown, codec?: ValueCodec): boolean {
  const json = before.get(key)
  return json === undefined || json !== jsonOf(key, value, codec)
}

/**
 * Makes a session hold this data, by as few changes as need be: other requests may be changing it as
 * well. `null` is a value here; a key that is undefined goes.
 *
 * @param before What the data was when it was read, or last written.
 * @throws {SessionValueError} `ERR_SESSION_VALUE` for what JSON would lose.
 */
export function writeData(state: SessionState, data: Values, before: DataPrint): void {
  for (const [key, json] of before) {
    const isGone = !Object.hasOwn(data, key) || data[key] === undefined
    if (!isGone) continue
    if (!isMessage(key)) state.change({ type: 'unset', key })
    // Another request may have left another message meanwhile: that one is not used up.
    else state.change({ type: 'take', key, isMeant: (now) => jsonOf(key, now) === json })
  }
  for (const [key, value] of Object.entries(changesIn(data, before, state.codec))) {
    if (value !== undefined) set(state, key, value)
  }
}

/** Whether it is React Router's name for a flash message. */
export function isMessage(key: string): boolean {
  return /^__flash_.*__$/s.test(key)
}

function set(state: SessionState, key: string, value: unknown): void {
  try {
    state.change({ type: 'set', key, value })
  } catch (error) {
    const json = jsonOf(key, value)
    if (json === undefined) throw error
    state.change({ type: 'set', key, value: JSON.parse(json) })
  }
}

/** The value's JSON, in which a Date is a text. Undefined if JSON would lose something. */
function jsonOf(key: string, value: unknown, codec: ValueCodec = plainCodec): string | undefined {
  try {
    return JSON.stringify(codec.encode(key, value), (_, part: unknown) => {
      if (isLost(part)) throw new TypeError('JSON would lose it')
      return part
    })
  } catch {
    return undefined
  }
}

function isLost(part: unknown): boolean {
  switch (typeof part) {
    case 'number':
      return !Number.isFinite(part)
    case 'object':
      return part !== null && !Array.isArray(part) && !isPlain(part)
    case 'string':
    case 'boolean':
    case 'undefined':
      return false
    default:
      return true
  }
}

/** Whether it has nothing but what it shows: a literal, of this realm or of a test runner's. */
function isPlain(part: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(part)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
