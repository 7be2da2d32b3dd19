// A really listening server, and a browser in the same process that asks it over connections that are kept.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'

/** Serves with a listener of node:http; `exchange(path, cookie)` resolves with the Set-Cookie lines of the response. */
export async function liveServer(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  // Between two turns of a contestant may lie any time.
  server.keepAliveTimeout = 0
  await once(server, 'listening')
  const { port } = server.address()
  const connections = []
  const idle = []
  return {
    async exchange(path, cookie = '') {
      const connection = idle.pop() ?? openConnection(port, connections)
      const setCookies = await connection.ask(path, cookie)
      idle.push(connection)
      return setCookies
    },
    close() {
      for (const { socket } of connections) socket.destroy()
      server.close()
    },
  }
}

/** A connection for one request at a time. */
function openConnection(port, connections) {
  const socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1')
  let text = ''
  let promised
  socket.on('data', (chunk) => {
    text += chunk
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = text.slice(0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (text.length < end + 4 + length) return
    text = ''
    if (!head.startsWith('HTTP/1.1 200')) return promised.reject(new Error(head))
    const setCookies = head.matchAll(/\r\nset-cookie: ([^\r]+)/gi)
    promised.resolve(Array.from(setCookies, ([, line]) => line))
  })
  const connection = {
    socket,
    ask(path, cookie) {
      const field = cookie === '' ? '' : `Cookie: ${cookie}\r\n`
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${field}\r\n`, 'latin1')
      return new Promise((resolve, reject) => (promised = { resolve, reject }))
    },
  }
  connections.push(connection)
  return connection
}
