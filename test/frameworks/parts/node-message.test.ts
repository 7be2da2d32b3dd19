import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { NodeResponseHeaders, NodeVisitRequest } from 'coatcheck/adapter'
import { listening } from './server.ts'

describe('a request of Node', () => {
  /** What a session is told of a request that is like this one. */
  async function told(path: string, change: (request: IncomingMessage) => void = () => {}) {
    let url = ''
    const server = await listening(
      createServer((request, response) => {
        change(request)
        const visit = new NodeVisitRequest(request)
        url = visit.url
        assert.equal(visit.method, 'GET')
        assert.equal(visit.headers.get('x-one'), '1')
        assert.ok([...visit.headers.keys()].includes('x-one'))
        response.end()
      }),
    )
    await fetch(server.origin + path, { headers: { 'X-One': '1' } })
    await server.close()
    return url.replace(server.origin, '')
  }

  it('has its whole URL, of which planted cookies are told by their path', async () => {
    assert.equal(await told('/shop/cart?n=1'), '/shop/cart?n=1')
  })

  it('has the path that it came with, where a router has cut off a part', async () => {
    const mount = (request: IncomingMessage) => {
      Object.assign(request, { originalUrl: request.url, url: '/cart' })
    }
    assert.equal(await told('/shop/cart', mount), '/shop/cart')
  })

  it('is over https where its socket is encrypted', async () => {
    const encrypt = (request: IncomingMessage) => Object.assign(request.socket, { encrypted: true })
    assert.match(await told('/', encrypt), /^https:\/\/127\.0\.0\.1:\d+\/$/)
  })
})

describe('the headers of a response of Node', () => {
  it('are read and changed as those of the Fetch API', async () => {
    const server = await listening(
      createServer((_, response) => {
        response.setHeader('Set-Cookie', 'a=1')
        response.setHeader('Vary', ['Accept', 'Origin'])
        const headers = new NodeResponseHeaders(response)
        headers.append('Set-Cookie', 'b=2')
        assert.deepEqual(headers.getSetCookie(), ['a=1', 'b=2'])
        assert.equal(headers.get('vary'), 'Accept, Origin')
        assert.equal(headers.get('x-none'), null)
        headers.delete('vary')
        headers.set('X-Two', '2')
        assert.deepEqual([...headers.keys()].toSorted(), ['set-cookie', 'x-two'])
        response.end()
      }),
    )
    const response = await fetch(server.origin)
    await server.close()
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
  })
})
