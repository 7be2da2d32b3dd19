import { ownOnly } from '../runtime/own.ts'
import { processMark } from '../runtime/turns.ts'

/** When a user's sessions were all ended. */
export interface Moment {
  /** Grows with each time that it is done: the order of all, on every clock. */
  count: number
  /** On the clock of the process that did it, in milliseconds since the epoch. 0 if it has never been done. */
  at: number
  /** The last turns of the processes that did it lately, the latest first. */
  turns: readonly [mark: string, turn: number][]
}

/**
 * Says that a user's sessions were all ended, and when. It is kept in the store for logins that were
 * under way: such a login writes its session first and looks for this afterwards, while `revokeAll`
 * writes this first and looks for sessions afterwards. So one of the two sees the other.
 */
export interface Revocation {
  last: Moment
  /** The handle of the session that it spared. */
  except?: string | undefined
  /** When that one was last ended by another. */
  exceptLast?: Moment | undefined
  /** Whether the user may not log in. */
  blocked?: boolean | undefined
  /** When the note itself ends, in milliseconds since the epoch. */
  until?: number | undefined
}

/** The same, as it is stored. Version 0.1 knows the three first fields only. */
interface Wire {
  revokedAt: number
  except?: string | undefined
  exceptRevokedAt?: number | undefined
  n?: number
  t?: Moment['turns']
  exceptN?: number | undefined
  exceptT?: Moment['turns'] | undefined
  blocked?: true | undefined
  until?: number | undefined
}

const mostProcesses = 8

/** When the session with this handle was last ended with all others of its user. */
export function lastFor(
  { last, except, exceptLast }: Revocation,
  handle: string,
): Moment | undefined {
  return handle === except ? exceptLast : last
}

/** The note after all sessions were ended once more, but for one. A block stays, and it lives no shorter. */
export function following(
  before: Revocation | undefined,
  except: string | undefined,
  { at, turn }: { at: number; turn: number },
): Revocation {
  const mark = processMark()
  const others = before?.last.turns.filter(([other]) => other !== mark) ?? []
  const turns: Moment['turns'] = [[mark, turn], ...others.slice(0, mostProcesses - 1)]
  const last = { count: countAfter(before, at), at: Math.max(at, 1), turns }
  const exceptLast = before?.except === except ? before?.exceptLast : before?.last
  const spared = except === undefined ? {} : { except, exceptLast }
  return { last, ...spared, blocked: before?.blocked, until: before?.until }
}

/** The note of a user whose sessions have never been ended, as far as is known. */
export function beginning(at: number): Revocation {
  return { last: { count: countAfter(undefined, at), at: 0, turns: [] } }
}

/** Greater than before, and greater than that of a note which has expired since. */
function countAfter(before: Revocation | undefined, at: number): number {
  return Math.max((before?.last.count ?? 0) + 1, Math.ceil(at))
}

export function serializeRevocation(note: Revocation): string {
  const { last, except, exceptLast, blocked, until } = note
  const wire: Wire = {
    revokedAt: last.at,
    except,
    exceptRevokedAt: exceptLast?.at,
    n: last.count,
    t: last.turns,
    exceptN: exceptLast?.count,
    exceptT: exceptLast?.turns,
    blocked: blocked || undefined,
    until,
  }
  return JSON.stringify(wire)
}

/** Undefined if it cannot be read: it may have been meant for anybody. */
export function parseRevocation(text: string): Revocation | undefined {
  try {
    const wire = ownOnly(JSON.parse(text)) as Partial<Wire>
    const last = momentOf(wire.revokedAt, wire.n, wire.t)
    if (last === undefined) return undefined
    const exceptLast = momentOf(wire.exceptRevokedAt, wire.exceptN, wire.exceptT)
    const { except, blocked, until } = wire
    return { last, except, exceptLast, blocked, until }
  } catch {
    return undefined
  }
}

/**
 * Version 0.1 does not count. Its time stands for the count then: it is greater than any, so that a token from
 * before is never taken for one from after.
 */
function momentOf(
  at: number | undefined,
  count: number = Math.ceil(Number(at)),
  turns: Moment['turns'] = [],
): Moment | undefined {
  const isWhole = typeof at === 'number' && typeof count === 'number' && Array.isArray(turns)
  return isWhole ? { count, at, turns } : undefined
}
