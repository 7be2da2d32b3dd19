import type { Cookie } from '../cookie/cookie.ts'
import { committedError, isStoreFailure, SessionError } from '../errors.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import { readOptions } from '../options.ts'
import { shared } from '../runtime/brand.ts'
import type { Session, SessionData, UntypedData } from '../session/session.ts'
import { type Arrival, eventsOf, receive, type Source, type VisitRequest } from './arrival.ts'
import { type Commit, commitForeignSession, commitSession, type Sending } from './commit.ts'
import { logFailure } from './failure-log.ts'
import type { ForeignSession, ForeignSessionStorage } from './foreign-session.ts'
import { notARequest } from './not-a-request.ts'
import { assertServable } from './servable.ts'
import { type Privacy, readPrivacy } from './privacy.ts'
import { readTouch } from './touch.ts'
import { type VisitOptions, visitKinds } from './visit-options.ts'

const nothing: Commit = { setCookies: [], vary: false }

/**
 * Names of the session cookies that each request is being served with. One map for all copies of this package, because
 * two middlewares on one request may be of two copies.
 */
const claimed = shared('served', () => new WeakMap<object, Set<string>>())

/** What visits are opened with. */
interface Setup<S extends ForeignSession> extends Source<S> {
  privacy: Privacy | undefined
}

/** One request with its session, from the moment it comes to the moment its response may leave. */
export interface Visit<S extends ForeignSession = Session> {
  readonly session: S
  /** What the storage reads the session by, for the visitor's next request: null while it is not stored. */
  readonly value: string | null
  /**
   * Saves the session, and resolves with what the response must carry; it may not leave before. Changes after this call
   * throw. A second call resolves with the same.
   *
   * @param sending How the cookie is sent, where it is not as it was made. Only for sessions of our own.
   * @throws {SessionError} What saving throws: `ERR_SESSION_STORE` and `ERR_SESSION_CONFLICT` mean that nothing was
   * saved and that the response must be another one, with status 503; `ERR_SESSION_COOKIE_SIZE` and others that the app is wrong.
   */
  close(sending?: Sending): Promise<Commit>
  /**
   * For a handler that failed, in place of `close()`: what it set is forgotten, but a stored session that it ended, or whose
   * id it retired, does not live on because of an error that came later. Resolves with what an error page may carry.
   * Never rejects: the handler's error is the one to report.
   */
  fail(): Promise<Commit>
}

class OpenVisit<S extends ForeignSession> implements Visit<S> {
  readonly session: S
  readonly #arrival: Arrival<S>
  readonly #setup: Setup<S>
  readonly #release: () => void
  #early: Promise<Commit> | undefined
  #end: Promise<Commit> | undefined

  constructor(arrival: Arrival<S>, setup: Setup<S>, release: () => void) {
    this.session = arrival.session
    this.#arrival = arrival
    this.#setup = setup
    this.#release = release
    if (arrival.state !== undefined) arrival.state.server = this
  }

  get value(): string | null {
    const { state, reading } = this.#arrival
    if (state === undefined) return reading.value
    return state.issued || (state.loaded ? reading.value : null)
  }

  close(sending?: Sending): Promise<Commit> {
    this.#end ??= this.#released(() => this.#commit(sending))
    return this.#end
  }

