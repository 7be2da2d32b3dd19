/* Live connections of real servers: WebSockets of ws, and server-sent events. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createRequestListener } from '@remix-run/node-fetch-server'
import type { ServerSessionStorage, SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createLiveSessions } from 'coatcheck/live'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/node'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSqliteSessionStorage } from 'coatcheck/sqlite-storage'
import Libsql from 'libsql'
import { WebSocket, WebSocketServer } from 'ws'
import { begin, cookie } from '../core/live/visit.ts'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { listening } from './parts/server.ts'
import { patience } from '../patience.ts'

/** A server whose sockets are closed with the reason for which their session ended. */
async function socketServer(storage: SessionStorage) {
  const live = createLiveSessions(cookie, storage, { pollInterval: 1 })
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer((_, response) => response.end())
  server.on('upgrade', async (request, socket, head) => {
    const connection = await live.openSession(request)
    if (connection === undefined) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(connection.session.userId ?? '')
      connection.ended.then(({ reason }) => webSocket.close(4401, reason))
    })
  })
  const { origin, close } = await listening(server)
  after(close)

  /** Connects, and waits for the first message. */
  return async (header: string, more: Record<string, string> = {}) => {
    const socket = new WebSocket(origin.replace('http', 'ws'), {
      headers: { Cookie: header, ...more },
    })
    const closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve(`${code} ${reason}`))
    })
    const [message] = await once(socket, 'message')
    return { socket, closed, message: String(message) }
  }
}

function itEndsSockets(open: () => ServerSessionStorage, { hasOthers = true } = {}): void {
  it('closes the sockets of a session that ends on this server', async () => {
    const storage = open()
    const connect = await socketServer(storage)
    const { header, handle } = await begin(storage)
    const sockets = [await connect(header), await connect(header)]
    assert.equal(sockets[0]!.message, 'ada')
    await storage.revoke(handle)
    for (const { closed } of sockets) assert.equal(await closed, '4401 revoked')
    await storage.close()
  })

  if (!hasOthers) return

  it('closes the sockets of a session that ends on another server, or by another storage', async () => {
    const [storage, elsewhere] = [open(), open()]
    const connect = await socketServer(storage)
    const [first, other] = [await begin(elsewhere), await begin(elsewhere, (s) => s.login('bert'))]
    const [socket, stranger] = [await connect(first.header), await connect(other.header)]
    await elsewhere.revokeAll('ada')
    assert.equal(await socket.closed, '4401 gone')
    assert.equal(stranger.socket.readyState, WebSocket.OPEN)
    const session = await elsewhere.read(other.value)
    session.destroy()
    await elsewhere.save(session)
    assert.equal(await stranger.closed, '4401 gone')
    await Promise.all([storage.close(), elsewhere.close()])
  })
}

describe('WebSockets, memory storage', () => {
  itEndsSockets(createMemorySessionStorage, { hasOthers: false })
})

describe('WebSockets, fs storage', () => {
  const folder = temporaryFolder()
  itEndsSockets(() => createFsSessionStorage(folder))
})

describe('WebSockets, SQLite storage', () => {
  const file = `${temporaryFolder()}/sessions.db`
  // Node 20 has no SQLite of its own.
  itEndsSockets(() => createSqliteSessionStorage(new Libsql(file) as never))
})

describe('WebSockets, Redis storage', { skip: missing('redis') }, () => {
  let redis: UrlService
  before(async () => {
    redis = await startRedis()
  })
  after(() => redis.stop())
  itEndsSockets(() => createRedisSessionStorage({ url: redis.url }))
})

