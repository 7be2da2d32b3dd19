import { createServer } from 'node:http'
import { session } from 'coatcheck/node'
import type { AdapterFixture } from 'coatcheck/testing'
import { answer } from './parts/answer.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { listening } from './parts/server.ts'

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, options, handlers }) {
    const withSession = session(cookie, storage, options)
    const withSecond = second && session(second.cookie, second.storage)
    const server = createServer((request, response) => {
      const handler = handlers[new URL(request.url!, 'http://localhost').pathname]!
      if (withSecond === undefined) {
        void withSession(request, response, async (one) => answer(response, await handler(one)))
        return
      }
      void withSession(request, response, (one) =>
        withSecond(request, response, async (two) => answer(response, await handler(one, two))),
      )
    })
    return listening(server)
  },
}

describeAdapter('node:http', fixture)
