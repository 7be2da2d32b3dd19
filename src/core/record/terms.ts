/* What a login said beside who it is. Few have any of it. */

export interface LoginTerms {
  /**
   * Whether the login was made under a limit of sessions: it counts once it has a seat. One from before the limit counts
   * without (`life-cycle/session-limit.ts`).
   */
  isSeated?: boolean | undefined
}

/** The same in a record's text. */
export interface TermsWire {
  s?: 1 | undefined
}

/** With every key, so that nothing is inherited. */
export const blankTerms: Record<keyof TermsWire, undefined> = { s: undefined }

export function encodeTerms({ isSeated }: LoginTerms): TermsWire {
  return { s: isSeated ? 1 : undefined }
}

export function decodeTerms({ s }: TermsWire): LoginTerms {
  return { isSeated: s === 1 || undefined }
}

export function isTermsWire(value: unknown): value is TermsWire {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
