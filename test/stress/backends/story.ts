import { handleOf, type History, type Order, type Visit } from './history.ts'

/** A change of id: what came before a cookie. */
interface Origin {
  /** The cookie that the visit which asked for this one came with, if that had a session. */
  parent: string | undefined
  visit: Visit
}

/** Something that ends a session. Without `acknowledgedAt` it may have failed, and may still have done so. */
export interface Ending {
  by: Visit | Order
  begin: number
  acknowledgedAt: number | undefined
}

const done = new Set(['written', 'old'])

/** Where a visit's changes went, or may have gone. */
export interface Effect {
  cookie: string
  branch: 'current' | 'old' | 'either'
  isCertain: boolean
}

/** A history, with what there is to know about each cookie and each session. */
export class Story {
  readonly history: History
  readonly #origins = new Map<string, Origin>()
  /** Who made another session than the one that they came with. */
  readonly #makers = new Map<string, Visit>()
  readonly #visitsWith = new Map<string, Visit[]>()
  readonly #visitsOf = new Map<string, Visit[]>()
  readonly #endings = new Map<string, Ending[]>()

  constructor(history: History) {
    this.history = history
    for (const visit of history.visits) {
      const { cookie, issued } = visit
      if (cookie !== null) addTo(this.#visitsWith, cookie, visit)
      for (const handle of handlesOf(visit)) addTo(this.#visitsOf, handle, visit)
      if (issued === undefined) continue
      const parent = cookie !== null && visit.seen !== undefined ? cookie : undefined
      this.#origins.set(issued, { parent, visit })
      if (isApart(visit)) this.#makers.set(handleOf(issued), visit)
    }
    for (const visit of history.visits) this.#addEnding(visit)
    for (const order of history.orders) {
      if (order.type === 'revoke') this.#endedBy(order, order.handle)
    }
  }

  get cookies(): string[] {
    return [...this.#origins.keys()]
  }

  get handles(): string[] {
    return [...this.#visitsOf.keys()]
  }

  origin(cookie: string): Origin | undefined {
    return this.#origins.get(cookie)
  }

  /** Those that came with it. */
  visitsWith(cookie: string): readonly Visit[] {
    return this.#visitsWith.get(cookie) ?? []
  }

  /** Those that read or made this session. */
  visitsOf(handle: string): readonly Visit[] {
    return this.#visitsOf.get(handle) ?? []
  }

  /** The first session of which this one came, whether or not its visitor was known by the one before. */
  rootOf(handle: string): string {
    const maker = this.#makers.get(handle)
    return maker === undefined ? handle : this.rootOf(handleOf(maker.cookie!))
  }

  /** Where a visit's changes went, or may have gone. */
  effectsOf(visit: Visit): Effect[] {
    const { outcome, cookie, issued } = visit
    if (outcome === 'written') {
      return [{ cookie: issued ?? cookie!, branch: 'current', isCertain: true }]
    }
    if (outcome === 'old') {
      return [{ cookie: cookie!, branch: 'old', isCertain: true }, ...this.#effectsOnNext(visit)]
    }
    if (outcome !== 'unknown') return []
    const places = [issued, cookie].filter((place) => typeof place === 'string')
    const next = typeof cookie === 'string' ? this.#effectsOnNext(visit) : []
    return [
      ...places.map((place): Effect => ({ cookie: place, branch: 'either', isCertain: false })),
      ...next.map((effect) => ({ ...effect, isCertain: false })),
    ]
  }

  /** One that read the id before it was changed could have been saved before, too: then both ids have it. */
  #effectsOnNext({ cookie, reading }: Visit): Effect[] {
    const changes = this.visitsWith(cookie!).filter(
      (other) => other.kind === 'rotate' && other.issued !== undefined && mayBeDone(other),
    )
    // If one is known to have changed it, then no other has.
    const known = changes.filter(({ outcome }) => outcome === 'written')
    return (known.length > 0 ? known : changes)
      .filter(({ outcome, saving }) => outcome !== 'written' || saving!.end!.at >= reading.begin.at)
      .map(({ issued, outcome, saving }) => ({
        cookie: issued!,
        branch: 'current',
        isCertain: outcome === 'written' && reading.end!.at < saving!.begin.at,
      }))
  }

  /** By a destroy, a revocation or a login that did not stand; those by revokeAll, or by successors, are not among them. */
  endings(handle: string): readonly Ending[] {
    return this.#endings.get(handle) ?? []
  }

  /** Acknowledged logins that made this session this user's. */
  loginsTo(handle: string): Visit[] {
    return this.visitsOf(handle).filter(
      ({ kind, issued }) => kind === 'login' && issued !== undefined && handleOf(issued) === handle,
    )
  }

  #addEnding(visit: Visit): void {
    const { kind, outcome, cookie, issued } = visit
    if (kind === 'destroy' && ['ended', 'unknown'].includes(outcome)) {
      this.#endedBy(visit, handleOf(cookie!))
    }
    if (kind === 'login' && ['revoked', 'unknown'].includes(outcome) && issued !== undefined) {
      if (!visit.isApart) this.#endedBy(visit, handleOf(issued))
    }
  }

  #endedBy(by: Visit | Order, handle: string): void {
    const span = by.type === 'visit' ? by.saving! : by.span
    const isCertain = by.type === 'visit' ? by.outcome !== 'unknown' : by.ok === true
    const acknowledgedAt = isCertain ? span.end?.at : undefined
    addTo(this.#endings, handle, { by, begin: span.begin.at, acknowledgedAt })
  }
}

/** Whether it certainly changed what is stored. */
export function hasWritten({ outcome }: Visit): boolean {
  return done.has(outcome)
}

export function mayHaveWritten(visit: Visit): boolean {
  return hasWritten(visit) || visit.outcome === 'unknown'
}

/** Those of the session that it came with, and of the one it made. */
function handlesOf({ cookie, issued, seen }: Visit): Set<string> {
  const handles = new Set<string>()
  if (cookie !== null && seen !== undefined) handles.add(handleOf(cookie))
  if (issued !== undefined) handles.add(handleOf(issued))
  return handles
}

function mayBeDone({ outcome }: Visit): boolean {
  return outcome === 'written' || outcome === 'unknown'
}

/** Whether it made another session than the one whose id it came with. */
export function isApart({ cookie, issued }: Visit): boolean {
  return cookie !== null && issued !== undefined && handleOf(issued) !== handleOf(cookie)
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const all = map.get(key)
  if (all === undefined) map.set(key, [value])
  else all.push(value)
}
