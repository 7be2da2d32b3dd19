import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { createSessionStorage, type Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { session, type NodeSessionOptions } from 'coatcheck/node'
import { createGate } from 'coatcheck/testing'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { listening } from './parts/server.ts'

type Handler = (session: Session, response: ServerResponse) => unknown

/** A server with this handler, and a store that can be made to fail. */
async function open(t: TestContext, handler: Handler, options?: NodeSessionOptions) {
  const told: unknown[] = []
  t.mock.method(console, 'error', (error: unknown) => told.push(error))
  const cookie = createCookie('session', { secrets: ['of the tests of node:http only: 8Wd-k'] })
  const gate = createGate(createMemoryStore())
  const storage = createSessionStorage(gate.store, { onEvent() {} })
  const withSession = session(cookie, storage, options)
  const server = await listening(
    createServer((request, response) => {
      void withSession(request, response, (current) => handler(current, response))
    }),
  )
  t.after(() => server.close())
  return { origin: server.origin, gate, told }
}

const mistake = new Error('a mistake in the app')
const fails: Handler = () => {
  throw mistake
}
const saves: Handler = (current, response) => {
  current.set('n', 1)
  response.end('saved')
}
const down = new Error('down')

describe('what goes wrong over node:http', () => {
  it('is answered with 500 and told on the console', async (t) => {
    const { origin, told } = await open(t, fails)
    const response = await fetch(origin)
    assert.deepEqual([response.status, await response.text()], [500, 'Internal Server Error'])
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.deepEqual(told, [mistake])
  })

  it('in the store is answered with 503, and when to come again', async (t) => {
    const { origin, gate } = await open(t, saves)
    gate.fail('write', down)
    const response = await fetch(origin)
    assert.deepEqual([response.status, await response.text()], [503, 'Service Unavailable'])
    assert.equal(response.headers.get('retry-after'), '5')
    assert.deepEqual(response.headers.getSetCookie(), [])
  })

  it('goes to onError, which has a new response before it', async (t) => {
    const codes: unknown[] = []
    const { origin, gate } = await open(t, saves, {
      onError(error, _, response) {
        codes.push((error as { code?: unknown }).code)
        response.statusCode = 418
        response.end()
      },
    })
    gate.fail('write', down)
    assert.equal((await fetch(origin)).status, 418)
    assert.deepEqual(codes, ['ERR_SESSION_STORE'])
  })

  for (const [where, handler] of [
    ['the handler', fails],
    ['the save', saves],
  ] as const) {
    it(`does not end the process when onError itself fails, after ${where} did`, async (t) => {
      const second = new Error('a mistake in onError')
      const onError = () => Promise.reject(second)
      const { origin, gate, told } = await open(t, handler, { onError })
      gate.fail('write', down)
      assert.equal((await fetch(origin)).status, 500)
      assert.deepEqual(told, [second])
    })
  }

  it('after the page was made lets the page go', async (t) => {
    const { origin, told } = await open(t, async (current, response) => {
      saves(current, response)
      await Promise.resolve()
      throw mistake
    })
    const response = await fetch(origin)
    assert.deepEqual([response.status, await response.text()], [200, 'saved'])
    assert.deepEqual(told, [mistake])
  })

  it('in the middle of a page cuts it off', async (t) => {
    const { origin } = await open(t, async (_, response) => {
      response.write('half')
      await new Promise((resolve) => response.once('drain', resolve))
      throw mistake
    })
    await assert.rejects(async () => (await fetch(origin)).text())
  })

  it('without a handler is said to whoever wrote it', async () => {
    const cookie = createCookie('session', { secrets: ['of the tests of node:http only: 8Wd-k'] })
    const withSession = session(cookie, createSessionStorage(createMemoryStore()))
    await assert.rejects(withSession({} as never, {} as never, undefined as never), {
      code: 'ERR_SESSION_CONFIG',
    })
  })
})
