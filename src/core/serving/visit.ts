import type { Cookie, CookieReading } from '../cookie/cookie.ts'
import type { EventEmitter } from '../events.ts'
import type { ReadOptions } from '../life-cycle/begin.ts'
import { isBranded } from '../runtime/brand.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { Session } from '../session/session.ts'
import { stateOf } from '../session/state-of.ts'
import type { Loaded } from '../record/standing.ts'
import { isSessionError } from '../errors.ts'
import { reportFailure } from '../store/guarded-store.ts'
import { flashUseOf } from './flash-use.ts'
import type { ForeignSession, ForeignSessionStorage } from './foreign-session.ts'

/** What is asked of a storage, ours or another library's, to serve its sessions. */
export interface ServableStorage<S extends ForeignSession> extends ForeignSessionStorage<S> {
  /** Ours report here what is wrong with a cookie. Another library may mean anything by that name. */
  readonly events?: unknown
}

/** A request and what its cookies say. */
export interface Visit {
  readonly cookie: Cookie
  readonly request: Request
  readonly reading: CookieReading
  /**
   * The live sessions of several visitors that the request brought: somebody has planted a cookie, and nobody can tell
   * which. Then the request has a new session.
   */
  readonly rivals: readonly Session[]
  /** Whether the request brought several authentic cookies of our name: the next one that is set clears the others. */
  readonly isCrowded: boolean
}

interface Arrival<S> {
  visit: Visit
  session: S
}

/** Where our storages report what happens. */
export function eventsOf(storage: ServableStorage<ForeignSession>): EventEmitter | undefined {
  const { events } = storage
  return isBranded(events, 'events') ? (events as EventEmitter) : undefined
}

/** The session that a request comes with, or a new one. */
export async function receive<S extends ForeignSession>(
  cookie: Cookie,
  storage: ServableStorage<S>,
  request: Request,
): Promise<Arrival<S>> {
  const events = eventsOf(storage)
  const read = readCookie(cookie, events, request)
  const reading = 'then' in read ? await read : read
  const options: ReadOptions = {
    flashUse: () => flashUseOf(request.method, (name) => request.headers.get(name)),
    imported: reading.imported,
  }
  if (reading.rivals !== undefined && events !== undefined) {
    const readOne = (value: string | null) => storage.read(value, options) as Promise<unknown>
    const arrival = await choose(reading.rivals, { cookie, request }, readOne as ReadOne)
    if (arrival.visit.rivals.length > 0) events.emit({ type: 'tampered', reason: 'shadowed' })
    return arrival as Arrival<unknown> as Arrival<S>
  }
  // What another library's cookie holds is no value of ours, whatever it looks like.
  const isForeign = events !== undefined && reading.accepted !== undefined
  const problem = isForeign && reading.imported === undefined ? 'cookie' : reading.problem
  if (problem !== undefined) events?.emit({ type: 'tampered', reason: problem })
  const session = await storage.read(isForeign ? null : reading.value, options)
  return { visit: { cookie, request, reading, rivals: [], isCrowded: false }, session }
}

function readCookie(
  cookie: Cookie,
  events: EventEmitter | undefined,
  request: Request,
): MaybePromise<CookieReading> {
  const reading = cookie.read(request.headers.get('Cookie'), request)
  if (!('then' in reading)) return reading
  // Where an accepted cookie's session had to be loaded, from a store that nobody else watches.
  return reading.then(undefined, (error: unknown) => {
    throw events !== undefined && isSessionError(error, 'ERR_SESSION_STORE')
      ? reportFailure(events, 'read', error)
      : error
  })
}

type ReadOne = (value: string | null) => Promise<Session>

/**
 * Of several authentic cookies the one that stands for a live session; of several that do, the one used last if all are the
 * same visitor's. If they are not, none: whose is left could be decided by whoever planted the other.
 */
async function choose(
  values: readonly string[],
  brought: Pick<Visit, 'cookie' | 'request'>,
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
  const [best] = live.sort((a, b) => byUse(a.loaded, b.loaded))
  if (visitors.size > 1) {
    const rivals = live.map(({ session }) => session)
    const reading = { value: null, present: true, outdated: false, problem: 'shadowed' as const }
    return { visit: { ...brought, reading, rivals, isCrowded: true }, session: await readOne(null) }
  }
  const reading = { value: best?.value ?? null, present: true, outdated: true }
  const session = best?.session ?? found[0]!.session
  return { visit: { ...brought, reading, rivals: [], isCrowded: true }, session }
}

/** The user, or the session that is nobody's yet. */
function visitorOf({ record: { owner, handle } }: Loaded): string {
  return owner === undefined ? `handle ${handle}` : `user ${owner}`
}

/** The one used last comes first; of one session, that under its current id. */
function byUse(a: Loaded, b: Loaded): number {
  if (a.by !== b.by && a.record.handle === b.record.handle) {
    return a.by === 'current' ? -1 : 1
  }
  return b.record.lastUsedAt - a.record.lastUsedAt
}
