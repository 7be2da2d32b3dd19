import type { Rule } from './rules/index.ts'
import type { History, Moment, Order, Rules, Seen, Span, Visit, VisitKind } from './history.ts'

/* Histories in few words. One tick is a microsecond of the machine, and a millisecond of the sessions. */

const rules: Rules = { skew: 0, tolerance: 0, grace: 100, idle: 50, absolute: 500, isIndexed: true }

export function history(...entries: (Visit | Order)[]): History {
  const isVisit = (entry: Visit | Order): entry is Visit => entry.type === 'visit'
  return {
    visits: entries.filter(isVisit),
    orders: entries.filter((entry): entry is Order => !isVisit(entry)),
    operations: [],
    losses: [],
    events: {},
    rules,
  }
}

export function moment(tick: number): Moment {
  return { at: tick, clock: tick }
}

export function span(begin: number, end: number): Required<Span> {
  return { begin: moment(begin), end: moment(end) }
}

/** `A1` is the first id of session A. */
export function id(name: string): string {
  return `${name[0]!.repeat(22)}.${name.slice(1)}`
}

type Details = Partial<Omit<Visit, 'seen' | 'cookie' | 'issued' | 'type'>> & {
  /** Begins at it: read within 2 ticks, saved from 4 to 6. */
  at: number
  cookie?: string
  issued?: string
  seen?: Partial<Seen>
  /** It found nothing, and begins a session. */
  isUnknown?: boolean
}

/** One that found a session, unless it says that it did not. */
export function visit(name: string, kind: VisitKind, details: Details): Visit {
  const { at, cookie, issued, seen, isUnknown, ...rest } = details
  const outcome = rest.outcome ?? (kind === 'look' ? 'quiet' : 'written')
  const isThere = cookie !== undefined && outcome !== 'absent' && isUnknown !== true
  return {
    type: 'visit',
    id: name,
    lane: 'a0',
    kind,
    brief: false,
    cookie: cookie === undefined ? null : id(cookie),
    reading: span(at, at + 2),
    ...(isThere && { seen: { log: [], own: {}, flash: [], ...seen } }),
    ...(outcome !== 'absent' && { saving: span(at + 4, at + 6) }),
    ...(issued !== undefined && { issued: id(issued) }),
    ...rest,
    outcome,
  }
}

/** Session A with its id A1. */
export const beginning: Visit = visit('begin', 'arrive', { at: 0, issued: 'A1' })
/** What whoever reads it then sees. */
export const begun: Pick<Seen, 'log'> = { log: ['begin'] }

/** One that changes the session, after these. */
export function count(
  name: string,
  at: number,
  cookie: string,
  log: string[],
  more: Pick<Details, 'saving' | 'outcome'> = {},
): Visit {
  return visit(name, 'count', { at, cookie, seen: { log }, ...more })
}

export function look(
  at: number,
  cookie: string,
  seen: Partial<Seen> = begun,
  more: Pick<Details, 'saving' | 'outcome'> = {},
): Visit {
  return visit(`look-${at}`, 'look', { at, cookie, seen, ...more })
}

export function order(at: number, what: object): Order {
  return { id: `order-${at}`, span: span(at, at + 2), ok: true, ...what } as Order
}

/** What is seen of a session that these have changed. */
export function log(...names: string[]): Pick<Seen, 'log'> {
  return { log: ['begin', ...names] }
}

/** The visit finds nothing. */
export const missing = { outcome: 'absent' } as const

/** Of session A. */
export const handle: string = id('A1').slice(0, 22)

/** What is wrong, with a history that shows it, and one that is nearly the same and does not. */
export type Sentence = [rule: Rule, wrong: string, bad: (Visit | Order)[], good: (Visit | Order)[]]
