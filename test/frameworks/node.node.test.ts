import { createServer, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { session } from 'coatcheck/node'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { listening } from './parts/server.ts'

function say(response: ServerResponse, reply: Reply): void {
  if ('redirect' in reply) {
    response.writeHead(303, { Location: reply.redirect }).end()
  } else if ('json' in reply) {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(reply.json))
  } else if ('stream' in reply) {
    Readable.from(reply.stream).pipe(response)
  } else if ('empty' in reply) {
    response.writeHead(reply.empty).end()
  } else {
    const { text, status = 200, headers = [] } = reply
    response.writeHead(status, headers.flat())
    response.write(text.slice(0, 1))
    response.end(text.slice(1))
  }
}

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, handlers }) {
    const withSession = session(cookie, storage)
    const withSecond = second && session(second.cookie, second.storage)
    const server = createServer((request, response) => {
      const handler = handlers[new URL(request.url!, 'http://localhost').pathname]!
      if (withSecond === undefined) {
        void withSession(request, response, async (one) => say(response, await handler(one)))
        return
      }
      void withSession(request, response, (one) =>
        withSecond(request, response, async (two) => say(response, await handler(one, two))),
      )
    })
    return listening(server)
  },
}

describeAdapter('node:http', fixture)
