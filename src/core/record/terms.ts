/* What a login said beside who it is. Few have any of it. */

import { isLoginContext, type LoginContext } from './login-context.ts'

export interface LoginTerms {
  /**
   * Whether the login was made under a limit of sessions: it counts once it has a seat. One from before the limit counts
   * without (`life-cycle/counted-seats.ts`).
   */
  isSeated?: boolean | undefined
  /** How strong the login was, by the app's own scale. */
  level?: number | undefined
  /** What it ends with, such as the provider's session. */
  group?: string | undefined
  /** When it ends at the latest, in milliseconds since the epoch. */
  until?: number | undefined
  /** When the user has proved once more who they are, in milliseconds since the epoch. */
  confirmedAt?: number | undefined
  /** Until when it may wait for its user, locked, in milliseconds since the epoch. `patient-lifetime.ts` writes it. */
  waitDeadline?: number | undefined
  /** What the app noted of the client. */
  context?: LoginContext | undefined
}

/** The same in a record's text. */
export interface TermsWire {
  s?: 1 | undefined
  g?: string | undefined
  u?: number | undefined
  l?: number | undefined
  c?: number | undefined
  w?: number | undefined
  x?: LoginContext | undefined
}

/** `waitDeadline` is not written here: where sessions wait, `patient-lifetime.ts` adds it. */
export function encodeTerms(terms: LoginTerms): TermsWire {
  const { isSeated, group, until, level, confirmedAt, context } = terms
  return { s: isSeated ? 1 : undefined, g: group, u: until, l: level, c: confirmedAt, x: context }
}

export function decodeTerms({ s, g, u, l, c, w, x }: TermsWire): LoginTerms {
  return {
    isSeated: s === 1 || undefined,
    group: g,
    until: u,
    level: l,
    confirmedAt: c,
    waitDeadline: w,
    context: x,
  }
}

export function isTermsWire({ g, u, l, c, x }: TermsWire): boolean {
  const areGood = (g === undefined || typeof g === 'string') && [u, l, c].every(isNumberOrNone)
  return areGood && (x === undefined || isLoginContext(x))
}

function isNumberOrNone(value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}
