import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'

/** Stands between a client and a server, and can break what is between them. */
export interface Proxy {
  readonly url: string
  /** Connections that were made so far, in milliseconds since the epoch. */
  readonly connectedAt: readonly number[]
  /** Drops what the server says next, and the connection with it. Resolves when that has happened. */
  loseReply(): Promise<void>
  /** Hangs up on whoever connects, and on who is connected. */
  refuse(isRefusing: boolean): void
  /** Passes nothing on, either way, and says nothing about it. */
  hush(isHushed: boolean): void
  close(): void
}

/** @param to The server's port, or what tells it when somebody connects. */
export async function startProxy(to: number | (() => number)): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const connectedAt: number[] = []
  let isRefusing = false
  let isHushed = false
  let onLoss: (() => void) | undefined

  const server = createServer((client) => {
    connectedAt.push(Date.now())
    if (isRefusing) return void client.destroy()
    const upstream = connect(typeof to === 'number' ? to : to(), '127.0.0.1')
    for (const [from, onward] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        onward.destroy()
      })
      from.on('data', (data) => {
        if (isHushed) return
        if (from === client || onLoss === undefined) return void onward.write(data)
        client.destroy()
        onLoss()
        onLoss = undefined
      })
    }
  })
  // Nobody else may answer there when it is closed.
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  const hangUp = () => sockets.forEach((socket) => socket.destroy())
  return {
    url: `redis://127.0.0.1:${port}`,
    connectedAt,
    loseReply: () => new Promise((resolve) => (onLoss = resolve)),
    refuse(value) {
      isRefusing = value
      if (value) hangUp()
    },
    hush(value) {
      isHushed = value
    },
    close() {
      server.close()
      hangUp()
    },
  }
}
