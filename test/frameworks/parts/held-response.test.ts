import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { holdResponse, type Holding } from 'coatcheck/adapter'
import { listening } from './server.ts'

const commit = { setCookies: ['session=1; Path=/'], vary: true }

/** A visit whose save waits until it is told to end. */
function slowVisit() {
  let finish!: () => void
  let fail!: (error: Error) => void
  const saved = new Promise<typeof commit>((resolve, reject) => {
    finish = () => resolve(commit)
    fail = reject
  })
  return { visit: { close: () => saved, fail: () => saved }, finish, fail }
}

/** Serves one request with a held response, and returns what arrives. */
async function respond(
  holding: Omit<Holding, 'onError'> & Partial<Holding>,
  handle: (response: ServerResponse) => void,
): Promise<{ response: Response; body: string }> {
  const server = await listening(
    createServer((_, response) => {
      holdResponse(response, { onError: (error) => assert.fail(error as Error), ...holding })
      handle(response)
    }),
  )
  try {
    const response = await fetch(server.origin)
    return { response, body: await response.text() }
  } finally {
    await server.close()
  }
}

describe('a response of Node that is held', () => {
  it('leaves in the order of its calls, and tells a writer to wait and to go on', async () => {
    const { visit, finish } = slowVisit()
    const { body, response } = await respond({ visit }, (response) => {
      assert.equal(response.write('a'), false)
      assert.equal(response.headersSent, true)
      response.once('drain', () => response.end('c'))
      response.write('b')
      finish()
    })
    assert.equal(body, 'abc')
    assert.deepEqual(response.headers.getSetCookie(), commit.setCookies)
  })

  it('is ended for whoever asks, as soon as it was told to end', async () => {
    const { visit, finish } = slowVisit()
    const { body } = await respond({ visit }, (response) => {
      response.write('a')
      assert.equal(response.writableEnded, false)
      response.end('b')
      assert.equal(response.writableEnded, true)
      finish()
    })
    assert.equal(body, 'ab')
  })

  it('takes no more headers once it was answered, so that a second answer fails where it is given', async () => {
    const { visit, finish } = slowVisit()
    const { response, body } = await respond({ visit }, (response) => {
      response.setHeader('X-A', '1')
      response.end('first')
      const refused = { code: 'ERR_HTTP_HEADERS_SENT' }
      assert.throws(() => response.setHeader('X-A', '2'), refused)
      assert.throws(() => response.appendHeader('X-A', '2'), refused)
      assert.throws(() => response.removeHeader('X-A'), refused)
      assert.throws(() => response.writeHead(500, { 'X-A': '2' }), refused)
      assert.throws(() => response.writeHead(500), refused)
      finish()
    })
    assert.deepEqual([body, response.headers.get('x-a')], ['first', '1'])
  })

  it('keeps the status that it was answered with', async () => {
    const { visit, finish } = slowVisit()
    const { response, body } = await respond({ visit }, (response) => {
      response.statusCode = 201
      // As middleware that compresses does with each write.
      for (const part of ['a', 'b']) response.writeHead(201).write(part)
      response.statusCode = 500
      response.end()
      finish()
    })
    assert.deepEqual([response.status, body], [201, 'ab'])
  })

  it('keeps the status, the reason and the headers that writeHead() was given', async () => {
    const { visit, finish } = slowVisit()
    const { response } = await respond({ visit }, (response) => {
      response.setHeader('Set-Cookie', 'theme=dark')
      response.writeHead(418, 'Teapot', ['X-A', '1', 'x-a', '2', 'X-B', '3']).end()
      // Deno's server sends a reason of its own.
      assert.equal(response.statusMessage, 'Teapot')
      finish()
    })
    assert.equal(response.status, 418)
    assert.equal(response.headers.get('x-a'), '1, 2')
    assert.equal(response.headers.get('x-b'), '3')
    assert.deepEqual(response.headers.getSetCookie(), ['theme=dark', ...commit.setCookies])
  })

  it('passes on to whoever had replaced these methods before, and is passed on by who did later', async () => {
    const { visit, finish } = slowVisit()
    const server = await listening(
      createServer((_, response) => {
        const shout = (end: (text: string) => unknown) => (text: string) =>
          end.call(response, `${text}!`)
        response.end = shout(response.end as never) as never
        holdResponse(response, { visit, onError: (error) => assert.fail(error as Error) })
        response.end = shout(response.end as never) as never
        response.end('a')
        finish()
      }),
    )
    assert.equal(await (await fetch(server.origin)).text(), 'a!!')
    await server.close()
  })

  it('is as new when saving fails, and what its handler still writes ends no process', async () => {
    const { visit, fail } = slowVisit()
    let late!: () => void
    const { body, response } = await respond(
      {
        visit,
        onError(error) {
          const response = current!
          assert.equal((error as Error).message, 'down')
          assert.equal(response.headersSent, false)
          response.statusCode = 503
          response.end('later')
          late()
        },
      },
      (response) => {
        current = response
        late = () => response.write('of the handler')
        response.writeHead(201, 'Made', { 'X-A': '1' })
        response.write('made')
        fail(new Error('down'))
      },
    )
    assert.deepEqual([body, response.status], ['later', 503])
    assert.equal(response.headers.get('x-a'), null)
  })
  let current: ServerResponse | undefined

  it('asks at its end whether the handler has failed', async () => {
    const ended: string[] = []
    const end = (how: string) => async () => {
      ended.push(how)
      return commit
    }
    const visit = { close: end('close'), fail: end('fail') }
    for (const status of [200, 500]) {
      let response: ServerResponse
      const hasFailed = () => response.statusCode >= 500
      await respond({ visit, hasFailed }, (own) => {
        response = own
        own.statusCode = status
        own.end()
      })
    }
    assert.deepEqual(ended, ['close', 'fail'])
  })
})
