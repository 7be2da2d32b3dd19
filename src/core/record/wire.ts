/* What is in a record's text, and the check that it is one. */

import { blankTerms, isTermsWire, type TermsWire } from './terms.ts'

export type Data = Record<string, unknown>

/** Of which version of the app's data values are: the oldest one, and newer ones by their keys. `data-version.ts` checks it. */
export type Versions = readonly [version: number, others?: Data]

/** The record as JSON. Names are short because there are many records. */
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
  d?: Data | undefined
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

interface PreviousWire extends Pick<Wire, 'd' | 'f' | 'y'> {
  s: string
  t: number
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isOptional(value: unknown, type: 'string' | 'object'): boolean {
  return value === undefined || (typeof value === type && value !== null && !Array.isArray(value))
}

export function isData(value: unknown): value is Data {
  return value !== undefined && isOptional(value, 'object')
}

export function isWire(value: unknown): value is Wire {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
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
    isOptional(o, 'string') &&
    isOptional(l, 'string') &&
    isOptional(d, 'object') &&
    isOptional(f, 'object') &&
    (p === undefined || isPrevious(p)) &&
    (r === undefined || (Array.isArray(r) && r.every(isRetired))) &&
    (n === undefined || isInstant(n)) &&
    isOptional(b, 'string') &&
    (e === undefined || isEndsSeen(e)) &&
    (h === undefined || isTermsWire(h))
  )
}

function isEndsSeen(value: unknown): boolean {
  return (
    Array.isArray(value) && (value.length === 2 || value.length === 3) && value.every(isInstant)
  )
}

function isRetired(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && isInstant(value[1])
}

function isPrevious(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { s, t, d, f } = value as Partial<PreviousWire>
  return typeof s === 'string' && isInstant(t) && isOptional(d, 'object') && isOptional(f, 'object')
}

/** Whether a program has put something on `Object.prototype` that would be read where a record leaves a key out. */
function isPolluted(): boolean {
  type Key = keyof Wire | keyof PreviousWire | keyof TermsWire
  const nothing: Partial<Record<Key, unknown>> = {}
  const { v, k, s, c, a, u, i, x, o, l, g, d, f, p, r, n, b, e, m, h, t, y, w } = nothing
  const inherited = [v, k, s, c, a, u, i, x, o, l, g, d, f, p, r, n, b, e, m, h, t, y, w]
  return inherited.some((value) => value !== undefined)
}

/** With every key, so that nothing is inherited. That takes as long as all other checks, so it is done where it must be. */
function completed(parsed: Partial<Wire> | null): Partial<Wire> {
  const wire = { ...blank, ...parsed }
  if (wire.p) wire.p = { ...blankPrevious, ...wire.p }
  if (wire.h) wire.h = { ...blankTerms, ...wire.h }
  return wire
}

/** The compiler sees to it that no key is left out. */
const blank: Record<keyof Wire, undefined> = {
  v: undefined,
  k: undefined,
  s: undefined,
  c: undefined,
  a: undefined,
  u: undefined,
  i: undefined,
  x: undefined,
  o: undefined,
  g: undefined,
  l: undefined,
  d: undefined,
  f: undefined,
  p: undefined,
  r: undefined,
  n: undefined,
  b: undefined,
  e: undefined,
  m: undefined,
  h: undefined,
  y: undefined,
}

const blankPrevious: Record<keyof PreviousWire, undefined> = {
  s: undefined,
  t: undefined,
  d: undefined,
  f: undefined,
  y: undefined,
}

/** A record of what was in a text, or undefined if it was none. */
export function checkWire(parsed: Partial<Wire> | null): Wire | undefined {
  const wire = isPolluted() ? completed(parsed) : parsed
  return isWire(wire) ? wire : undefined
}
