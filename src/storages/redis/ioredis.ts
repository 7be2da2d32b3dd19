import type { RedisConnection } from './connection.ts'

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
  return {
    send: (key, name, ...args) =>
      client.isCluster && name === 'WAIT'
        ? sendWith(client, key, name.toLowerCase(), args)
        : client.call(name!, ...args),
  }
}

/** Sends a command without a key to the server of this key, by sending it along with one that has it and that we use anyway. */
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
