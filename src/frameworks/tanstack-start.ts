import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import type { Commit } from '../core/serving/commit.ts'
import { applyCommit } from '../core/serving/response.ts'
import { answerFailure, cancel, serveKinds, type ServeOptions } from '../core/serving/serve.ts'
import { createVisits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import type { PlaceOptions } from './parts/place.ts'

export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

export interface TanStackSessionOptions<Name extends string>
  extends ServeOptions, PlaceOptions<Name> {}

const kinds: OptionKinds<TanStackSessionOptions<string>> = { ...serveKinds, property: 'string' }

/** What request middleware of TanStack Start is given. */
export interface TanStackRequest {
  request: Request
  next(options: { context: Record<string, Session> }): unknown
}

/** Request middleware of TanStack Start, as `createMiddleware().server()` makes it. */
export interface TanStackMiddleware<Context> {
  /** For the compiler alone. */
  '~types': {
    type: 'request'
    allInput: undefined
    allOutput: undefined
    middlewares: undefined
    serverContext: Context
    allServerContext: Context
  }
  options: { middleware?: undefined; server(request: TanStackRequest): Promise<Response> }
}

/**
 * Sessions for TanStack Start: `context.session` in server functions, server routes and later middleware.
 *
 * @example
 * ```ts
 * // src/start.ts
 * export const startInstance = createStart(() => ({
 *   requestMiddleware: [session(cookie, storage)],
 * }))
 *
 * // a server function
 * export const visit = createServerFn({ method: 'POST' }).handler(({ context }) =>
 *   context.session.update('visits', (n) => (n ?? 0) + 1),
 * )
 * ```
 *
 * TanStack makes a response of what a server function or a loader throws. So one with status 500 or more counts as that of a
 * handler that failed: what it set is not saved. A redirect and `notFound()` are no failures.
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Name extends string = 'session',
>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: TanStackSessionOptions<Name>,
): TanStackMiddleware<{ [Property in Name]: Session<Data, Flash> }> {
  const { onStoreError, property = 'session' } = readOptions('session()', options, kinds)
  const visits = createVisits(cookie, storage, options)

  async function server({ request, next }: TanStackRequest): Promise<Response> {
    let response: Response | undefined
    try {
      const visit = await visits.open(request)
      try {
        const result = await next({ context: { [property]: visit.session as Session } })
        response = (result as { response: Response }).response
      } catch (error) {
        await visit.fail()
        throw error
      }
      const isFailure = await hasFailed(response)
      return carry(response, await (isFailure ? visit.fail() : visit.close()))
    } catch (error) {
      await cancel(response)
      return answerFailure({ storage, onStoreError }, error, request)
    }
  }
  return { options: { server } } as TanStackMiddleware<never>
}

/** What is written of what a server function gives, or throws, when a script has called it. */
interface Serialized {
  p?: { k?: string[]; v?: Serialized[] }
}

/**
 * Whether it tells of an error. A script that has called a server function gets with status 200 what it throws: as an object
 * with the key `error`, in the format of Seroval.
 */
async function hasFailed(response: Response): Promise<boolean> {
  const { status, headers } = response
  if (status >= 500) return true
  const isJson = headers.get('Content-Type')?.startsWith('application/json')
  if (!isJson || !headers.has('x-tss-serialized')) return false
  const { p: entries } = (await response.clone().json()) as Serialized
  const isError = entries?.k?.[0] === 'error'
  return isError && entries?.v?.[0]?.p?.k?.[0] !== 'isNotFound'
}

/** A redirect of TanStack is a response that says where to in a property of its own, which a copy has to have as well. */
function carry(response: Response, commit: Commit): Response {
  const sent = applyCommit(response, commit)
  const { options } = response as { options?: unknown }
  return sent === response || options === undefined ? sent : Object.assign(sent, { options })
}
