import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import session, { type SessionOptions } from 'coatcheck/compat/express-session'
import { secret } from './visitor.ts'

/** A request of Node as express-session makes it; what its session holds, each test knows. */
export type Visited = IncomingMessage & {
  originalUrl?: string
  secure?: boolean
  secret?: string
  cookies?: Record<string, string>
  session: any
  sessionID: any
  sessionStore: any
}

type Handler = (request: Visited, response: ServerResponse) => unknown

export type Middleware = (
  request: any,
  response: ServerResponse,
  next: (error?: any) => void,
) => void

/** The middleware and a handler, without a framework. Errors are answered with their status and message. */
export function program(
  options: SessionOptions | Middleware,
  handler: Handler,
  before?: (request: Visited) => void,
): RequestListener {
  const middleware = typeof options === 'function' ? options : session({ secret, ...options })
  return (request, response) => {
    const fail = (error: any) => {
      if (response.headersSent) return void response.destroy()
      response.statusCode = error.status ?? 500
      response.end(`${error.code ?? error.name}: ${error.message}`)
    }
    before?.(request as Visited)
    middleware(request, response, (error) => {
      if (error) return fail(error)
      try {
        const going: unknown = handler(request as Visited, response)
        if (going instanceof Promise) going.catch(fail)
      } catch (problem) {
        fail(problem)
      }
    })
  }
}

/** Sets a user at `/set`, and says who it is. */
export const whoAmI = (
  options: SessionOptions | Middleware,
  before?: (request: Visited) => void,
): RequestListener =>
  program(
    options,
    (request, response) => {
      if (request.url?.startsWith('/set')) {
        Object.assign(request.session, { user: 'ada', at: request.url })
      }
      response.end(String(request.session?.user))
    },
    before,
  )

/** A method with a callback, as a promise. */
export function called(work: (done: (error?: any, result?: any) => void) => unknown): Promise<any> {
  return new Promise((resolve, reject) => {
    work((error, result) => (error ? reject(error) : resolve(result)))
  })
}
