import { backendError } from '../parts/backend-error.ts'
import { SessionError } from '../../core/errors.ts'
import { randomBytes } from '../../core/runtime/random.ts'
import type { RedisConnection } from './connection.ts'
import { type Corkable, createCork } from './cork.ts'
import { grouped, type IoredisClient, sendOn, withoutArguments } from './ioredis.ts'
import { type Address, type RedisServer, targetOf } from './server.ts'

interface MadeClient extends IoredisClient {
  readonly status: string
  /** Of one server; a cluster has none. */
  readonly stream?: Corkable
  on(
    event: 'connect' | 'ready' | 'error' | 'close',
    listener: (error: Error & { command?: { name: string } }) => void,
  ): unknown
  disconnect(reconnect?: boolean): void
}

interface Driver {
  Redis: new (options: object) => MadeClient
  Cluster: new (servers: Address[], options: object) => MadeClient
}

/** Milliseconds between two tries to connect. */
const longestPause = 5000

/**
 * @param patience How long connecting may take, and a server may say nothing while it owes an answer, in
 * milliseconds.
 * @returns What makes the client, when it is first needed.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is not said where the server is.
 */
export function makeClient(server: RedisServer, patience: number): () => Promise<RedisConnection> {
  const { cluster, options } = targetOf(server)
  const all = {
    ...options,
    connectTimeout: patience,
    socketTimeout: patience,
    sentinelCommandTimeout: patience,
    retryStrategy: pauseBefore,
    sentinelRetryStrategy: pauseBefore,
    // Nobody queues for a server that is away, and who waits for an answer when it goes is told at once.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A server may be demoted while we are connected.
    reconnectOnError: (error: Error) => error.message.includes('READONLY'),
  }
  return async () => {
    const { Redis, Cluster } = await loadDriver()
    return connectMade(
      cluster === undefined
        ? new Redis(all)
        : new Cluster(cluster, {
            redisOptions: all,
            // Servers are connected to when they are needed, and who needs one waits for that.
            enableOfflineQueue: true,
            clusterRetryStrategy: pauseBefore,
            // Nothing is sent twice: what got lost with a connection may have been done.
            retryDelayOnFailover: 0,

            // Certificates name hosts, not addresses.
            ...(options.tls && { dnsLookup: lookNothingUp }),
          }),
    )
  }
}

/** Longer from time to time, and not the same for all: a server that is back is not stormed. */
function pauseBefore(attempt: number): number {
  const longest = Math.min(50 * 2 ** attempt, longestPause)
  return Math.round((longest / 2) * (1 + randomBytes(1)[0]! / 255))
}

function lookNothingUp(host: string, done: (error: null, address: string) => void): void {
  done(null, host)
}

/**
 * Both speak to Redis and to Valkey. They are named in the imports, so that bundlers and tools that collect an app's
 * files see them; and inside of `try`, so that bundlers take it for no error that one is missing.
 */
async function loadDriver(): Promise<Driver> {
  let cause: unknown
  try {
    return driverIn(await import('ioredis'))
  } catch (error) {
    cause = error
  }
  try {
    return driverIn(await import('iovalkey'))
  } catch {
    // The first one is the one to install.
  }
  throw new SessionError(
    'ERR_SESSION_CONFIG',
    'The redis storage needs a driver: npm install ioredis. Or give it a client that you made',
    { cause },
  )
}

function driverIn(module: object): Driver {
  const { Redis, default: whole } = module as Partial<Driver> & { default?: Driver }
  return Redis === undefined ? whole! : (module as Driver)
}

/** Resolves when the first try to connect has come to something. */
function connectMade(client: MadeClient): Promise<RedisConnection> {
  const send = sendOn(client)
  const cork = createCork()
  let problem: Error | undefined
  let misplaced: Error | undefined
  const connection: RedisConnection = {
    send: grouped(client, (key, ...command) => {
      if (client.status !== 'ready') {
        return Promise.reject(problem ?? backendError('Redis is not connected'))
      }
      if (client.stream) cork(client.stream)
      return send(key, ...command)
    }),
    close: () => client.disconnect(),
  }
  return new Promise((resolve) => {
    client.on('close', () => resolve(connection))
    client.on('ready', () => {
      problem = undefined
      resolve(connection)
    })
    client.on('connect', () => (misplaced = undefined))
    client.on('error', (error) => {
      if (error.command?.name === 'select') {
        // It would go on in database 0.
        misplaced = error
        client.disconnect(true)
      }
      problem = withoutArguments(misplaced ?? error) as Error
      resolve(connection)
    })
  })
}
