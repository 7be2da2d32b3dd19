import { H3, redirect, type EventHandler, type H3Event } from 'h3'
import { session } from 'coatcheck/h3'
import type { Session } from 'coatcheck'
import type { AdapterApp, Reply } from 'coatcheck/testing'
import { textStream } from './text-stream.ts'

function say(event: H3Event, reply: Reply): unknown {
  if ('redirect' in reply) return redirect(reply.redirect, 303)
  if ('json' in reply) return reply.json
  if ('stream' in reply) return textStream(reply.stream)
  if ('empty' in reply) return new Response(null, { status: reply.empty })
  event.res.status = reply.status ?? 200
  for (const [name, value] of reply.headers ?? []) event.res.headers.append(name, value)
  return reply.text
}

/** An app of h3 2 with the handlers of a case. */
export function h3App({ cookie, storage, second, options, handlers }: AdapterApp): H3 {
  const app = new H3({ silent: true })
  app.use(session(cookie, storage, options))
  if (second !== undefined) app.use(session(second.cookie, second.storage, { property: 'second' }))
  for (const [path, handler] of Object.entries(handlers)) {
    const answer: EventHandler = async (event) => {
      const { session: first, second: other } = event.context as typeof event.context & {
        second?: Session
      }
      return say(event, await handler(first, other))
    }
    app.get(path, answer).post(path, answer)
  }
  return app
}
