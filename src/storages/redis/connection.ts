import { backendError } from '../parts/backend-error.ts'

/**
 * Sends one command, and gives its reply.
 *
 * @param key The one key that the command is about: it says which server of a cluster to ask.
 */
export type Send = (key: string, ...command: string[]) => Promise<unknown>

/** What the store needs of a driver. A file next to this one makes it of each family of them. */
export interface RedisConnection {
  readonly send: Send
  /** Runs the work with a `send` that stays on one connection, where `send` may use several. */
  lease?<T>(work: (send: Send) => Promise<T>): Promise<T>
  /** Ends the connection, if we made it. */
  close?(): void
}

/** A reply that is text, or undefined when there is none. Clients may be set up to give bytes. */
export function textOf(reply: unknown): string | undefined {
  if (reply === null) return undefined
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return new TextDecoder().decode(reply)
  throw backendError(`Redis gave a reply that is no text, but ${typeof reply}`)
}
