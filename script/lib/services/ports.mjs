import { createServer } from 'node:net'

/*
 * Below the range (32768 and up) from which Linux gives ports to outgoing connections, so that a
 * server that was stopped finds its port free when it comes back; and so low that the bus port of a
 * Redis Cluster node, 10000 higher, is below it too.
 */
const first = 10_000
const last = 22_767
const busDistance = 10_000

/** Nobody in this process gets a port twice: a server that is down for a moment keeps its own. */
const given = new Set()

/** Free ports of 127.0.0.1. Somebody may still be faster: who starts a server must try again then. */
export async function freePorts(count, { withBus = false } = {}) {
  const ports = []
  while (ports.length < count) {
    const port = first + Math.floor(Math.random() * (last - first + 1))
    if (given.has(port)) continue
    given.add(port)
    if ((await isFree(port)) && (!withBus || (await isFree(port + busDistance)))) ports.push(port)
  }
  return ports
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
