import { connect } from 'node:net'
import { once } from 'node:events'

/**
 * The least that talks to memcached: one socket, commands of one turn in one write, and replies taken in
 * the order of the commands, unchecked. It survives no error.
 */
export async function connectMeta(address) {
  const [host, port] = address.split(':')
  const socket = connect({ host, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const waiting = []
  let unsent = ''
  let received = Buffer.alloc(0)

  socket.on('data', (chunk) => {
    received = received.length > 0 ? Buffer.concat([received, chunk]) : chunk
    let start = 0
    for (;;) {
      const lineEnd = received.indexOf('\r\n', start)
      if (lineEnd < 0) break
      const words = received.latin1Slice(start, lineEnd).split(' ')
      let end = lineEnd + 2
      let text
      if (words[0] === 'VA') {
        end += Number(words[1]) + 2
        if (end > received.length) break
        text = received.utf8Slice(lineEnd + 2, end - 2)
      }
      start = end
      waiting.shift()({ words, text })
    }
    received = received.subarray(start)
  })

  return {
    /** The words of the reply's line, and the value if there is one. */
    send(command) {
      if (unsent === '') queueMicrotask(flush)
      unsent += command
      return new Promise((resolve) => waiting.push(resolve))
    },
    close: () => socket.destroy(),
  }

  function flush() {
    socket.write(unsent)
    unsent = ''
  }
}
