import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cookie } from '../core/cookie/cookie.ts'
import { configError } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { readOptions } from '../core/options.ts'
import { shared } from '../core/runtime/brand.ts'
import type { VisitRequest } from '../core/serving/arrival.ts'
import { lookAtSession } from '../core/serving/look.ts'
import { serveKinds, serveSession, type ServeOptions } from '../core/serving/serve.ts'
import { readTouch } from '../core/serving/touch.ts'
import { createVisits, type Visits } from '../core/serving/visit.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { asScript, currentRequest, isProxyEvent, isRequest, passCookieOn } from './next/request.ts'
import { isRedirect, redirectResponse } from './next/redirect.ts'
import { splitSetCookie } from './parts/set-cookie.ts'

export type { Session, SessionData, UntypedData } from '../core/session/session.ts'

/** What `session()` makes for Next. */
export interface NextSessions<Data extends SessionData, Flash extends SessionData> {
  /**
   * The session of the request that is being served. Within `withSession()` it can be changed. In server components, and in
   * whatever is not within `withSession()`, it can only be read.
   *
   * @throws {SessionError} `ERR_SESSION_STORE` if the store fails. A change of one that can only be read throws
   * `ERR_SESSION_READ_ONLY`.
   */
  getSession(): Promise<Session<Data, Flash>>
  /**
   * Makes a route handler, a server action or a proxy one that has a session: it is saved before the response leaves. A
   * `redirect()` is no failure. Of a handler that throws anything else, `notFound()` too, nothing is saved that it set.
   */
  withSession<Args extends unknown[], Result>(
    handler: (...args: Args) => Result | Promise<Result>,
  ): (...args: Args) => Promise<Result>
}

const advice =
  'Next sends no cookie with a page that is being rendered. Change the session in a route handler, a server action or a ' +
  'proxy that is wrapped in withSession()'

/** The sessions of the handler that runs now, by the names of their cookies. Next may load this file several times. */
const current = shared('next', () => new AsyncLocalStorage<ReadonlyMap<string, Session>>())

/**
 * Sessions for Next 16: in route handlers, server actions, `proxy`, and for reading in server components.
 *
 * @example
 * ```ts
 * // lib/session.ts
 * export const { getSession, withSession } = session(cookie, storage)
 *
 * // app/actions.ts
 * 'use server'
 * export const add = withSession(async (form: FormData) => {
 *   const session = await getSession()
 *   session.update('cart', (cart) => [...(cart ?? []), String(form.get('item'))])
 *   redirect('/')
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function session<Data extends SessionData = UntypedData, Flash extends SessionData = Data>(
  cookie: Cookie,
  storage: SessionStorage<Data, Flash>,
  options?: ServeOptions,
): NextSessions<Data, Flash> {
  const own = readOptions('session()', options, serveKinds)
  const { onStoreError } = own
  const visits = createVisits(cookie, storage, own)
  const looks = new WeakMap<object, Promise<Session<Data, Flash>>>()
  const check = own.check?.ofStorage(storage)
  const looking = { cookie, storage, touch: readTouch(own), check, advice }

  async function getSession(): Promise<Session<Data, Flash>> {
    const served = current.getStore()?.get(cookie.name)
    if (served !== undefined) return served as Session<Data, Flash>
    const { jar, page } = await currentRequest(cookie.name)
    const known = looks.get(jar)
    if (known !== undefined) return known
    const look = lookAtSession(looking, page)
    looks.set(jar, look)
    return look
  }

  function runWith<Result>(session: Session<Data, Flash>, run: () => Result): Result {
    const sessions = new Map(current.getStore()).set(cookie.name, session as Session)
    return current.run(sessions, run)
  }

  function serve(request: Request, run: () => unknown, isProxy: boolean): Promise<Response> {
    // A page that comes after the proxy is what uses messages up.
    const opening: Visits<Session<Data, Flash>> = isProxy
      ? { open: (one: VisitRequest) => visits.open(asScript(one), request) }
      : visits
    return serveSession({ visits: opening, storage, onStoreError }, request, async (session) => {
      try {
        const response = await runWith(session, run)
        const isMissing = isProxy && (response === undefined || response === null)
        return isMissing ? new Response(null, { headers: passing }) : (response as Response)
      } catch (error) {
        if (isRedirect(error)) return redirectResponse(error)
        throw error
      }
    })
  }

  async function act<Result>(run: () => Result | Promise<Result>): Promise<Result> {
    const { jar, page } = await currentRequest(cookie.name)
    const visit = await visits.open(asScript(page), jar)
    const send = (setCookies: readonly string[]) => {
      for (const one of setCookies) jar.set(...splitSetCookie(one))
    }
    let result: Result
    try {
      result = await runWith(visit.session, run)
    } catch (error) {
      send((await (isRedirect(error) ? visit.close() : visit.fail())).setCookies)
      throw error
    }
    send((await visit.close()).setCookies)
    return result
  }

  function withSession<Args extends unknown[], Result>(
    handler: (...args: Args) => Result | Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    if (typeof handler !== 'function') {
      throw configError('withSession() takes a route handler, a server action or a proxy')
    }
    return async (...args) => {
      const run = () => handler(...args)
      if (current.getStore()?.has(cookie.name)) return run()
      const [request, event]: readonly unknown[] = args
      if (!isRequest(request)) return act(run)
      const isProxy = isProxyEvent(event)
      const response = await serve(request, run, isProxy)
      if (isProxy) passCookieOn(response, request, cookie.name)
      return response as Result
    }
  }

  return { getSession, withSession }
}

/** With this a proxy says that the request goes on. */
const passing = { 'x-middleware-next': '1' }
