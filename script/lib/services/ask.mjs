import { connect } from 'node:net'

/**
 * Sends a text to a port of 127.0.0.1 and resolves with what comes back as soon as that is whole,
 * or with undefined when nobody answers in time, which is a second unless said otherwise.
 */
export function ask(port, text, isWhole, seconds = 1) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let answer = ''

    function finish(result) {
      socket.destroy()
      resolve(result)
    }

    socket.setEncoding('latin1').setTimeout(seconds * 1000, () => finish(undefined))
    socket.on('error', () => finish(undefined)).on('close', () => finish(undefined))
    if (text !== '') socket.write(text)
    socket.on('data', (chunk) => {
      answer += chunk
      if (isWhole(answer)) finish(answer)
    })
  })
}

/** The answer to a Redis command that is one line or one text. An error is an answer like others. */
export function askRedis(port, command, seconds) {
  return ask(port, `${command}\r\n`, isWholeReply, seconds)
}

function isWholeReply(answer) {
  const head = answer.indexOf('\r\n')
  if (head === -1) return false
  const length = answer[0] === '$' ? Number(answer.slice(1, head)) + 2 : 0
  return answer.length >= head + 2 + length
}
