import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Reply } from 'coatcheck/testing'

/** Says a reply of the cases with nothing but what Node has. */
export function answer(response: ServerResponse, reply: Reply): void {
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
