import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { before, describe, it } from 'node:test'
import type { Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { AdapterApp, AdapterFixture, Reply } from 'coatcheck/testing'
import type { Response as ExpressResponse } from 'express'
import type { FastifyReply } from 'fastify'
import { answer } from './parts/answer.ts'
import { build, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import { Guest } from './parts/guest.ts'

/** As handlers of Express say it, which have the response of Node. */
function sayExpress(response: ExpressResponse, reply: Reply): unknown {
  if ('redirect' in reply) return response.redirect(303, reply.redirect)
  if ('json' in reply) return response.json(reply.json)
  return answer(response as ServerResponse, reply)
}

function sayFastify(to: FastifyReply, reply: Reply): unknown {
  if ('redirect' in reply) return to.redirect(reply.redirect, 303)
  if ('json' in reply) return to.send(reply.json)
  if ('stream' in reply) return to.send(Readable.from(reply.stream))
  if ('empty' in reply) return to.code(reply.empty).send()
  const { text, status = 200, headers = [] } = reply
  for (const [name, value] of headers) to.header(name, value)
  return to.code(status).send(text)
}

type Start = (
  platform: string,
  app: AdapterApp & { say: unknown },
) => ReturnType<AdapterFixture['start']>

const platforms = { express: sayExpress, fastify: sayFastify }

function fixtureOf(platform: keyof typeof platforms): AdapterFixture {
  return {
    async start(app) {
      const { start } = (await import(ofCasesApp('nest', 'app.js'))) as { start: Start }
      return start(platform, { ...app, say: platforms[platform] })
    },
  }
}

describe('NestJS', () => {
  before(() => build('nest'))

  describeAdapter('NestJS on Express', fixtureOf('express'))
  describeAdapter('NestJS on Fastify', fixtureOf('fastify'))
  describeExample('NestJS', () => startExample('nest', ['dist/main.js']))

  for (const platform of ['express', 'fastify'] as const) {
    it(`saves what was set before an exception that Nest answers with less than 500 (${platform})`, async () => {
      const cookie = createCookie('__Host-session', {
        secrets: ['only for this test: 9vKq-Ep3xTz0wLm5'],
      })
      const storage = createMemorySessionStorage()
      const handlers = { '/look': (session: Session) => ({ text: String(session.get('name')) }) }
      const server = await fixtureOf(platform).start({ cookie, storage, handlers } as AdapterApp)
      try {
        const visitor = new Guest(server.origin, 'browser')
        const [response] = await visitor.open('/unauthorized')
        assert.equal(response!.status, 401)
        await visitor.open('/look')
        assert.equal(visitor.html, 'Grace')
      } finally {
        await server.close()
      }
    })
  }
})
