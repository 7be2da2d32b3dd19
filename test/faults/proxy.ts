import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'

/** What happens between a client and a server. Replies are what the server says. */
export type Fault =
  | { kind: 'pass' }
  /** Each piece waits so many milliseconds, and up to `jitter` more. */
  | { kind: 'latency'; ms: number; jitter: number }
  /** Nothing arrives; when it ends everything does, late: as TCP sends again what was lost. */
  | { kind: 'blackHole' }
  /** As above, but when it ends the server knows nothing of the connections that had been open. */
  | { kind: 'forget' }
  /** Who is connected is cut off, and so is who connects. */
  | { kind: 'reset' }
  /** Instead of a reply the server says that it will say nothing more, and goes on listening. */
  | { kind: 'halfClose' }
  /** One byte at a time, both ways. */
  | { kind: 'slice' }
  /** Each reply comes twice. */
  | { kind: 'duplicate' }
  /** Of two replies the second comes first. */
  | { kind: 'late' }
  | { kind: 'throttle'; bytesPerSecond: number }
  /** Nobody listens any more. */
  | { kind: 'refuse' }
  /** What is returned is the reply, and the server does not hear of the request. */
  | { kind: 'answer'; reply: (request: string) => string | undefined }

export interface FaultProxy {
  readonly port: number
  /** How many connections were made to it so far. */
  readonly connections: number
  /** How it behaves from now on, on open connections too. */
  use(fault: Fault): Promise<void>
  close(): Promise<void>
}

const pass: Fault = { kind: 'pass' }

/** Stands in front of the server on this port of this machine. */
export async function startProxy(target: number): Promise<FaultProxy> {
  const links = new Set<Link>()
  let fault = pass
  let connections = 0
  let onChange: (() => void)[] = []

  const line: Line = {
    fault: () => fault,
    changed: () => new Promise((resolve) => onChange.push(resolve)),
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections++
    client.on('error', () => {})
    if (fault.kind === 'reset') return void client.resetAndDestroy()
    const link = new Link(client, target, line)
    links.add(link)
    client.on('close', () => links.delete(link))
  })
  // While it refuses, no connection may take its port.
  const port = await freePort()
  await listen(server, port)

  return {
    port,
    get connections() {
      return connections
    },
    async use(next) {
      if (next.kind === 'reset' || next.kind === 'refuse' || fault.kind === 'forget') {
        for (const link of links) link.cut()
      }
      if (next.kind === 'refuse') server.close()
      else if (fault.kind === 'refuse') await listen(server, port)
      fault = next
      const waiting = onChange
      onChange = []
      for (const resolve of waiting) resolve()
      for (const link of links) link.letGo()
    },
    async close() {
      for (const link of links) link.cut()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

interface Line {
  fault(): Fault
  /** Resolves when another fault is in use. */
  changed(): Promise<void>
}

/** A client's connection, and the one to the server that belongs to it. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #line: Line
  #held: Buffer | undefined

  constructor(client: Socket, target: number, line: Line) {
    this.#client = client
    this.#line = line
    this.#server = connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    this.#server.on('error', () => {})
    this.#pump(client, this.#server)
    this.#pump(this.#server, client)
  }

  cut(): void {
    // To reset a socket that is being ended fails, and leaves a handle that no process can ever close.
    if (this.#client.writableEnded) this.#client.destroy()
    else this.#client.resetAndDestroy()
    this.#server.destroy()
  }

  /** What was kept back to come late comes now. */
  letGo(): void {
    if (this.#held !== undefined && !this.#client.destroyed) this.#client.write(this.#held)
    this.#held = undefined
  }

  #pump(from: Socket, to: Socket): void {
    let before = Promise.resolve()
    const inTurn = (work: () => unknown): void => {
      before = before.then(work).then(() => undefined)
    }
    from.on('data', (data) => inTurn(() => this.#pass(data, to)))
    from.on('end', () => inTurn(() => to.end()))
    from.on('close', () => inTurn(() => to.destroy()))
  }

  async #pass(data: Buffer, to: Socket): Promise<void> {
    let fault = this.#line.fault()
    while (fault.kind === 'blackHole' || fault.kind === 'forget') {
      await this.#line.changed()
      fault = this.#line.fault()
    }
    if (to.destroyed) return
    if (fault.kind === 'latency') {
      await sleep(fault.ms + Math.random() * fault.jitter)
      to.write(data)
    } else if (fault.kind === 'slice') {
      for (const byte of data) {
        to.write(Buffer.of(byte))
        await turn()
      }
    } else if (fault.kind === 'throttle') {
      const size = Math.ceil(fault.bytesPerSecond / 100)
      for (let start = 0; start < data.length; start += size) {
        to.write(data.subarray(start, start + size))
        await sleep(10)
      }
    } else if (to === this.#server) {
      this.#request(data, fault)
    } else {
      this.#reply(data, fault)
    }
  }

  #request(data: Buffer, fault: Fault): void {
    const reply = fault.kind === 'answer' ? fault.reply(data.toString('latin1')) : undefined
    if (reply === undefined) this.#server.write(data)
    else this.#client.write(reply)
  }

  #reply(data: Buffer, { kind }: Fault): void {
    if (kind === 'halfClose') {
      this.#client.end()
    } else if (kind === 'late' && this.#held === undefined) {
      this.#held = data
    } else {
      this.#client.write(data)
      if (kind === 'duplicate') this.#client.write(data)
      this.letGo()
    }
  }
}
