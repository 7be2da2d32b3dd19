import type { IncomingMessage, ServerResponse } from 'node:http'
import { configError } from '../../core/errors.ts'
import { holdResponse } from '../../frameworks/parts/held-response.ts'
import { NodeVisitRequest } from '../../frameworks/parts/node-message.ts'
import { cookieOptionsFor } from './attributes.ts'
import { cookieHeaderOf } from './cookies.ts'
import { RequestCourse } from './course.ts'
import type { SessionOptions } from './options.ts'
import { courses, type SessionRequest } from './session.ts'
import { createSetup, type Setup } from './setup.ts'

/** Middleware of Express 5 and 4 and of Connect. */
export type SessionMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

type AnyRequest = IncomingMessage & SessionRequest & { originalUrl?: string }

/**
 * The middleware of express-session, over storages of coatcheck or any store made for express-session. What it does otherwise
 * is in docs/migrating/express-session.md.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG`, saying what to write instead.
 */
export function createMiddleware(options: SessionOptions = {}): SessionMiddleware {
  const setup = createSetup(options)
  const isReady = readinessOf(setup)

  async function open(
    request: AnyRequest,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ) {
    const visits = setup.visitsFor(request)
    if (visits === undefined) {
      throw configError('The option secret of session() is required: secret: [process.env.SECRET]')
    }
    const visit = await visits.open(new ParsedVisitRequest(request, setup.name), request)
    const course = new RequestCourse(setup, request, visit)
    show(request, course, setup)
    holdResponse(response, {
      visit: { close: () => course.close(), fail: () => visit.fail() },
      onError: next,
    })
    saveLateChanges(response, course, next)
  }

  return (request: AnyRequest, response, next) => {
    const isServed = courses.has(request) || Boolean(request.session)
    if (isServed || !isReady() || !isInPath(request, setup)) return next()
    open(request, response, next).then(() => next(), next)
  }
}

/** Some stores tell when they have no connection. Requests have no session then, as in express-session. */
function readinessOf({ given }: Setup): () => boolean {
  let isReady = true
  const emitter = given as { on?: (event: string, listener: () => void) => void } | undefined
  emitter?.on?.('disconnect', () => void (isReady = false))
  emitter?.on?.('connect', () => void (isReady = true))
  return () => isReady
}

function isInPath(request: AnyRequest, { settings }: Setup): boolean {
  const { path } = cookieOptionsFor(settings, request)
  const { originalUrl = request.url ?? '' } = request
  const [pathname] = originalUrl.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  return (pathname || '/').startsWith(path || '/')
}

/** Puts the session on the request. It is made when somebody looks at it: the response depends on it only then. */
function show(request: AnyRequest, course: RequestCourse, { store }: Setup): void {
  courses.set(request, course)
  request.sessionStore = store
  const define = (name: string, get: () => unknown) => {
    const set = (value: unknown) => {
      if (name === 'session') course.look()
      Object.defineProperty(request, name, { ...plain, value })
    }
    Object.defineProperty(request, name, { configurable: true, enumerable: true, get, set })
  }
  define('sessionID', () => course.id)
  define('session', () => (request.session = course.look()))
}

const plain = { configurable: true, enumerable: true, writable: true }

/** A response that is sent in pieces has left, with its cookie, before its handler has ended: the data still counts. */
function saveLateChanges(
  response: ServerResponse,
  course: RequestCourse,
  next: (error?: unknown) => void,
): void {
  const { end } = response
  response.end = (...args: unknown[]) => {
    // As there: of a handler that ends twice, the second end is nothing.
    if (response.writableEnded) return response
    if (!course.isChangedLate) return end.apply(response, args as never)
    course.finish().then(() => end.apply(response, args as never), next)
    return response
  }
}

class ParsedVisitRequest extends NodeVisitRequest {
  readonly #request: IncomingMessage
  readonly #name: string

  constructor(request: IncomingMessage, name: string) {
    super(request)
    this.#request = request
    this.#name = name
  }

  override get(name: string): string | undefined {
    return name === 'cookie' ? cookieHeaderOf(this.#request, this.#name) : super.get(name)
  }
}
