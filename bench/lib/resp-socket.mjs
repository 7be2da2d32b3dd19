import { connect } from 'node:net'
import { once } from 'node:events'

/**
 * The least that talks to Redis: one socket, commands of one turn in one write, replies that are text,
 * a number or nothing. It survives no error and knows no other reply.
 */
export async function connectResp(url) {
  const { hostname: host, port } = new URL(url)
  const socket = connect({ host, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const waiting = []
  let unsent = ''
  let received = Buffer.alloc(0)

  socket.on('data', (chunk) => {
    received = received.length > 0 ? Buffer.concat([received, chunk]) : chunk
    let start = 0
    for (;;) {
      const found = replyAt(received, start)
      if (found === undefined) break
      waiting.shift()(found.reply)
      start = found.end
    }
    received = received.subarray(start)
  })

  return {
    send(...words) {
      if (unsent === '') queueMicrotask(flush)
      unsent += `*${words.length}\r\n`
      for (const word of words) unsent += `$${Buffer.byteLength(word)}\r\n${word}\r\n`
      return new Promise((resolve) => waiting.push(resolve))
    },
    close: () => socket.destroy(),
  }

  function flush() {
    socket.write(unsent)
    unsent = ''
  }
}

function replyAt(bytes, start) {
  const lineEnd = bytes.indexOf('\r\n', start)
  if (lineEnd < 0) return undefined
  const line = bytes.latin1Slice(start + 1, lineEnd)
  const next = lineEnd + 2
  switch (bytes.latin1Slice(start, start + 1)) {
    case '+':
      return { reply: line, end: next }
    case ':':
      return { reply: Number(line), end: next }
    case '$': {
      const length = Number(line)
      if (length < 0) return { reply: null, end: next }
      const end = next + length + 2
      return end > bytes.length ? undefined : { reply: bytes.utf8Slice(next, next + length), end }
    }
    default:
      throw new Error(`Redis said ${line}`)
  }
}
