import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/node'

describe('sessions over HTTP/2', () => {
  const cookie = createCookie('__Host-session', { secrets: ['of the tests of HTTP/2 only: 5Tn-q'] })
  const withSession = session(cookie, createMemorySessionStorage(), {
    onError(_, __, response) {
      response.statusCode = 500
      response.end()
    },
  })
  const server = createServer((request, response) => {
    void withSession(request, response, (current) => {
      if (request.url === '/throw') {
        current.set('n', 100)
        throw new Error('a mistake in the app')
      }
      const n = current.update('n', (before = 0) => before + 1)
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('visit ')
      response.end(String(n))
    })
  })
  let client: ClientHttp2Session

  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  after(async () => {
    client.close()
    server.close()
    await once(server, 'close')
  })

  async function get(path: string, sent?: string) {
    const stream = client.request({ ':path': path, ...(sent !== undefined && { cookie: sent }) })
    const [headers] = (await once(stream, 'response')) as [Record<string, string | string[]>]
    let body = ''
    for await (const chunk of stream) body += String(chunk)
    const [line = ''] = [headers['set-cookie'] ?? []].flat()
    return { status: headers[':status'], body, cookie: line.split(';')[0]!, headers }
  }

  it('are kept, and saved before the response', async () => {
    const first = await get('/')
    assert.equal(first.body, 'visit 1')
    assert.equal(first.headers['cache-control'], 'no-store')
    assert.equal((await get('/', first.cookie)).body, 'visit 2')
  })

  it('keep nothing of a handler that throws', async () => {
    const { cookie } = await get('/')
    assert.equal(Number((await get('/throw', cookie)).status), 500)
    assert.equal((await get('/', cookie)).body, 'visit 2')
  })

  it('find the cookie among several headers, as HTTP/2 splits them', async () => {
    const { cookie } = await get('/')
    const stream = client.request({ ':path': '/', cookie: ['a=1', cookie, 'b=2'] as never })
    let body = ''
    for await (const chunk of stream) body += String(chunk)
    assert.equal(body, 'visit 2')
  })
})
