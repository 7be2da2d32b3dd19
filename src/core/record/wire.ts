/* What is in a record's text, and the check that it is one. */

import { isObject, ownOnly } from '../runtime/own.ts'
import type { UnreadValues } from './unread-values.ts'
import { isTermsWire, type TermsWire } from './terms.ts'

export type Data = Record<string, unknown>

/** Of which version of the app's data values are: the oldest one, and newer ones by their keys. `data-version.ts` checks it. */
export type Versions = readonly [version: number, others?: Data]

/** The record as JSON. Names are short because there are many records: `encodeRecord` says what each stands for. */
export interface Wire {
  v: 1
  k: string
  s: string
  c: number
  a?: number | undefined
  u: number
  i: number
  x: number
  o?: string | undefined
  l?: string | undefined
  g?: 1 | undefined
  d?: Data | UnreadValues | undefined
  f?: Data | undefined
  p?: PreviousWire | undefined
  r?: readonly [s: string, t: number][] | undefined
  n?: number | undefined
  b?: string | undefined
  e?: readonly [user: number, everybody: number, group?: number] | undefined
  m?: 0 | 1 | undefined
  h?: TermsWire | undefined
  y?: Versions | undefined
}

/**
 * The record as JSON.
 *
 * @param data The JSON of the data, where that is known: then `wire` is without.
 */
export function printWire(wire: Wire, data?: string): string {
  const json = JSON.stringify(wire)
  return data === undefined ? json : `${json.slice(0, -1)},"d":${data}}`
}

interface PreviousWire extends Pick<Wire, 'd' | 'f' | 'y'> {
  s: string
  t: number
}

function isInstant(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0
}

function isObjectOrNone(value: unknown): boolean {
  return value === undefined || isObject(value)
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

export function isWire(value: unknown): value is Wire {
  if (!isObject(value)) return false
  const { v, k, s, c, a, u, i, x, o, l, d, f, p, r, n, b, e, h } = value as Partial<Wire>
  return (
    v === 1 &&
    typeof k === 'string' &&
    typeof s === 'string' &&
    isInstant(c) &&
    (a === undefined || isInstant(a)) &&
    isInstant(u) &&
    isInstant(i) &&
    isInstant(x) &&
    isTextOrNone(o) &&
    isTextOrNone(l) &&
    isObjectOrNone(d) &&
    isObjectOrNone(f) &&
    (p === undefined || isPrevious(p)) &&
    (r === undefined || (Array.isArray(r) && r.every(isRetired))) &&
    (n === undefined || isInstant(n)) &&
    isTextOrNone(b) &&
    (e === undefined || isEndsSeen(e)) &&
    (h === undefined || (isObject(h) && isTermsWire(h)))
  )
}

function isEndsSeen(value: unknown): boolean {
  return Array.isArray(value) && [2, 3].includes(value.length) && value.every(isInstant)
}

function isRetired(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && isInstant(value[1])
}

function isPrevious(value: unknown): boolean {
  if (!isObject(value)) return false
  const { s, t, d, f } = value as Partial<PreviousWire>
  return typeof s === 'string' && isInstant(t) && isObjectOrNone(d) && isObjectOrNone(f)
}

/** Whether a program has put something on `Object.prototype` that would be read where a record leaves a key out. */
function isPolluted(): boolean {
  type Key = keyof Wire | keyof PreviousWire | keyof TermsWire
  const nothing: Partial<Record<Key, unknown>> = {}
  const { v, k, s, c, a, u, i, x, o, l, g, d, f, p, r, n, b, e, m, h, t, y, w } = nothing
  const inherited = [v, k, s, c, a, u, i, x, o, l, g, d, f, p, r, n, b, e, m, h, t, y, w]
  return inherited.some((value) => value !== undefined)
}

/** The same object, fresh from `JSON.parse`, without what a program has put on `Object.prototype`. */
export function unpolluted<T extends Partial<Wire> | null>(parsed: T): T {
  // It makes what reads it slow, so it is done where it must be.
  if (isPolluted()) {
    ownOnly(parsed)
    ownOnly(parsed?.p)
    ownOnly(parsed?.h)
  }
  return parsed
}
