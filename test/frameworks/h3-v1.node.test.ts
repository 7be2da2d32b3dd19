import { createServer } from 'node:http'
import {
  createApp,
  createRouter,
  eventHandler,
  sendNoContent,
  sendRedirect,
  setResponseStatus,
  appendResponseHeader,
  toNodeListener,
  type H3Event,
} from 'h3-1'
import { session } from 'coatcheck/h3-v1'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { listening } from './parts/server.ts'
import { textStream } from './parts/text-stream.ts'

function say(event: H3Event, reply: Reply): unknown {
  if ('redirect' in reply) return sendRedirect(event, reply.redirect, 303)
  if ('json' in reply) return reply.json
  if ('stream' in reply) return textStream(reply.stream)
  if ('empty' in reply) return sendNoContent(event, reply.empty)
  setResponseStatus(event, reply.status ?? 200)
  for (const [name, value] of reply.headers ?? []) appendResponseHeader(event, name, value)
  return reply.text
}

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, options, handlers }) {
    const app = createApp({ onError() {} })
    const router = createRouter()
    for (const [path, handler] of Object.entries(handlers)) {
      router.use(
        path,
        eventHandler(async (event) =>
          say(event, await handler(event.context['session'], event.context['second'])),
        ),
      )
    }
    app.use(router)
    if (second !== undefined) session(second.cookie, second.storage, { property: 'second' })(app)
    session(cookie, storage, options)(app)
    return listening(createServer(toNodeListener(app)))
  },
}

describeAdapter('h3 1', fixture)
