import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppSession } from '../core/life-cycle/register.ts'
import { holdResponse } from './parts/held-response.ts'
import { NodeVisitRequest } from './parts/node-message.ts'
import { place, type PlaceOptions, type SessionArguments, visitsFrom } from './parts/place.ts'

export type { PlaceOptions as KoaSessionOptions }

/** @ts-ignore -- The types of Koa are a package of their own. */
declare module 'koa' {
  interface ExtendableContext {
    session: AppSession
  }
}

/** What is used of Koa's context. */
export interface KoaContext {
  req: IncomingMessage
  res: ServerResponse
  respond?: boolean | undefined
  onerror(error: unknown): void
}

/** Middleware of Koa 3 and 2. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/**
 * Sessions for Koa 3 and 2, at `ctx.session`. A session is saved when the middleware after this one has ended, before Koa
 * responds; what is written to `ctx.res` directly waits for the session too. A store that fails is an error for the
 * middleware before this one, or for Koa itself, with status 503.
 *
 * What was set before an error is forgotten, also when the error is the answer, as with `ctx.throw(401)`.
 *
 * @example
 * ```ts
 * app.use(session(cookie, storage))
 *
 * app.use(async (ctx) => {
 *   ctx.session.login('user-42')
 *   ctx.redirect('/')
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request fails with
 * `ERR_SESSION_NESTED` if the middleware is installed twice.
 */
export function session(...given: SessionArguments): KoaMiddleware {
  const { visits, property } = visitsFrom(...given)

  return async (ctx, next) => {
    const opened = await visits.open(new NodeVisitRequest(ctx.req), ctx.req)
    const visit = place(ctx, property, opened)
    const held = holdResponse(ctx.res, { visit, onError: (error) => ctx.onerror(error) })
    try {
      await next()
      // Who answers past Koa may do so later.
      if (ctx.respond !== false) held.settle(await visit.close())
    } catch (error) {
      // Koa's error page begins by removing all headers: they are written when it leaves.
      held.settle(await visit.fail())
      throw error
    }
  }
}
