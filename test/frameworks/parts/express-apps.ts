import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import connect from 'connect'
import type express from 'express'
import type { AdapterApp, AdapterFixture, AdapterHandler } from 'coatcheck/testing'
import { session } from 'coatcheck/express'
import { answer } from './answer.ts'
import { listening } from './server.ts'

/** It has the types of the fifth. */
export const express4 = createRequire(import.meta.url)('express-4') as typeof express

/** How an app of Express answers with what a case wants. */
function respond(handler: AdapterHandler): express.RequestHandler {
  return async (request, response, next) => {
    try {
      const second = (request as { second?: never }).second
      const reply = await handler(request.session, second)
      if ('redirect' in reply) response.redirect(303, reply.redirect)
      else if ('json' in reply) response.json(reply.json)
      else if ('stream' in reply) Readable.from(reply.stream).pipe(response)
      else if ('empty' in reply) response.status(reply.empty).end()
      else {
        const { text, status = 200, headers = [] } = reply
        for (const [name, value] of headers) response.append(name, value)
        response.status(status).send(text)
      }
    } catch (error) {
      next(error)
    }
  }
}

/** Installs the adapter, for one cookie or for two. */
function install(
  use: (middleware: ReturnType<typeof session>) => unknown,
  { cookie, storage, second, options }: AdapterApp,
): void {
  use(session(cookie, storage, options))
  if (second !== undefined) use(session(second.cookie, second.storage, { property: 'second' }))
}

export function expressFixture(make: typeof express): AdapterFixture {
  return {
    async start(given) {
      const app = make()
      // Otherwise every error of the cases is on the console.
      app.set('env', 'test')
      install((middleware) => app.use(middleware), given)
      for (const [path, handler] of Object.entries(given.handlers)) app.all(path, respond(handler))
      return listening(createServer(app))
    },
  }
}

export const connectFixture: AdapterFixture = {
  async start(given) {
    const app = connect()
    install((middleware) => app.use(middleware), given)
    for (const [path, handler] of Object.entries(given.handlers)) {
      app.use(path, (request, response, next) => {
        const { session, second } = request as typeof request & Record<'session' | 'second', never>
        Promise.resolve()
          .then(() => handler(session, second))
          .then((reply) => answer(response, reply))
          .catch(next)
      })
    }
    app.use(((error, _, response, next) => {
      // What Connect does by itself, without a line on the console.
      if (response.headersSent) return next(error)
      response.statusCode = error.status ?? 500
      response.end()
    }) as connect.ErrorHandleFunction)
    return listening(createServer(app))
  },
}
