import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order } from './server-process.ts'

const program = fileURLToPath(new URL('./server-process.js', import.meta.url))

/** A process that serves a directory of sessions with a clock of its own. */
export class Server {
  readonly #process: ChildProcess

  private constructor(child: ChildProcess) {
    this.#process = child
  }

  /** @param ahead Milliseconds by which its clock is ahead of the true one. */
  static async start(directory: string, ahead: number): Promise<Server> {
    const server = new Server(fork(program, [directory, String(ahead)]))
    await server.#answer()
    return server
  }

  /** Calls `login()` for each of them, and keeps the sessions for {@link save}. */
  async begin(users: string[]): Promise<void> {
    await this.#tell({ do: 'begin', users })
  }

  async save(): Promise<(string | null)[]> {
    return (await this.#tell({ do: 'save' })) as (string | null)[]
  }

  async login(users: string[]): Promise<(string | null)[]> {
    await this.begin(users)
    return this.save()
  }

  async revokeAll(users: string[]): Promise<void> {
    await this.#tell({ do: 'revokeAll', users })
  }

  /** Whose these cookies are. */
  async whose(cookies: (string | null)[]): Promise<(string | null)[]> {
    return (await this.#tell({ do: 'whose', cookies })) as (string | null)[]
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.disconnect()
    await ended
  }

  async #tell(order: Order): Promise<unknown> {
    const answer = this.#answer()
    this.#process.send(order)
    return answer
  }

  async #answer(): Promise<unknown> {
    const ended = once(this.#process, 'exit').then(() => {
      throw new Error('the server ended early')
    })
    const [message] = (await Promise.race([once(this.#process, 'message'), ended])) as [
      { result: unknown },
    ]
    return message.result
  }
}
