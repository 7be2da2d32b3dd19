import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import type { Cookie } from '../core/cookie/cookie.ts'
import type { ForeignSession, ForeignSessionStorage } from '../core/serving/foreign-session.ts'
import { serveKinds, serveSession, type ServeOptions } from '../core/serving/serve.ts'
import { createVisits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'

export interface WithSessionOptions<
  Data extends SessionData,
  Flash extends SessionData,
> extends ServeOptions {
  /** Must have secrets. */
  cookie: Cookie
  /** Where sessions are kept, such as `createMemorySessionStorage()` makes. */
  storage: SessionStorage<Data, Flash>
}

const kinds: OptionKinds<WithSessionOptions<never, never>> = {
  ...serveKinds,
  cookie: 'any',
  storage: 'any',
}

type Handler<S, Rest extends unknown[]> = (
  request: Request,
  session: S,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Turns a handler that takes a request and its session into one that takes a request: what
 * `Deno.serve`, `Bun.serve`, Workers and `node:http` (through an adapter) run. What they pass beside
 * the request, such as a Worker's `env`, goes on to the handler.
 *
 * A handler that throws saves nothing of what it set. A store that fails is answered with 503: see `onStoreError`.
 *
 * @example
 * ```ts
 * import { createCookie } from 'coatcheck/cookie'
 * import { withSession } from 'coatcheck/fetch'
 * import { createMemorySessionStorage } from 'coatcheck/memory-storage'
 *
 * const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
 * const storage = createMemorySessionStorage()
 *
 * export default {
 *   fetch: withSession({ cookie, storage }, (request, session) => {
 *     const visits = session.update('visits', (n) => (n ?? 0) + 1)
 *     return new Response(`Visit ${visits}`)
 *   }),
 * }
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function withSession<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Rest extends unknown[] = unknown[],
>(
  options: WithSessionOptions<Data, Flash>,
  handler: Handler<Session<Data, Flash>, Rest>,
): (request: Request, ...rest: Rest) => Promise<Response>
/** The same with the storage of another library, such as `@remix-run/session`. */
export function withSession<S extends ForeignSession, Rest extends unknown[] = unknown[]>(
  options: ServeOptions & { cookie: Cookie; storage: ForeignSessionStorage<S> },
  handler: Handler<S, Rest>,
): (request: Request, ...rest: Rest) => Promise<Response>
export function withSession(
  options: ServeOptions & { cookie: Cookie; storage: ForeignSessionStorage },
  handler: Handler<never, never[]>,
): (request: Request, ...rest: never[]) => Promise<Response> {
  const { cookie, storage, onStoreError } = readOptions('withSession()', options, kinds)
  const visits = createVisits(cookie, storage, options)
  if (typeof handler !== 'function') {
    throw configError(
      'withSession() takes the handler second: (request, session) => new Response(…)',
    )
  }
  const served = { visits, storage, onStoreError }
  return (request, ...rest) =>
    serveSession(served, request, (session) => handler(request, session as never, ...rest))
}
