import type { Cookie, CookieReading } from '../cookie/cookie.ts'
import { unusable } from '../cookie/reading.ts'
import type { EventEmitter } from '../events.ts'
import type { ReadOptions } from '../life-cycle/begin.ts'
import { isBranded } from '../runtime/brand.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { Session } from '../session/session.ts'
import type { SessionState } from '../session/session-state.ts'
import { stateIn, stateOf } from '../session/state-of.ts'
import type { Loaded } from '../record/standing.ts'
import { isSessionError } from '../errors.ts'
import { flashUseOf } from './flash-use.ts'
import type { Examine } from './check.ts'
import type { Touch } from './touch.ts'
import type { ForeignSession, ForeignSessionStorage } from './foreign-session.ts'

/** What a session needs to know of its request. A `Request` of the Fetch API is one. */
export interface VisitRequest {
  readonly method: string
  /** Absolute: its scheme and host decide on `Secure`. */
  readonly url: string
  readonly headers: RequestHeaders
}

/** Request headers, looked up by lower-case names. */
export interface RequestHeaders {
  /** All values of a name, as the request has them or joined with commas (cookies: with semicolons). */
  get(name: string): string | null | undefined
  /** The names, in lower case. */
  keys(): Iterable<string>
}

/** A request and what its cookies say. */
export interface Arrival<S = unknown> {
  readonly cookie: Cookie
  readonly request: VisitRequest
  readonly reading: CookieReading
  readonly session: S
  /** Its state, if it is a session of ours. */
  readonly state: SessionState | undefined
  /**
   * Sessions that came with the request and that it does not get: it has a new session instead. Either they are of several
   * visitors, because somebody has planted a cookie and nobody can tell which; or the app's check has refused them.
   */
  readonly rivals: Iterable<Session> & { readonly length: number }
  /** Live sessions of the same visitor beside the one that was chosen: a login or a logout ends them too. */
  readonly others: readonly Session[]
  /** Whether the request brought several cookies of our name that are not alike: the next one that is set clears the others. */
  readonly isCrowded: boolean
}

/** Where our storages report what happens. Another library may mean anything by that name. */
export function eventsOf(storage: object): EventEmitter | undefined {
  const { events } = storage as { events?: unknown }
  return isBranded(events, 'events') ? (events as EventEmitter) : undefined
}

/** What sessions are read from. */
export interface Source<S extends ForeignSession> {
  readonly storage: ForeignSessionStorage<S>
  /** Those of the storage, if it is ours. */
  readonly events: EventEmitter | undefined
  readonly touch?: Touch | undefined
  /** What the app says of a session that came. */
  readonly check?: Examine | undefined
}

/** The session that a request comes with, or a new one. */
export async function receive<S extends ForeignSession>(
  cookie: Cookie,
  source: Source<S>,
  request: VisitRequest,
): Promise<Arrival<S>> {
  const { storage, events, touch, check } = source
  const read = readCookie(cookie, events, request)
  const reading = 'then' in read ? await read : read
  const options: ReadOptions = {
    flashUse: () => flashUseOf(request.method, (name) => request.headers.get(name)),
    imported: reading.imported,
    touch: touch?.(request),
  }
  if (reading.rivals?.length && events !== undefined) {
    const readOne = (value: string | null) =>
      storage.read(value, { ...options, isOneOfSeveral: true }) as Promise<unknown>
    const chosen = await choose(reading.rivals, { cookie, request }, readOne as ReadOne)
    if (chosen.rivals.length > 0) events.emit({ type: 'tampered', reason: 'shadowed' })
    const arrival = chosen as Arrival as Arrival<S>
    return check?.(arrival, source) ?? arrival
  }
  // What another library's cookie holds is no value of ours, whatever it looks like.
  const isForeign = events !== undefined && reading.accepted !== undefined
  const problem = isForeign && reading.imported === undefined ? 'cookie' : reading.problem
  if (problem !== undefined) events?.emit({ type: 'tampered', reason: problem })
  const session = await storage.read(isForeign ? null : reading.value, options)
  const arrival: Arrival<S> = {
    cookie,
    request,
    reading,
    session,
    state: stateIn(session),
    rivals: [],
    others: [],
    isCrowded: reading.problem === 'shadowed',
  }
  return check?.(arrival, source) ?? arrival
}

function readCookie(
  cookie: Cookie,
  events: EventEmitter | undefined,
  request: VisitRequest,
): MaybePromise<CookieReading> {
  const reading = cookie.read(request.headers.get('cookie'), request)
  if (!('then' in reading)) return reading
  // Where an accepted cookie's session had to be loaded, from a store that nobody else watches.
  return reading.then(undefined, (error: unknown) => {
    if (isSessionError(error, 'ERR_SESSION_STORE')) {
      events?.emit({ type: 'store-error', operation: 'read', error })
    }
    throw error
  })
}

type ReadOne = (value: string | null) => Promise<Session>

/**
 * Of several authentic cookies the one that stands for a live session; of several that do, the one used last if all are the
 * same visitor's. If they are not, none: whose is left could be decided by whoever planted the other.
 */
async function choose(
  values: readonly string[],
  brought: Pick<Arrival, 'cookie' | 'request'>,
  readOne: ReadOne,
): Promise<Arrival<Session>> {
  const found = await Promise.all(
    values.map(async (value) => ({ value, session: await readOne(value) })),
  )
  const live = found.flatMap(({ value, session }) => {
    const { loaded } = stateOf(session)
    return loaded === undefined ? [] : [{ value, session, loaded }]
  })
  const visitors = new Set(live.map(({ loaded }) => visitorOf(loaded)))
  const [best, ...rest] = eachOnce(live)
  const others = rest.map(({ session }) => session)
  if (best !== undefined && visitors.size > 1) {
    const rivals = [best.session, ...others]
    const reading = { ...unusable('shadowed'), rivals: values }
    const session = await readOne(null)
    return { ...brought, reading, ...ours(session), rivals, others: [], isCrowded: true }
  }
  const reading = { value: best?.value ?? null, present: true, outdated: true }
  // Where none is live, one that was replaced a moment ago tells that a newer cookie is on its way.
  const replaced = found.find(({ session }) => stateOf(session).retiredFrom !== undefined)
  const { session } = best ?? replaced ?? found[0]!
  return { ...brought, reading, ...ours(session), rivals: [], others, isCrowded: true }
}

function ours(session: Session): Pick<Arrival<Session>, 'session' | 'state'> {
  return { session, state: stateOf(session) }
}

/** The user, or the session that is nobody's yet. */
function visitorOf({ record: { owner, handle } }: Loaded): string {
  return owner === undefined ? `handle ${handle}` : `user ${owner}`
}

/** Each session once, that used last first. */
function eachOnce<T extends { loaded: Loaded }>(live: readonly T[]): T[] {
  const sessions = new Map<string, T>()
  for (const one of live) {
    const { handle } = one.loaded.record
    const known = sessions.get(handle)
    if (known === undefined || isBetter(one.loaded, known.loaded)) sessions.set(handle, one)
  }
  return [...sessions.values()].sort(
    (a, b) => b.loaded.record.lastUsedAt - a.loaded.record.lastUsedAt,
  )
}

/** Of one session: that under its current id, or else the one used last. */
function isBetter(a: Loaded, b: Loaded): boolean {
  if (a.by !== b.by) return a.by === 'current'
  return a.record.lastUsedAt > b.record.lastUsedAt
}
