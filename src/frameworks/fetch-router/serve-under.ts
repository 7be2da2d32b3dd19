/* oxlint-disable typescript/no-explicit-any -- a context of whatever else is in it */
import type { NextFunction, RequestContext } from '@remix-run/fetch-router'
import type { Cookie } from '../../core/cookie/cookie.ts'
import { SessionError } from '../../core/errors.ts'
import { readOptions } from '../../core/options.ts'
import type { ForeignSessionStorage } from '../../core/serving/foreign-session.ts'
import { serveKinds, serveSession, type ServeOptions } from '../../core/serving/serve.ts'
import { createVisits } from '../../core/serving/visit.ts'
import { Session } from '../../core/session/session.ts'

/**
 * Serves each request with its session, which the context has under all these keys.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong.
 */
export function serveUnder(
  keys: readonly object[],
  { cookie, storage }: { cookie: Cookie; storage: ForeignSessionStorage },
  options: ServeOptions | undefined,
): (context: RequestContext<any>, next: NextFunction) => Promise<Response> {
  const { onStoreError } = readOptions('session()', options, serveKinds)
  const visits = createVisits(cookie, storage, options)
  const served = { visits, storage, onStoreError }
  return (context, next) =>
    serveSession(served, context.request, async (current) => {
      const outer = keys.map((key) => context.get(key))
      keys.forEach((key) => put(context, key, current))
      try {
        const response = await next()
        if (keys.some((key) => context.get(key) !== current)) throw replacedError(cookie)
        return response
      } finally {
        // A middleware with another cookie may be around this one, and has a session of its own.
        keys.forEach((key, index) => outer[index] && put(context, key, outer[index]))
      }
    })
}

function put(context: RequestContext<any>, key: object, session: unknown): void {
  const options = key === Session ? { property: 'session' } : undefined
  context.set(key, session as never, options)
}

function replacedError({ name }: Cookie): SessionError {
  return new SessionError(
    'ERR_SESSION_NESTED',
    `Another session was set in the context, in place of the one with cookie "${name}": nothing would save it. ` +
      'Change the one that context.get(Session) returns; regenerateId(true) and unset() start it afresh',
  )
}
