import assert from 'node:assert/strict'
import { createServer, ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { holdResponse } from 'coatcheck/adapter'
import { listening } from './server.ts'

setFlagsFromString('--allow-natives-syntax')
const isFast: (one: object) => boolean = runInThisContext('(one) => %HasFastProperties(one)')
const areAlike: (one: object, other: object) => boolean = runInThisContext(
  '(one, other) => %HaveSameMap(one, other)',
)

const commit = { setCookies: [], vary: true }
const visit = { close: async () => commit, fail: async () => commit }

/** Answers some requests with responses that are held, which `prepare` sees first. */
async function held(count: number, prepare?: (response: ServerResponse) => void) {
  const responses: ServerResponse[] = []
  const server = await listening(
    createServer((_, response) => {
      prepare?.(response)
      holdResponse(response, { visit, onError: (error) => assert.fail(error as Error) })
      responses.push(response)
      response.end('a')
      assert.equal(response.headersSent, true)
    }),
  )
  for (let left = count; left > 0; left--) await (await fetch(server.origin)).text()
  await server.close()
  return responses
}

describe('a response that was held', () => {
  // Otherwise all that Node does with its responses is looked up by name, also where there are no sessions.
  it('has the shape that V8 knows responses by, the same for all', async () => {
    const [, one, other] = await held(3)
    assert.ok(isFast(one!))
    assert.ok(areAlike(one!, other!))
  })

  it('has no shape of its own, also where a framework gives it another prototype', async () => {
    const prototype = Object.create(ServerResponse.prototype)
    const [, one, other] = await held(3, (response) => Object.setPrototypeOf(response, prototype))
    // Up to Node 22 it is a table of names.
    assert.ok(!isFast(one!) || areAlike(one!, other!))
  })

  it('says for itself whether it was sent, also one that keeps that as a value', async () => {
    const keep = (response: ServerResponse) =>
      Object.defineProperty(response, 'headersSent', {
        configurable: true,
        writable: true,
        value: false,
      })
    const [usual] = await held(1)
    assert.equal(usual!.headersSent, true)
    const [other] = await held(1, keep)
    Object.assign(other!, { headersSent: 'said' })
    assert.equal(other!.headersSent, 'said')
  })
})
