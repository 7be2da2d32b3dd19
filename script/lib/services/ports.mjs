import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/*
 * Below the range (32768 and up) from which Linux gives ports to outgoing connections, so that a
 * server that was stopped finds its port free when it comes back; and so low that the bus port of a
 * Redis Cluster node, 10000 higher, is below it too.
 */
const first = 10_000
const last = 22_767
const busDistance = 10_000

/**
 * Free ports of 127.0.0.1. No process that asks here gets one of them until this process has ended: a program takes a while to
 * listen, and a server that is down for a moment keeps its own. Somebody else may still be faster: who starts a server must
 * try again then.
 */
export async function freePorts(count, { withBus = false } = {}) {
  const ports = []
  while (ports.length < count) {
    const port = first + Math.floor(Math.random() * (last - first + 1))
    if ((await take(port)) && (!withBus || (await take(port + busDistance)))) ports.push(port)
  }
  return ports
}

async function take(port) {
  return (await reserve(port)) && (await isFree(port))
}

/** The UDP port of the same number says that it is taken. The system gives that to one process, and back when it ends. */
function reserve(port) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.unref()
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}