describe('WebSockets', () => {
  it('are refused without a session, and to pages of other origins', async () => {
    const storage = createMemorySessionStorage()
    const connect = await socketServer(storage)
    const { header } = await begin(storage)
    await assert.rejects(connect(''), /401/)
    await assert.rejects(connect(header, { Origin: 'https://evil.example' }), /401/)
    const { socket } = await connect(header)
    socket.terminate()
  })

  it('of a cookie storage end when the visitor logs out here, and when the session expires', async () => {
    const storage = createCookieSessionStorage({ idleTimeout: 1 })
    const connect = await socketServer(storage)
    const [leaving, idle] = [await begin(storage), await begin(storage)]
    const socket = await connect(leaving.header)
    const session = await storage.read(leaving.value)
    session.destroy()
    await storage.save(session)
    assert.equal(await socket.closed, '4401 destroyed')
    await connect(idle.header).then(async ({ closed }) => {
      assert.equal(await closed, '4401 expired')
    })
  })

  it('that are closed are watched no more, though the app forgets to say so', async () => {
    const storage = createMemorySessionStorage()
    const live = createLiveSessions(cookie, storage)
    const { header, handle } = await begin(storage)
    const server = createServer((_, response) => response.end())
    const { origin, close } = await listening(server)
    const socket = new WebSocket(origin.replace('http', 'ws'), { headers: { Cookie: header } })
    const [request, stream, head] = await once(server, 'upgrade')
    const connection = (await live.openSession(request))!
    new WebSocketServer({ noServer: true }).handleUpgrade(request, stream, head, () => {})
    await once(socket, 'open')
    socket.terminate()
    assert.deepEqual(await connection.ended, { reason: 'closed' })
    // It was closed before its session was read.
    assert.deepEqual(await (await live.openSession(request))!.ended, { reason: 'closed' })
    await storage.revoke(handle)
    assert.equal(connection.signal.aborted, false)
    await close()
  })
})

describe('server-sent events', () => {
  const kinds = {
    'coatcheck/node': (storage: ServerSessionStorage) => {
      const live = createLiveSessions(cookie, storage)
      const serve = session(cookie, storage)
      return createServer((request, response) =>
        serve(request, response, async (own) => {
          own.set('page', 1)
          const connection = (await live.openSession(request))!
          response.writeHead(200, { 'Content-Type': 'text/event-stream' })
          response.write(`data: ${connection.session.userId}\n\n`)
          void connection.ended.then(({ reason }) => response.end(`data: ${reason}\n\n`))
        }),
      )
    },
    'coatcheck/fetch': (storage: ServerSessionStorage) => {
      const live = createLiveSessions(cookie, storage)
      const serve = withSession({ cookie, storage }, async (request) => {
        const connection = (await live.openSession(request))!
        const encoder = new TextEncoder()
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(encoder.encode(`data: ${connection.session.userId}\n\n`))
            void connection.ended.then(({ reason }) => {
              if (reason === 'closed') return
              controller.enqueue(encoder.encode(`data: ${reason}\n\n`))
              controller.close()
            })
          },
          cancel: () => connection.close(),
        })
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
      })
      return createServer(createRequestListener(serve))
    },
  }
  for (const [name, makeServer] of Object.entries(kinds)) {
    it(`end with their session (${name})`, async () => {
      const storage = createMemorySessionStorage()
      const { header, handle } = await begin(storage)
      const { origin, close } = await listening(makeServer(storage))
      const response = await fetch(origin, { headers: { Cookie: header } })
      const chunks = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
      assert.equal((await chunks.next()).value, 'data: ada\n\n')
      await storage.revoke(handle)
      assert.equal((await chunks.next()).value, 'data: revoked\n\n')
      assert.equal((await chunks.next()).done, true)
      await close()
    })
  }
})

describe('a process with live connections', () => {
  it('ends by itself, whether they were closed or not', async () => {
    const program = `
      import { createCookie } from 'coatcheck/cookie'
      import { createLiveSessions } from 'coatcheck/live'
      import { createMemorySessionStorage } from 'coatcheck/memory-storage'
      const cookie = createCookie('session', { secrets: ['Qw8eR2tY5uI1oP7aS4dF9gH3jK6lZ0xC'] })
      const storage = createMemorySessionStorage()
      const session = await storage.read(null)
      session.login('ada')
      const Cookie = (await cookie.serialize(await storage.save(session))).split(';')[0]
      const live = createLiveSessions(cookie, storage)
      const open = () => live.openSession(new Request('http://localhost/', { headers: { Cookie } }))
      const connections = [await open(), await open()]
      connections[0].close()
      console.log(await connections[1].check())
    `
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patience })
    assert.equal(stdout, 'true\n')
  })
})
