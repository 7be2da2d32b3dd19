import { Readable } from 'node:stream'
import Fastify, { type FastifyReply } from 'fastify'
import { session } from 'coatcheck/fastify'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'

function send(to: FastifyReply, reply: Reply): FastifyReply {
  if ('redirect' in reply) return to.redirect(reply.redirect, 303)
  if ('json' in reply) return to.send(reply.json)
  if ('stream' in reply) return to.send(Readable.from(reply.stream))
  if ('empty' in reply) return to.code(reply.empty).send()
  const { text, status = 200, headers = [] } = reply
  for (const [name, value] of headers) to.header(name, value)
  return to.code(status).send(text)
}

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, options, handlers }) {
    const app = Fastify({ forceCloseConnections: true })
    await app.register(session(cookie, storage, options))
    if (second !== undefined) {
      await app.register(session(second.cookie, second.storage, { property: 'second' }))
    }
    for (const [url, handler] of Object.entries(handlers)) {
      app.route({
        method: ['GET', 'HEAD', 'POST'],
        url,
        handler: async (request, reply) => {
          const { second } = request as typeof request & { second?: never }
          return send(reply, await handler(request.session, second))
        },
      })
    }
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    return { origin, close: () => app.close() }
  },
}

describeAdapter('Fastify 5', fixture)
