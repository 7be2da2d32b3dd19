import { createBoundedDeadline, type DeadlineOptions } from '../../core/deadline.ts'
import type { RedisConnection, Send } from './connection.ts'

/** Runs operations in the time that they may take, and waits for them when it is closed. */
export class Operations {
  readonly #connect: () => Promise<RedisConnection>
  readonly #withDeadline: ReturnType<typeof createBoundedDeadline>
  #connection: Promise<RedisConnection> | undefined
  #closed: Promise<void> | undefined
  #underWay = 0
  #onIdle: (() => void) | undefined

  constructor(connect: () => Promise<RedisConnection>, options: DeadlineOptions) {
    this.#connect = connect
    this.#withDeadline = createBoundedDeadline(options)
  }

  /** @param leased Whether all must be sent on one connection. */
  async run<T>(work: (send: Send) => Promise<T>, leased = false): Promise<T> {
    if (this.#closed !== undefined) throw new Error('The redis store was closed')
    let isOver = false
    const guarded =
      (send: Send): Send =>
      (key, ...command) =>
        // What was reported as failed must not go on behind the caller's back.
        isOver ? Promise.reject(new Error('It took too long')) : send(key, ...command)
    const start = async (): Promise<T> => {
      const connection = await (this.#connection ??= this.#connect())
      return leased && connection.lease !== undefined
        ? connection.lease((send) => work(guarded(send)))
        : work(guarded(connection.send))
    }
    this.#underWay++
    try {
      return await this.#withDeadline(start)
    } finally {
      isOver = true
      if (--this.#underWay === 0) this.#onIdle?.()
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    const connection = await this.#connection?.catch(() => undefined)
    connection?.close?.()
  }
}
