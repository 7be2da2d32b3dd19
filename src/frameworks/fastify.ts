import type { FastifyInstance } from 'fastify'
import type { AppSession } from '../core/life-cycle/register.ts'
import type { Commit } from '../core/serving/commit.ts'
import type { Visit } from '../core/serving/visit.ts'
import { type HeldResponse, type Holding, holdResponse } from './parts/held-response.ts'
import { NodeVisitRequest } from './parts/node-message.ts'
import { keepPlace, type PlaceOptions, type SessionArguments, visitsFrom } from './parts/place.ts'

export type { PlaceOptions as FastifySessionOptions }

declare module 'fastify' {
  interface FastifyRequest {
    session: AppSession
  }
}

/** A plugin of Fastify 5, for every kind of server and logger. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type takes all of them
export type FastifySessionPlugin = (app: FastifyInstance<any, any, any, any, any>) => Promise<void>

interface Served {
  visit: Holding['visit']
  held?: HeldResponse
  hasFailed: boolean
}

/**
 * Sessions for Fastify 5, at `request.session`. A session is read in an onRequest hook and saved in an onSend hook, before the
 * response leaves; what is written to `reply.raw` directly waits for the session too. A store that fails is an error for the
 * app's error handler, with status 503. What was set before an error is forgotten, whatever the error handler answers. A
 * response with status 500 or more counts as an error too: frameworks on top of Fastify, such as NestJS, answer errors by themselves.
 *
 * It serves the routes of the instance that it is registered on and of the plugins in it, as `@fastify/cookie` does: no
 * `fastify-plugin` is needed. Register it within a plugin, and the routes outside have no sessions.
 *
 * @example
 * ```ts
 * await app.register(session(cookie, storage))
 *
 * app.post('/login', (request, reply) => {
 *   request.session.login('user-42')
 *   return reply.redirect('/', 303)
 * })
 * ```
 *
 * @param cookie Must have secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie has no secrets or an option is wrong. A request fails with
 * `ERR_SESSION_NESTED` if the same cookie is served twice; `register` fails if the property is taken.
 */
export function session(...given: SessionArguments): FastifySessionPlugin {
  const { visits, property } = visitsFrom(...given)
  const slot = Symbol(property)

  const plugin: FastifySessionPlugin = async (app) => {
    app.decorateRequest(property, null)
    app.decorateRequest(slot, null)
    const servedOf = (request: object) => (request as Record<symbol, Served | null>)[slot]!

    app.addHook('onRequest', (request, reply, done) => {
      const begin = (opened: Visit) => {
        const properties = request as object as Record<string | symbol, unknown>
        const visit = keepPlace(properties, property, opened)
        const served: Served = { visit, hasFailed: false }
        served.held = holdResponse(reply.raw, {
          visit,
          hasFailed: () => served.hasFailed || reply.raw.statusCode >= 500,
          onError(error) {
            if (!reply.sent) return void reply.send(error)
            // Fastify has let go of this response.
            request.log.error(error)
            reply.raw.statusCode = (error as { statusCode?: number }).statusCode ?? 500
            reply.raw.end()
          },
        })
        properties[property] = opened.session
        properties[slot] = served
        done()
      }
      visits.open(new NodeVisitRequest(request.raw), request.raw).then(begin, done)
    })

    app.addHook('onError', (request, _, __, done) => {
      const served = servedOf(request)
      if (served !== null) served.hasFailed = true
      done()
    })

    app.addHook('onSend', (request, reply, payload, done) => {
      const served = servedOf(request)
      // A hook before ours has answered, or reading has failed.
      if (served === null) return done(null, payload)
      const { visit, held } = served
      const hasFailed = served.hasFailed || reply.statusCode >= 500
      const settle = (commit: Commit) => {
        held!.settle(commit)
        done(null, payload)
      }
      const refuse = (error: Error) => {
        // Of the page that is not sent nothing may be on the error's.
        for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
        done(error)
      }
      if (hasFailed) visit.fail().then(settle)
      else visit.close().then(settle, refuse)
    })
  }
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'coatcheck',
    [Symbol.for('plugin-meta')]: { name: 'coatcheck', fastify: '5.x' },
  })
}
