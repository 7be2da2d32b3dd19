import type { RedisConnection, Send } from './connection.ts'
import { groupReads } from './grouped-reads.ts'
import { shareWait } from './shared-wait.ts'

/** What we call of a client of `ioredis` or `iovalkey`: `Redis` or `Cluster`. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
  pipeline(commands: string[][]): {
    exec(): Promise<[error: Error | null, reply: unknown][] | null>
  }
  readonly isCluster: boolean
}

export function isIoredis(client: object): client is IoredisClient {
  return 'call' in client && typeof client.call === 'function' && 'pipeline' in client
}

export function connectIoredis(client: IoredisClient): RedisConnection {
  return { send: grouped(client, sendOn(client)) }
}

/** On a cluster each key has a server of its own. */
export function grouped({ isCluster }: IoredisClient, send: Send): Send {
  return isCluster ? send : groupReads(send)
}

export function sendOn(client: IoredisClient): Send {
  const wait = shareWait((args) => client.call('WAIT', ...args))
  const call: Send = (key, name, ...args) => {
    if (name !== 'WAIT') return client.call(name!, ...args)
    return client.isCluster ? sendWith(client, key, 'wait', args) : wait(args)
  }
  return (...command) => call(...command).then(undefined, rethrow)
}

function rethrow(error: unknown): never {
  throw withoutArguments(error)
}

/** These drivers put the whole command on their errors: with what a session holds, or a password. */
export function withoutArguments(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if ('command' in error) delete error.command
  // Why a cluster could not be connected to.
  if ('lastNodeError' in error) withoutArguments(error.lastNodeError)
  return error
}

/**
 * Sends a command without a key to the server of this key, by sending it along with one that has it, and that the
 * user of the server may send anyway.
 */
async function sendWith(
  client: IoredisClient,
  key: string,
  name: string,
  args: string[],
): Promise<unknown> {
  const replies = await client
    .pipeline([
      ['pttl', key],
      [name, ...args],
    ])
    .exec()
  const [error, reply] = replies![1]!
  if (error) throw error
  return reply
}
