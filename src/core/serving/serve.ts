import { type Commit, commitForeignSession, commitSession } from './commit.ts'
import { type Cookie, isCookie } from '../cookie/cookie.ts'
import {
  configError,
  isSessionError,
  type SessionConflictError,
  SessionError,
  type StoreError,
} from '../errors.ts'
import type { OptionKinds } from '../options.ts'
import { isOfOtherMajor, shared } from '../runtime/brand.ts'
import { isThenable } from '../runtime/maybe-promise.ts'
import { warnOnce } from '../runtime/platform.ts'
import { notARequest } from './not-a-request.ts'
import { logFailure } from './failure-log.ts'
import type { ForeignSession } from './foreign-session.ts'
import { applyCommit } from './response.ts'
import { isSession } from '../session/session.ts'
import { stateOf } from '../session/state-of.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import { receive, type ServableStorage, type Visit } from './visit.ts'

export interface ServeOptions {
  /**
   * Answers when the store failed, or would not stop changing. The visitor's cookie is left alone, so
   * that the session is there again when the store is. Default: 503 with Retry-After, and a line on the
   * console if the storage has no `onEvent`: for the first failure of each kind, then once a minute. A storage of
   * another library throws errors of its own, which may be anything: they are thrown on.
   */
  onStoreError?:
    | ((error: StoreError | SessionConflictError, request: Request) => Response | Promise<Response>)
    | undefined
}

export const serveKinds: OptionKinds<ServeOptions> = { onStoreError: 'function' }

/** A cookie and a storage, and what to do when the store fails. */
export interface Served<S extends ForeignSession> extends ServeOptions {
  cookie: Cookie
  storage: ServableStorage<S>
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these. */
export function assertServable(cookie: Cookie, storage: ServableStorage<ForeignSession>): void {
  const others = [isOfOtherMajor(cookie, 'cookie'), isOfOtherMajor(storage?.events, 'events')]
  if (others.includes(true)) {
    throw configError(
      'The session cookie or storage comes from another major version of coatcheck than this middleware: ' +
        'install one version (npm ls coatcheck shows which there are)',
    )
  }
  if (!isCookie(cookie)) {
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
  if (cookie.httpOnly === false) {
    warnOnce(
      `Session cookie "${cookie.name}" is made with { httpOnly: false }: any script on a page can read it and send it ` +
        'elsewhere. Leave httpOnly out (ASVS 3.3.4)',
    )
  }
  if (isThenable(storage)) {
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

/**
 * Names of the session cookies that each request is being served with. One map for all copies of this package, because
 * two middlewares on one request may be of two copies.
 */
const served = shared('served', () => new WeakMap<Request, Set<string>>())

/** Serves a request with the session of one cookie, which nobody else may do meanwhile. */
async function claim(
  request: Request,
  name: string,
  serve: () => Promise<Response>,
): Promise<Response> {
  if (typeof request?.headers?.get !== 'function') throw notARequest(request)
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
  return isSessionError(error, 'ERR_SESSION_STORE') || isSessionError(error, 'ERR_SESSION_CONFLICT')
}

/**
 * Serves one request with its session: reads it, runs the handler, saves, and only then lets the
 * response go. Every middleware is a skin over this.
 *
 * @throws What the handler throws; `SessionError` `ERR_SESSION_NESTED` or `ERR_SESSION_RESPONSE`; and
 * what saving throws, except for a store that fails: `onStoreError` answers for that.
 */
export function serveSession<S extends ForeignSession>(
  { cookie, storage, onStoreError }: Served<S>,
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
      const { visit, session } = await receive(cookie, storage, request)
      const commit = () => commitAny(visit, storage, session)
      response = await respond(session, handle, async () => {
        if (isEnding(visit, session)) await commit().catch(tell)
      })
      return applyCommit(response, await commit())
    } catch (error) {
      await cancel(response)
      if (!isStoreFailure(error)) throw error
      if (onStoreError !== undefined) return onStoreError(error, request)
      tell(error)
      return unavailable()
    }
  })
}

/** Nobody reads the body of a response that does not leave. What goes wrong with it is nobody's concern. */
async function cancel(response: Response | undefined): Promise<void> {
  try {
    await response?.body?.cancel?.()
  } catch {
    // Said above.
  }
}

function commitAny<S extends ForeignSession>(
  visit: Visit,
  storage: ServableStorage<S>,
  session: S,
): Promise<Commit> {
  if (!isSession(session)) return commitForeignSession(visit, storage, session)
  return commitSession(visit, storage as unknown as SessionStorage, session)
}

/**
 * Runs the handler; a response that it throws counts as one that it returns. If it throws anything
 * else, the data it set is forgotten, but a stored session that it ended, or whose id it retired,
 * must not live on because of an error that came later.
 */
async function respond<S extends ForeignSession>(
  session: S,
  handle: (session: S) => Response | Promise<Response>,
  endAnyway: () => Promise<void>,
): Promise<Response> {
  try {
    const response: unknown = await handle(session)
    if (isResponse(response)) return response
    throw new SessionError(
      'ERR_SESSION_RESPONSE',
      `The handler must return a Response, not ${described(response)}`,
    )
  } catch (error) {
    if (isResponse(error)) return error
    // The handler's own error is the one to report; a store's failure is an event already.
    await endAnyway()
    throw error
  }
}

/** Whether a stored session is over, or its id, though the handler failed. What it set is forgotten. */
function isEnding({ rivals }: Visit, session: ForeignSession): boolean {
  if (!isSession(session)) return session.destroyed
  const state = stateOf(session)
  state.forgetData()
  // A handler that runs on, after its router gave it up, must be told that it is too late.
  state.close()
  if (state.loaded === undefined) return state.destroyed && rivals.length > 0
  return state.destroyed || state.wishes.rotation !== undefined
}

/** By its shape: a response may come from another realm or another implementation. */
function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null) return false
  const { status, headers } = value as Partial<Response>
  return typeof status === 'number' && typeof headers?.getSetCookie === 'function'
}

/** What it is, never what is in it. */
function described(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  return `an object (${value.constructor?.name ?? 'of no class'})`
}
