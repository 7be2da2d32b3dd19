import { applyCommit, type Commit, commitSession } from './commit.ts'
import { Cookie, type CookieReading } from '../cookie/cookie.ts'
import { EventEmitter } from '../events.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import { configError, SessionConflictError, SessionError, StoreError } from '../errors.ts'
import {
  commitForeignSession,
  type ForeignSession,
  type ForeignSessionStorage,
} from './foreign-session.ts'
import { reportFailure } from '../store/guarded-store.ts'
import { assertRequest } from './assert-request.ts'
import { logFailure } from './failure-log.ts'
import { flashUseOf } from './flash-use.ts'
import { isSession, stateOf } from '../session/session.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'

/** What is asked of a storage, ours or another library's, to serve its sessions. */
interface ServableStorage<S extends ForeignSession> extends ForeignSessionStorage<S> {
  /** Ours report here what is wrong with a cookie. Another library may mean anything by that name. */
  readonly events?: unknown
}

export interface ServeOptions {
  /**
   * Answers when the store failed, or would not stop changing. The visitor's cookie is left alone, so
   * that the session is there again when the store is. Default: 503 with Retry-After, and a line on the
   * console if the storage has no `onEvent`: for the first failure of each kind, then once a minute. A storage of
   * another library throws errors of its own, which may be anything: they are thrown on.
   */
  onStoreError?: (
    error: StoreError | SessionConflictError,
    request: Request,
  ) => Response | Promise<Response>
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these. */
export function assertServable(cookie: Cookie, storage: ServableStorage<ForeignSession>): void {
  if (!(cookie instanceof Cookie)) {
    throw configError(
      "The session cookie must come from createCookie(name, { secrets: […] }) of 'coatcheck/cookie': those of " +
        'other libraries are not sealed. What visitors have of theirs is read with the option accept',
    )
  }
  if (!cookie.signed) {
    throw configError(
      `Session cookie must be signed: createCookie("${cookie.name}", { secrets: [process.env.SESSION_SECRET] })`,
    )
  }
  if (isPromise(storage)) {
    throw configError(
      'The session storage is a promise: write `await` before the call that makes it',
    )
  }
  if (typeof storage?.read !== 'function' || typeof storage.save !== 'function') {
    throw configError(
      'The session storage must have read() and save(), like createMemorySessionStorage()',
    )
  }
}

function unavailable(): Response {
  const headers = { 'Retry-After': '5', 'Cache-Control': 'no-store' }
  return new Response('Service Unavailable', { status: 503, headers })
}

/** Names of the session cookies that each request is being served with. */
const served = new WeakMap<Request, Set<string>>()

/** Serves a request with the session of one cookie, which nobody else may do meanwhile. */
async function claim(
  request: Request,
  name: string,
  serve: () => Promise<Response>,
): Promise<Response> {
  assertRequest(request)
  const names = served.get(request) ?? new Set()
  if (names.has(name)) {
    throw new SessionError(
      'ERR_SESSION_NESTED',
      `This request has a session with cookie "${name}" already: install the middleware once`,
    )
  }
  served.set(request, names.add(name))
  try {
    return await serve()
  } finally {
    names.delete(name)
  }
}

function isStoreFailure(error: unknown): error is StoreError | SessionConflictError {
  return error instanceof StoreError || error instanceof SessionConflictError
}

/**
 * Serves one request with its session: reads it, runs the handler, saves, and only then lets the
 * response go. Every middleware is a skin over this.
 *
 * @throws What the handler throws; `SessionError` `ERR_SESSION_NESTED` or `ERR_SESSION_RESPONSE`; and
 * what saving throws, except for a store that fails: `onStoreError` answers for that.
 */
export function serveSession<S extends ForeignSession>(
  cookie: Cookie,
  storage: ServableStorage<S>,
  { onStoreError }: ServeOptions,
  request: Request,
  handle: (session: S) => Response | Promise<Response>,
): Promise<Response> {
  /** What nobody else would be told of. */
  function tell(error: unknown): void {
    if (onStoreError === undefined && isStoreFailure(error)) logFailure(error, storage.events)
  }

  return claim(request, cookie.name, async () => {
    let response: Response | undefined
    try {
      const read = readCookie(cookie, storage.events, request)
      const reading = read instanceof Promise ? await read : read
      const session = await storage.read(reading.value, {
        flashUse: () => flashUseOf(request.method, (name) => request.headers.get(name)),
        imported: reading.imported,
      })
      const commit = () => commitAny(cookie, storage, session, reading, request.url)
      response = await respond(session, handle, () => commit().catch(tell))
      return applyCommit(response, await commit(), cookie)
    } catch (error) {
      await response?.body?.cancel?.().catch(() => {})
      if (!isStoreFailure(error)) throw error
      if (onStoreError !== undefined) return onStoreError(error, request)
      tell(error)
      return unavailable()
    }
  })
}

function readCookie(
  cookie: Cookie,
  events: unknown,
  request: Request,
): MaybePromise<CookieReading> {
  const emitter = events instanceof EventEmitter ? events : undefined
  const reading = cookie.read(request.headers.get('Cookie'))
  const reported = andThen(reading, (known) => {
    if (known.problem !== undefined) emitter?.emit({ type: 'tampered', reason: known.problem })
    return known
  })
  if (!(reported instanceof Promise)) return reported
  // Where an accepted cookie's session had to be loaded, from a store that nobody else watches.
  return reported.catch((error: unknown) => {
    throw emitter !== undefined && error instanceof StoreError
      ? reportFailure(emitter, 'read', error)
      : error
  })
}

function commitAny<S extends ForeignSession>(
  cookie: Cookie,
  storage: ServableStorage<S>,
  session: S,
  reading: CookieReading,
  requestUrl: string,
): Promise<Commit> {
  if (!isSession(session)) {
    return commitForeignSession(cookie, storage, session, reading, requestUrl)
  }
  return commitSession(cookie, storage as unknown as SessionStorage, session, reading, requestUrl)
}

/**
 * Runs the handler; a response that it throws counts as one that it returns. If it throws anything
 * else, the data it set is forgotten, but a stored session that it ended, or whose id it retired,
 * must not live on because of an error that came later.
 */
async function respond<S extends ForeignSession>(
  session: S,
  handle: (session: S) => Response | Promise<Response>,
  commit: () => Promise<unknown>,
): Promise<Response> {
  try {
    const response: unknown = await handle(session)
    if (isResponse(response)) return response
    throw new SessionError(
      'ERR_SESSION_RESPONSE',
      `The handler must return a Response, not ${described(response)}`,
    )
  } catch (error) {
    if (error instanceof Response) return error
    // The handler's own error is the one to report; a store's failure is an event already.
    if (isEnding(session)) await commit()
    throw error
  }
}

/** Whether a stored session is over, or its id, though the handler failed. What it set is forgotten. */
function isEnding(session: ForeignSession): boolean {
  if (!isSession(session)) return session.destroyed
  const state = stateOf(session)
  state.forgetData()
  // A handler that runs on, after its router gave it up, must be told that it is too late.
  state.committed = true
  return state.loaded !== undefined && (state.destroyed || state.rotation !== undefined)
}

/** By its shape: a response may come from another realm or another implementation. */
function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'status' in value && 'headers' in value
}

/** What it is, never what is in it. */
function described(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return `an object (${value.constructor?.name ?? 'of no class'})`
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
