import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppSession } from '../core/life-cycle/register.ts'
import { holdResponse } from './parts/held-response.ts'
import { NodeVisitRequest } from './parts/node-message.ts'
import { place, type PlaceOptions, type SessionArguments, visitsFrom } from './parts/place.ts'

export type { PlaceOptions as ExpressSessionOptions }

declare global {
  namespace Express {
    // oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- it may be declared nowhere else
    interface Request {}
  }
}

/** What others, such as express-session, declare of `request.session`: whoever has both types installed gets both. */
type Declared = Express.Request extends { session?: infer Other } ? NonNullable<Other> : unknown

/** @ts-ignore -- Connect has no such types. */
declare module 'express-serve-static-core' {
  interface Request {
    session: AppSession & Declared
  }
}

type Next = (error?: unknown) => void

/** Middleware of Express 5 and 4 and of Connect. */
export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void

/** Responses of handlers that failed. */
const failed = new WeakSet<ServerResponse>()

/**
 * Sessions for Express 5 and 4 and for Connect, at `request.session`. The response waits until the session is saved, however
 * it is sent. A store that fails is an error for the app's error handlers, with status 503.
 *
 * What a handler set before it failed is forgotten. Express does not tell middleware of a failure: a response with status 500
 * or more counts as one. For error handlers that answer with less, see `rollBackOnError`.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage))
 *
 * app.post('/login', (request, response) => {
 *   request.session.login('user-42')
 *   response.redirect('/')
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request fails with
 * `ERR_SESSION_NESTED` if the middleware is installed twice.
 */
export function session(...given: SessionArguments): ExpressMiddleware {
  const { visits, property } = visitsFrom(...given)

  async function open(request: IncomingMessage, response: ServerResponse, next: Next) {
    const opened = await visits.open(new NodeVisitRequest(request), request)
    const visit = place(request, property, opened)
    const hasFailed = () => response.statusCode >= 500 || failed.has(response)
    holdResponse(response, { visit, hasFailed, onError: next })
  }
  return (request, response, next) => {
    open(request, response, next).then(() => next(), next)
  }
}

/**
 * An error handler that answers nothing: it notes that the handler failed, so that what it set is forgotten, and passes the
 * error on. Install it before error handlers that answer with a status below 500.
 *
 * @example
 * ```ts
 * app.use(rollBackOnError)
 * app.use((error, request, response, next) => response.status(400).send('No'))
 * ```
 */
export function rollBackOnError(
  error: unknown,
  _request: IncomingMessage,
  response: ServerResponse,
  next: Next,
): void {
  failed.add(response)
  next(error)
}
