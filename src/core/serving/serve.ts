import {
  isStoreFailure,
  type SessionConflictError,
  SessionError,
  type StoreError,
} from '../errors.ts'
import type { OptionKinds } from '../options.ts'
import type { ForeignSession, ForeignSessionStorage } from './foreign-session.ts'
import { applyCommit } from './response.ts'
import { unavailable } from './unavailable.ts'
import { type VisitOptions, visitKinds } from './visit-options.ts'
import type { Visit, Visits } from './visit.ts'

export interface ServeOptions extends VisitOptions {
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

export const serveKinds: OptionKinds<ServeOptions> = {
  ...visitKinds,
  onStoreError: 'function',
}

/** Where sessions come from, and what to do when the store fails. */
interface Served<S extends ForeignSession> extends ServeOptions {
  visits: Visits<S>
  storage: ForeignSessionStorage<S>
}

/**
 * Serves one request with its session: reads it, runs the handler, saves, and only then lets the
 * response go. What serves a `Request` of the Fetch API is a skin over this.
 *
 * @throws What the handler throws; `SessionError` `ERR_SESSION_NESTED` or `ERR_SESSION_RESPONSE`; and
 * what saving throws, except for a store that fails: `onStoreError` answers for that.
 */
export async function serveSession<S extends ForeignSession>(
  { visits, storage, onStoreError }: Served<S>,
  request: Request,
  handle: (session: S) => Response | Promise<Response>,
): Promise<Response> {
  let response: Response | undefined
  try {
    const visit = await visits.open(request)
    response = await respond(visit, handle)
    return applyCommit(response, await visit.close())
  } catch (error) {
    await cancel(response)
    return answerFailure({ storage, onStoreError }, error, request)
  }
}

/**
 * What the visitor gets when the store failed.
 *
 * @throws Every other error, as it is.
 */
export async function answerFailure(
  { storage, onStoreError }: Pick<Served<never>, 'onStoreError'> & { storage: object },
  error: unknown,
  request: Request,
): Promise<Response> {
  if (!isStoreFailure(error)) throw error
  if (onStoreError !== undefined) return onStoreError(error, request)
  return unavailable(error, storage)
}

/** Nobody reads the body of a response that does not leave. What goes wrong with it is nobody's concern. */
export async function cancel(response: Response | undefined): Promise<void> {
  try {
    await response?.body?.cancel?.()
  } catch {
    // Said above.
  }
}

/** Runs the handler; a response that it throws counts as one that it returns. */
async function respond<S extends ForeignSession>(
  visit: Visit<S>,
  handle: (session: S) => Response | Promise<Response>,
): Promise<Response> {
  try {
    const response: unknown = await handle(visit.session)
    if (isResponse(response)) return response
    throw new SessionError(
      'ERR_SESSION_RESPONSE',
      `The handler must return a Response, not ${described(response)}`,
    )
  } catch (error) {
    if (isResponse(error)) return error
    // The handler's own error is the one to report; a store's failure is an event already.
    await visit.fail()
    throw error
  }
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
