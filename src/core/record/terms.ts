/* What a login said beside who it is. Few have any of it. */

export interface LoginTerms {
  /**
   * Whether the login was made under a limit of sessions: it counts once it has a seat. One from before the limit counts
   * without (`life-cycle/session-limit.ts`).
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
}

/** The same in a record's text. */
export interface TermsWire {
  s?: 1 | undefined
  g?: string | undefined
  u?: number | undefined
  l?: number | undefined
  c?: number | undefined
  w?: number | undefined
}

/** With every key, so that nothing is inherited. */
export const blankTerms: Record<keyof TermsWire, undefined> = {
  s: undefined,
  g: undefined,
  u: undefined,
  l: undefined,
  c: undefined,
  w: undefined,
}

/** Who lets no session wait, does not say so. */
export function encodeTerms({ isSeated, group, until, level, confirmedAt }: LoginTerms): TermsWire {
  return { s: isSeated ? 1 : undefined, g: group, u: until, l: level, c: confirmedAt }
}

export function decodeTerms({ s, g, u, l, c, w }: TermsWire): LoginTerms {
  return {
    isSeated: s === 1 || undefined,
    group: g,
    until: u,
    level: l,
    confirmedAt: c,
    waitDeadline: w,
  }
}

export function isTermsWire(value: unknown): value is TermsWire {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { g, u, l, c } = value as TermsWire
  if (g !== undefined && typeof g !== 'string') return false
  return isNumberOrNone(u) && isNumberOrNone(l) && isNumberOrNone(c)
}

function isNumberOrNone(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value))
}
