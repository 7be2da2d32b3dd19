import { applyCommit, commitSession } from './commit.ts'
import { Cookie, type CookieReading } from './cookie.ts'
import { configError, SessionConflictError, SessionError, StoreError } from './errors.ts'
import { flashUseOf } from './request.ts'
import { type Session, type SessionData, stateOf } from './session.ts'
import type { SessionStorage } from './session-storage.ts'

export interface ServeOptions {
  /**
   * Answers when the store failed, or would not stop changing. The visitor's cookie is left alone, so
   * that the session is there again when the store is. Default: 503 with Retry-After.
   */
  onStoreError?: (
    error: StoreError | SessionConflictError,
    request: Request,
  ) => Response | Promise<Response>
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless sessions can be served with these. */
export function assertServable(cookie: Cookie, storage: SessionStorage): void {
  if (!(cookie instanceof Cookie)) {
    throw configError('The session cookie must come from createCookie(name, { secrets: […] })')
  }
  if (!cookie.signed) {
    throw configError(
      `Session cookie must be signed: createCookie("${cookie.name}", { secrets: [process.env.SESSION_SECRET] })`,
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

function claim(request: Request, name: string): void {
  const names = served.get(request)
  if (names === undefined) {
    served.set(request, new Set([name]))
  } else if (names.has(name)) {
    throw new SessionError(
      'ERR_SESSION_NESTED',
      `This request has a session with cookie "${name}" already: install the middleware once`,
    )
  } else {
    names.add(name)
  }
}

function isStoreFailure(error: unknown): error is StoreError | SessionConflictError {
  return error instanceof StoreError || error instanceof SessionConflictError
}

/**
 * Serves one request with its session: reads it, runs the handler, saves, and only then lets the
 * response go. Every middleware is a skin over this.
 */
export async function serveSession<Data extends SessionData, Flash extends SessionData>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  { onStoreError = unavailable }: ServeOptions,
  request: Request,
  handle: (session: Session<Data, Flash>) => Response | Promise<Response>,
): Promise<Response> {
  claim(request, cookie.name)
  const read = cookie.read(request.headers.get('Cookie'))
  const reading = read instanceof Promise ? await read : read
  if (reading.problem !== undefined) {
    storage.events?.emit({ type: 'tampered', reason: reading.problem })
  }
  let session: Session<Data, Flash>
  try {
    session = await storage.read(reading.value, {
      flashUse: () => flashUseOf(request.method, (name) => request.headers.get(name)),
    })
  } catch (error) {
    if (isStoreFailure(error)) return onStoreError(error, request)
    throw error
  }
  let response: Response | undefined
  try {
    response = await handleOrEnd(cookie, storage, session, reading, request, handle)
    const commit = await commitSession(cookie, storage, session, reading, request.url)
    return applyCommit(response, commit, cookie)
  } catch (error) {
    await response?.body?.cancel().catch(() => {})
    if (isStoreFailure(error)) return onStoreError(error, request)
    throw error
  }
}

/**
 * Runs the handler. If it throws, the data it set is forgotten; but a session that it ended, or an id
 * that it retired, must not live on because of an error that came later.
 */
async function handleOrEnd(
  cookie: Cookie,
  storage: SessionStorage,
  session: Session,
  reading: CookieReading,
  request: Request,
  handle: (session: Session) => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await handle(session)
  } catch (error) {
    const state = stateOf(session)
    state.forgetData()
    if (state.destroyed || state.rotation !== undefined) {
      // The handler's own error is the one to report; a store's failure is an event already.
      await commitSession(cookie, storage, session, reading, request.url).catch(() => {})
    }
    throw error
  }
}
