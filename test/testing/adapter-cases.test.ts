import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { session } from 'coatcheck/node'
import { type AdapterFixture, adapterCases } from 'coatcheck/testing'
import { answer } from '../frameworks/parts/answer.ts'
import { listening } from '../frameworks/parts/server.ts'

/** A server whose bodies come later than their headers, and what was still on its way when it was closed. */
function slowServer(): { fixture: AdapterFixture; cutOff: string[] } {
  const cutOff: string[] = []
  const fixture: AdapterFixture = {
    async start({ cookie, storage, second, options, handlers }) {
      const open = new Map<ServerResponse, string>()
      const withSession = session(cookie, storage, options)
      const withSecond = second && session(second.cookie, second.storage)
      const server = createServer((request, response) => {
        sendLate(response)
        if (request.method !== 'HEAD') open.set(response, request.url!)
        response.on('close', () => open.delete(response))
        const handler = handlers[new URL(request.url!, 'http://localhost').pathname]!
        void withSession(request, response, async (one) => {
          if (withSecond === undefined) return answer(response, await handler(one))
          return withSecond(request, response, async (two) =>
            answer(response, await handler(one, two)),
          )
        })
      })
      const { origin, close } = await listening(server)
      return {
        origin,
        close() {
          for (const [{ statusCode }, path] of open) {
            const hasBody = statusCode !== 204 && statusCode !== 304
            if (hasBody) cutOff.push(path)
          }
          return close()
        },
      }
    },
  }
  return { fixture, cutOff }
}

function sendLate(response: ServerResponse): void {
  const { end } = response
  response.end = ((...args: Parameters<typeof end>) => {
    response.flushHeaders()
    setTimeout(() => end.apply(response, args), 5)
    return response
  }) as typeof end
}

describe('the cases of adapters', () => {
  for (const { name, run } of adapterCases) {
    it(`read each response to its end, before they stop the server: ${name}`, async () => {
      const { fixture, cutOff } = slowServer()
      await run(fixture)
      assert.deepEqual(cutOff, [])
    })
  }
})
