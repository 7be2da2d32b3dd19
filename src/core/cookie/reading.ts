import type { ImportedSession } from './importers.ts'
import type { Opened } from './seal.ts'

/** What a Cookie header says about one cookie. */
export interface CookieReading {
  /** The value, if there was exactly one that is authentic. */
  readonly value: string | null
  /** Whether the header had this cookie at all. */
  readonly present: boolean
  /** Whether an older secret sealed it, so that it should be sent again. */
  readonly outdated: boolean
  /**
   * All authentic values, where there are several that differ: an old one in a former scope, or one that another host
   * of the same site has planted. A storage can tell which one stands for a session. Empty where there are
   * more than are looked up.
   */
  readonly rivals?: readonly string[]
  /** What was in a cookie of another library, which `accept` lets in. */
  readonly accepted?: { readonly data: unknown }
  /** The session that such a cookie stands for. */
  readonly imported?: ImportedSession | undefined
  /** Why a cookie that was present has no value. */
  readonly problem?: 'cookie' | 'shadowed' | undefined
}

/** More authentic values than this are not told: nobody but an attacker sends them, and each costs a read. */
const mostRivals = 8

export const absent: CookieReading = { value: null, present: false, outdated: false }

export function unusable(problem: 'cookie' | 'shadowed'): CookieReading {
  return { value: null, present: true, outdated: false, problem }
}

/** The reading of these values, of which those that were not authentic are undefined. */
export function readingOf(opened: readonly (Opened | undefined)[]): CookieReading {
  if (opened.length === 1) {
    const [only] = opened
    if (only === undefined) return unusable('cookie')
    return { value: only.value, present: true, outdated: !only.current }
  }
  const authentic = opened.filter((one) => one !== undefined)
  const [first] = authentic
  if (first === undefined) return unusable('cookie')
  const values = new Set(authentic.map(({ value }) => value))
  if (values.size > mostRivals) return { ...unusable('shadowed'), rivals: [] }
  if (values.size > 1) return { ...unusable('shadowed'), rivals: [...values] }
  const outdated = authentic.some(({ current }) => !current)
  return { value: first.value, present: true, outdated }
}