  /**
   * For `session.commit()`, which handlers call: saves before the handler has ended. What the response must carry is settled
   * then, and `close()` and `fail()` resolve with that. If it throws, nothing is settled.
   *
   * @throws {SessionError} As `close()`; `ERR_SESSION_COMMITTED` after `close()` or `fail()`.
   */
  async commit(): Promise<void> {
    if (this.#early === undefined && this.#end !== undefined) {
      throw committedError('commit it before the handler returns')
    }
    const saving = (this.#early ??= this.#commit())
    try {
      await saving
    } catch (error) {
      if (this.#early === saving && this.#end === undefined) {
        this.#early = undefined
        this.#arrival.state!.close(false)
      }
      throw error
    }
  }

  endingByLogin(): Iterable<Session> {
    const { rivals, others } = this.#arrival
    return [...rivals, ...others]
  }

  fail(): Promise<Commit> {
    this.#end ??= this.#released(() => this.#abandon())
    return this.#end.catch(() => nothing)
  }

  async #released(end: () => Promise<Commit>): Promise<Commit> {
    try {
      // A commit of the handler that is still under way, and fails, has settled nothing.
      const commit = await (this.#early === undefined ? end() : this.#early.catch(end))
      return this.#setup.privacy?.(this.session, commit) ?? commit
    } finally {
      this.#release()
    }
  }

  #commit(sending?: Sending): Promise<Commit> {
    const { state } = this.#arrival
    if (state === undefined) return commitForeignSession(this.#arrival, this.#setup.storage)
    // A change after this would be lost, so it throws.
    state.close()
    return commitSession(
      this.#arrival as Arrival as Arrival<Session>,
      this.#setup.storage as unknown as SessionStorage,
      sending,
    )
  }

  async #abandon(): Promise<Commit> {
    const { state } = this.#arrival
    try {
      state?.forgetData()
      // A handler that runs on, after its router gave it up, must be told that it is too late.
      state?.close()
      if (isEnding(this.#arrival)) return await this.#commit()
    } catch (error) {
      if (isStoreFailure(error)) logFailure(error, this.#setup.storage)
    }
    return nothing
  }
}

/** Whether the handler, before it failed, has ended a stored session or its id: that holds, whatever came later. */
function isEnding({ session, state, rivals }: Arrival<ForeignSession>): boolean {
  if (state === undefined) return session.destroyed
  if (state.loaded === undefined) return state.destroyed && rivals.length > 0
  return state.destroyed || state.wishes.rotation !== undefined
}

/** Opens visits with one cookie and one storage. */
export interface Visits<S extends ForeignSession> {
  /**
   * Reads the session that a request comes with, or begins a new one.
   *
   * @param original The framework's own object for the request, if `request` was made of it. By that object it is known
   * whether the request has a session of this cookie already.
   * @throws {SessionError} `ERR_SESSION_NESTED` if it has; `ERR_SESSION_STORE` if the store fails; `ERR_SESSION_CONFIG` if
   * `request` is none.
   */
  open(request: VisitRequest, original?: object): Promise<Visit<S>>
}

/**
 * What adapters of frameworks are made of.
 *
 * @param cookie Must have secrets.
 * @param options Those of the adapter: what `visitKinds` names is looked at.
 * @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these, or if one of those options is wrong.
 */
export function createVisits<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: VisitOptions,
): Visits<Session<Data, Flash>>
/** The same with the storage of another library, such as `@remix-run/session`. */
export function createVisits<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  options?: VisitOptions,
): Visits<S>
export function createVisits(
  cookie: Cookie,
  storage: ForeignSessionStorage,
  options: VisitOptions = {},
): Visits<ForeignSession> {
  assertServable(cookie, storage)
  const looked = Object.entries(options).filter(([name]) => Object.hasOwn(visitKinds, name))
  const own: VisitOptions = readOptions('createVisits()', Object.fromEntries(looked), visitKinds)
  const setup = {
    storage,
    events: eventsOf(storage),
    touch: readTouch(own),
    check: own.check?.ofStorage(storage),
    privacy: readPrivacy(own),
  }
  return {
    async open(request, original = request) {
      if (typeof request?.headers?.get !== 'function') throw notARequest(request)
      const release = claim(original, cookie.name)
      try {
        return new OpenVisit(await receive(cookie, setup, request), setup, release)
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

/** Nobody else may serve this request with a session of this cookie until what is returned is called. */
function claim(request: object, name: string): () => void {
  const names = claimed.get(request) ?? new Set()
  if (names.has(name)) {
    throw new SessionError(
      'ERR_SESSION_NESTED',
      `This request has a session with cookie "${name}" already: install the middleware once, or name the second cookie differently`,
    )
  }
  claimed.set(request, names.add(name))
  return () => names.delete(name)
}
