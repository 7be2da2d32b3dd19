import { backendError } from '../parts/backend-error.ts'
import { connect, type Socket } from 'node:net'
import { clearImmediate, setImmediate } from 'node:timers'
import { timeoutError } from '../parts/operations.ts'
import { flagOf, type Reply, ReplyReader } from './replies.ts'

/** Two processes may not have the same one: a version may come from another. */
function newEpoch(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join('-')
}

interface Waiting {
  opaque: string
  /** On the clock of `performance.now()`. */
  until: number
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** Milliseconds before connecting again, doubled with each failure and then shortened by chance. */
const shortestPause = 50
const longestPause = 2000
/** Commands that may wait for replies: more means that the server does not keep up. */
const mostWaiting = 10_000
/** Characters of commands that are put together for one write. */
const mostUnsent = 65_536

/**
 * One connection to one server, which commands share: they are sent at once, and replies come in order.
 * After an error it is made anew with the next command, but not before a pause has gone by, in which
 * commands fail at once.
 */
export class Connection {
  readonly #host: string
  readonly #port: number
  readonly #timeout: number
  #socket: Socket | undefined
  #waiting: Waiting[] = []
  #opaque = 0
  #failures = 0
  #pauseUntil = 0
  #lastProblem: Error | undefined
  #closed = false
  #epoch = newEpoch()
  /** Commands that were given in this turn of the event loop. */
  #unsent = ''
  /** Wait for the deadline of `#waiting[0]`, or of one before it, as long as there is one. */
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined

  /** @param timeout Milliseconds a command may take, connecting included. */
  constructor(host: string, port: number, timeout: number) {
    this.#host = host
    this.#port = port
    this.#timeout = timeout
  }

  /**
   * Names the connection that is open, or will be next. A server that has restarted gives the same CAS uniques once
   * more; one that was read in this epoch cannot be from before.
   */
  get epoch(): string {
    return this.#epoch
  }

  /** @param data For `ms`: what follows the line. */
  send(command: string, data?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const problem = this.#problem()
      if (problem !== undefined) return reject(problem)
      this.#socket ??= this.#open()
      const opaque = String(++this.#opaque)
      const until = performance.now() + this.#timeout
      this.#waiting.push({ opaque, until, resolve, reject })
      if (this.#waiting.length === 1) this.#watch(this.#timeout)
      this.#write(`${command} O${opaque}\r\n`)
      if (data !== undefined) this.#write(`${data}\r\n`)
    })
  }

  /** Requests at the same time get their replies at the same time, and then send: that leaves in one write. */
  #write(text: string): void {
    if (this.#unsent === '') process.nextTick(() => this.#flush())
    this.#unsent += text
    if (this.#unsent.length >= mostUnsent) this.#flush()
  }

  #flush(): void {
    if (this.#unsent !== '') this.#socket!.write(this.#unsent)
    this.#unsent = ''
  }

  /** Replies come in order, so it is enough to watch who has waited longest. */
  #watch(milliseconds: number): void {
    this.#unwatch()
    // A process that was busy itself may have the answer, and has read it before the immediate comes.
    this.#timer = setTimeout(() => {
      this.#soon = setImmediate(() => this.#judge())
    }, milliseconds)
  }

  #unwatch(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
  }

  #judge(): void {
    const left = this.#waiting[0]!.until - performance.now()
    if (left > 0) return this.#watch(left)
    // Its reply may still come: no other command may be sent on this connection.
    this.#fail(this.#socket!, timeoutError(`memcached gave no answer within ${this.#timeout} ms`))
  }

  /** Ends the connection; who still waits for a reply is told so. */
  close(): void {
    this.#closed = true
    if (this.#socket !== undefined) this.#fail(this.#socket, backendError('The storage was closed'))
  }

  #problem(): Error | undefined {
    if (this.#closed) return backendError('The storage was closed')
    if (this.#waiting.length >= mostWaiting) return backendError('memcached does not keep up')
    const isPausing = this.#socket === undefined && performance.now() < this.#pauseUntil
    return isPausing ? backendError('memcached is away', this.#lastProblem) : undefined
  }

  #open(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true, keepAlive: true })
    const reader = new ReplyReader()
    // An app that is done must not be kept running by an idle connection; each command has a timer.
    socket.unref()
    // Node makes a new handle for each address of the host that it tries.
    socket.once('connect', () => socket.unref())
    socket.on('data', (chunk) => {
      try {
        reader.give(chunk)
        for (let reply = reader.next(); reply; reply = reader.next()) this.#receive(reply)
      } catch (error) {
        this.#fail(socket, error as Error)
      }
    })
    socket.on('error', (error) => this.#fail(socket, error))
    socket.on('close', () => this.#fail(socket, backendError('memcached closed the connection')))
    return socket
  }

  #receive(reply: Reply): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) throw backendError('memcached answered what nobody asked')
    if (this.#waiting.length === 0) this.#unwatch()
    if (reply.code === 'SERVER_ERROR') {
      // Out of memory, for instance: it took the whole command, and goes on with the next one.
      waiting.reject(backendError(`memcached says ${reply.line}`))
      return
    }
    if (flagOf(reply, 'O') !== waiting.opaque) {
      this.#waiting.unshift(waiting)
      // What is out of step may be a part of somebody's session: only an error is repeated.
      const said = /^(CLIENT_)?ERROR\b/.test(reply.line) ? `: ${reply.line.slice(0, 60)}` : ''
      throw backendError(`memcached answered something else${said}`)
    }
    this.#failures = 0
    waiting.resolve(reply)
  }

  /** Gives the connection up, with all that waits on it. */
  #fail(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#unsent = ''
    this.#unwatch()
    this.#epoch = newEpoch()
    this.#lastProblem = error
    socket.destroy()
    const pause = Math.min(shortestPause * 2 ** this.#failures++, longestPause)
    this.#pauseUntil = performance.now() + pause * (0.5 + Math.random() / 2)
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one.reject(error)
  }
}
