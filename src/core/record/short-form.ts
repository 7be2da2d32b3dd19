/*
 * The short form of a record, for cookies, where each byte counts:
 *
 *   ~ handle secret . createdAt . lastUsedAt . idleDeadline . absoluteDeadline [ . authenticatedAt ] data
 *
 * The handle has 22 characters. Numbers are in base 36. `createdAt` is milliseconds since the epoch; `lastUsedAt` and
 * `authenticatedAt` are milliseconds after it. The idle deadline is counted from the last use, the absolute one from
 * `authenticatedAt`, or else from `createdAt`: in seconds, or in milliseconds followed by "!". The data is a JSON object.
 * What few records have stands beside it: `[data, rest]`, under the names of `Wire`.
 *
 * The first character is the version. No context and no JSON begins with it, so that releases which do not know this form take
 * it for a damaged record.
 */

import { isObject } from '../runtime/own.ts'
import { readLater } from './read-later.ts'
import { type Data, printWire, unpolluted, type Wire } from './wire.ts'

/** The first character of each short record. */
export const marker = '~'
const number = '(-?[0-9a-z]{1,11})'
const span = '(-?[0-9a-z]{1,11}!?)'
/** What stands before the data. */
export const shortHead: RegExp = new RegExp(
  `^${marker}([A-Za-z0-9_-]{22})([A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})` +
    `\\.${number}\\.${number}\\.${span}\\.${span}(?:\\.${number})?(\\[?)(?=\\{["}])`,
)

/**
 * The short form of a record; its JSON if it has instants that are no whole milliseconds, or, because it was emptied, no hash.
 *
 * @param known The JSON of the data, where that is known: then `wire` is without.
 */
export function printShort(wire: Wire, known?: string): string {
  const { k, s, c, a, u, i, x, d, o, l, g, f, p, r, n, b, e, m, h, y } = wire
  const start = a ?? c
  const fits =
    s !== '' &&
    Number.isSafeInteger(c) &&
    Number.isSafeInteger(u) &&
    Number.isSafeInteger(i) &&
    Number.isSafeInteger(x) &&
    Number.isSafeInteger(start)
  if (!fits) return printWire(wire, known)
  const login = a === undefined ? '' : `.${(a - c).toString(36)}`
  const data = known ?? JSON.stringify(d ?? {})
  const hasRest = o ?? l ?? g ?? f ?? p ?? r ?? n ?? b ?? e ?? m ?? h ?? y
  const body =
    hasRest === undefined
      ? data
      : `[${data},${JSON.stringify({ o, l, g, f, p, r, n, b, e, m, h, y })}]`
  return `${marker}${k}${s}.${c.toString(36)}.${(u - c).toString(36)}.${printSpan(i - u)}.${printSpan(x - start)}${login}${body}`
}

/**
 * What is in the short form, not yet checked to be a record; null in anything else. Throws where JSON does.
 *
 * @param isOurs Whether nobody else can have written it: then values may be parsed later.
 */
export function parseShort(text: string, isOurs: boolean): Partial<Wire> | null {
  const found = shortHead.exec(text)
  if (found === null) return null
  const [{ length }, k, s, created, used, idle, absolute, login, bracket] = found
  const c = parseInt(created!, 36)
  const a = login ? c + parseInt(login, 36) : undefined
  const u = c + parseInt(used!, 36)
  const i = u + parseSpan(idle!)
  const x = (a ?? c) + parseSpan(absolute!)
  const later = isOurs ? readLater(text, length) : undefined
  let body: readonly unknown[] = [later?.values, {}]
  if (later?.end !== text.length) {
    // An empty object stands for values that are parsed later, and for a rest that is not there.
    const start = later ? `[{}${text.slice(later.end)}` : `[${text.slice(length)}`
    body = JSON.parse(bracket ? start : `${start},{}]`)
  }
  const [parsed, rest] = body
  if (body.length !== 2 || !isObject(rest)) return null
  const d = later?.values ?? (parsed as Data)
  // By name: to spread what was just parsed takes Node 20 longer than all the rest.
  const { o, l, g, f, p, r, n, b, e, m, h, y } = unpolluted<Partial<Wire>>(rest)
  return { v: 1, k, s, c, a, u, i, x, d, o, l, g, f, p, r, n, b, e, m, h, y }
}

function printSpan(milliseconds: number): string {
  const seconds = milliseconds / 1000
  return Number.isInteger(seconds) ? seconds.toString(36) : `${milliseconds.toString(36)}!`
}

function parseSpan(text: string): number {
  const span = parseInt(text, 36)
  return text.endsWith('!') ? span : span * 1000
}
