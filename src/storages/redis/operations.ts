import { backendError } from '../parts/backend-error.ts'
import { type DeadlineOptions, Operations } from '../parts/operations.ts'
import type { RedisConnection, Send } from './connection.ts'

/** Redis' word for nothing is null. Clients of other kinds would make strangers of all visitors. */
function assertReply(reply: unknown): unknown {
  if (reply === undefined) throw backendError('The client of Redis gives no replies')
  return reply
}

/** Operations on a connection that is made when it is first needed, and ended with them. */
export class RedisOperations {
  readonly #connect: () => Promise<RedisConnection>
  readonly #operations: Operations
  #connecting: Promise<RedisConnection> | undefined
  #connection: RedisConnection | undefined

  constructor(connect: () => Promise<RedisConnection>, options: DeadlineOptions) {
    this.#connect = connect
    this.#operations = new Operations(options)
  }

  /** @param leased Whether all must be sent on one connection. */
  run<T>(work: (send: Send) => Promise<T>, leased = false): Promise<T> {
    return this.#operations.run((assertInTime) => {
      const inTime =
        (send: Send): Send =>
        (...command) => {
          assertInTime()
          return Promise.resolve(send(...command)).then(assertReply)
        }
      const workOn = (connection: RedisConnection): Promise<T> =>
        leased && connection.lease !== undefined
          ? connection.lease((send) => work(inTime(send)))
          : work(inTime(connection.send))
      return this.#connection ? workOn(this.#connection) : this.#connected().then(workOn)
    })
  }

  async #connected(): Promise<RedisConnection> {
    return (this.#connection = await (this.#connecting ??= this.#connect()))
  }

  close(): Promise<void> {
    return this.#operations.close(() => {
      // One that is still being made is not waited for.
      this.#connecting?.then(
        (connection) => connection.close?.(),
        () => {},
      )
    })
  }
}
