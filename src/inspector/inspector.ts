import type { IncomingMessage, ServerResponse } from 'node:http'
import { isCookie, type Cookie } from '../core/cookie/cookie.ts'
import { isLoopback, isProxied } from '../core/cookie/request-place.ts'
import { configError } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { isProduction, warnOnce } from '../core/runtime/platform.ts'
import type { VisitRequest } from '../core/serving/arrival.ts'
import { eventsOf } from '../core/serving/arrival.ts'
import type { SessionData, UntypedData } from '../core/session/session.ts'
import { NodeVisitRequest } from '../frameworks/parts/node-message.ts'
import { Notebook } from './notebook.ts'
import { fragment, page } from './page.ts'
import { createScopes } from './request-scope.ts'
import { reportTo, type Sources } from './report.ts'
import { watchStorage } from './watch-storage.ts'

export interface InspectorOptions {
  /** Where the page is. Default `/__session`. */
  path?: string | undefined
  /** Whether the page shows values. Default `false`: it shows their names, kinds and sizes. The cookie's value is never shown. */
  showValues?: boolean | undefined
  /**
   * Whether it also works where `NODE_ENV` is `production` or cannot be told, and for requests that come from another
   * machine. Everybody who can reach the page then sees their own session, and the events of everybody's. Default `false`.
   */
  force?: boolean | undefined
}

const kinds: OptionKinds<InspectorOptions> = {
  path: 'string',
  showValues: 'boolean',
  force: 'boolean',
}

type Handler<Rest extends unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>

export interface Inspector {
  /** Whether it takes notes and answers. If not, both functions pass everything on. */
  readonly isOn: boolean
  /** Middleware of Express, Connect and bare `node:http`. It stands before the session's. */
  node(request: IncomingMessage, response: ServerResponse, next: () => void): void
  /** Wraps a handler of the Fetch API. */
  fetch<Rest extends unknown[]>(handler: Handler<Rest>): Handler<Rest>
}

/**
 * A page for development that shows the visitor's session: what is in it, what each request changed, both deadlines, the
 * messages that wait, the events of the last minutes and the cookies. What it remembers is bounded, and in this process.
 *
 * It is off in production. It answers only requests over plain http to a loopback host that no proxy has passed on, and
 * none that another site makes. `force` lifts that.
 *
 * @example
 * ```ts
 * const inspector = createInspector(cookie, storage)
 * app.use(inspector.node) // Express; open /__session
 * app.use(session(cookie, storage))
 * ```
 *
 * @param storage It puts notes around `read` and `save` of this object, in place.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie or the storage is not of this package, or an option is wrong.
 */
export function createInspector<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(cookie: Cookie, storage: SessionStorage<Data, Flash>, options?: InspectorOptions): Inspector {
  const read = readOptions('createInspector()', options, kinds)
  const { path = '/__session', showValues = false, force = false } = read
  if (!isCookie(cookie)) throw configError('createInspector() takes the session cookie first')
  const events = storage && eventsOf(storage)
  if (events === undefined) {
    throw configError('createInspector() takes a storage of coatcheck second')
  }
  if (!/^\/[\w./-]*$/.test(path)) {
    throw configError('The option path must be a path such as "/__session"')
  }
  if (isProduction() && !force) {
    warnOnce('the inspector is off, because NODE_ENV is "production" or cannot be read')
    return off
  }

  const notebook = new Notebook(() => events.now())
  const scopes = createScopes()
  const watched = watchStorage(storage as unknown as SessionStorage, { notebook, scopes })
  const sources: Sources = { cookie, notebook, scopes, read: watched }

  async function answer(request: VisitRequest, url: URL): Promise<Response> {
    const isFirst = !url.searchParams.has('part')
    const report = await reportTo(request, sources, isFirst)
    const sent = report.cookies.find(({ isSession }) => isSession)
    const view = { report, showValues, path, cookie: sent?.name ?? cookie.name }
    return isFirst ? page(view) : fragment(view)
  }

  /** The address of the page, if that is what is asked for, by somebody who may see it. */
  function asked(request: VisitRequest): URL | undefined {
    const isRead = request.method === 'GET' && URL.canParse(request.url)
    const url = isRead ? new URL(request.url) : undefined
    return url?.pathname === path && (force || isOwnMachine(request)) ? url : undefined
  }

  return {
    isOn: true,
    node(request, response, next) {
      const visit = new NodeVisitRequest(request)
      const url = asked(visit)
      if (url === undefined) {
        scopes.run({ name: nameOf(visit), conflicts: 0 }, next)
        return
      }
      answer(visit, url).then(
        (page) => sendTo(response, page),
        (error: unknown) => sendTo(response, failed(error)),
      )
    },
    fetch:
      (handler) =>
      async (request, ...rest) => {
        const url = asked(request)
        if (url !== undefined) return answer(request, url).catch(failed)
        return scopes.run({ name: nameOf(request), conflicts: 0 }, () => handler(request, ...rest))
      },
  }
}

const off: Inspector = {
  isOn: false,
  node: (_request, _response, next) => next(),
  fetch: (handler) => handler,
}

/** A developer's browser on the machine that the app runs on, on a page of the app or an address that was typed. */
function isOwnMachine({ url, headers }: VisitRequest): boolean {
  const site = headers.get('sec-fetch-site') ?? 'none'
  return (
    isLoopback(url) && !isProxied({ url, headers }) && (site === 'none' || site === 'same-origin')
  )
}

function nameOf({ method, url }: VisitRequest): string {
  return `${method} ${URL.canParse(url) ? new URL(url).pathname.slice(0, 100) : '?'}`
}

function failed(error: unknown): Response {
  const text = error instanceof Error ? error.message : 'The inspector failed'
  return new Response(text, { status: 500, headers: { 'Content-Type': 'text/plain' } })
}

async function sendTo(response: ServerResponse, page: Response): Promise<void> {
  const body = await page.text()
  response.writeHead(page.status, Object.fromEntries(page.headers)).end(body)
}
