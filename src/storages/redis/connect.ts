import { configError } from '../../core/errors.ts'
import type { RedisConnection } from './connection.ts'
import { connectGlide, type GlideClient, isGlide } from './glide.ts'
import { connectIoredis, type IoredisClient, isIoredis } from './ioredis.ts'
import { makeClient } from './make-client.ts'
import { connectNodeRedis, isNodeRedis, type NodeRedisClient } from './node-redis.ts'
import type { RedisServer } from './server.ts'

/** A client that the app made, and will end: of `redis`, `ioredis`, `iovalkey` or `@valkey/valkey-glide`. */
export type RedisClient = GlideClient | IoredisClient | NodeRedisClient

/**
 * @param patience How long a client that we make may take to connect, in milliseconds.
 * @returns What connects, when it is first needed.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is neither a client nor a server's address.
 */
export function connectorFor(
  source: RedisClient | RedisServer,
  patience: number,
): () => Promise<RedisConnection> {
  if (typeof source !== 'object' || source === null) {
    throw configError('The redis storage needs { url: "redis://localhost:6379" } or a client')
  }
  const connection = connectClient(source)
  return connection ? async () => connection : makeClient(source as RedisServer, patience)
}

function connectClient(client: object): RedisConnection | undefined {
  if (isGlide(client)) return connectGlide(client)
  if (isIoredis(client)) return connectIoredis(client)
  return isNodeRedis(client) ? connectNodeRedis(client) : undefined
}
