import type { RedisConnection, Send } from './connection.ts'
import { groupReads } from './grouped-reads.ts'
import { shareWait } from './shared-wait.ts'

interface Single {
  readonly isReady?: boolean
  sendCommand(command: string[], options?: { timeout?: number }): Promise<unknown>
}

interface Pool extends Single {
  execute<T>(work: (client: Single) => Promise<T>): Promise<T>
}

interface Sentinel {
  sendCommand(isReadonly: boolean, command: string[]): Promise<unknown>
  getMasterNode(): unknown
}

interface Cluster {
  sendCommand(key: string, isReadonly: boolean, command: string[]): Promise<unknown>
  nodeClient(node: never): Promise<Single> | Single
  getNodeClientForKey?(key: string): Promise<Single>
}

/** What we call of a client of `redis`: what `createClient`, `createClientPool`, `createCluster` or `createSentinel` made. */
export type NodeRedisClient = Single | Pool | Sentinel | Cluster

export function isNodeRedis(client: object): client is NodeRedisClient {
  return 'sendCommand' in client && typeof client.sendCommand === 'function'
}

/* Nothing is ever sent as a command that only reads: those may go to replicas, which are late. */

export function connectNodeRedis(client: NodeRedisClient): RedisConnection {
  if ('nodeClient' in client) return { send: sendTo(client) }
  if ('getMasterNode' in client) {
    return { send: (_, ...command) => client.sendCommand(false, command) }
  }
  if (!('execute' in client)) return { send: groupReads(sendOn(client)) }
  return {
    send: (_, ...command) => client.sendCommand(command),
    lease: (work) => client.execute((one) => work((_, ...command) => sendCommand(one, command))),
  }
}

/**
 * Since version 6 a client makes an `AbortSignal` for each command, which ends it if it waits to be written for 5 seconds. Where
 * the connection is ready it does not wait, and the signal takes longer to make than the command.
 */
function sendCommand(client: Single, command: string[]): Promise<unknown> {
  // One that answers by callback takes each argument for a part of the command.
  return client.isReady ? client.sendCommand(command, { timeout: 0 }) : client.sendCommand(command)
}

function sendOn(client: Single): Send {
  const wait = shareWait((args) => sendCommand(client, ['WAIT', ...args]))
  return (_, ...command) =>
    command[0] === 'WAIT' ? wait(command.slice(1)) : sendCommand(client, command)
}

function sendTo(cluster: Cluster): Send {
  const sends = new WeakMap<Single, Send>()
  return async (key, ...command) => {
    // Sent as the others are, WAIT would go to all servers.
    const one = command[0] === 'WAIT' ? await cluster.getNodeClientForKey?.(key) : undefined
    if (one === undefined) return cluster.sendCommand(key, false, command)
    const send = sends.get(one) ?? sendOn(one)
    sends.set(one, send)
    return send(key, ...command)
  }
}
