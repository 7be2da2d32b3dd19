import { Cluster as IoredisCluster, Redis as Ioredis } from 'ioredis'
import { Cluster as IovalkeyCluster, Redis as Iovalkey } from 'iovalkey'
import { createClient, createClientPool, createCluster, createSentinel, RESP_TYPES } from 'redis'
import { Decoder, GlideClient, GlideClusterClient, Logger } from '@valkey/valkey-glide'
import type { RedisClient } from 'coatcheck/redis-storage'
import type { HostsService, Sentinel, UrlService } from '../services/index.ts'

Logger.setLoggerConfig('off')

/** A client as an app would make it, and how to be done with it. */
export interface Made {
  client: RedisClient
  close(): unknown
}

export type Makers<Service> = Record<string, (service: Service) => Promise<Made>>

function addressOf(host: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${host}`)
  return { host: hostname, port: Number(port) }
}

/** They print, or throw, what nobody listens to. */
function quiet<Client extends { on(event: 'error', listener: () => void): unknown }>(
  client: Client,
): Client {
  client.on('error', () => {})
  return client
}

export const toOne: Makers<UrlService> = {
  ioredis: async ({ url }) => disconnecting(quiet(new Ioredis(url))),
  iovalkey: async ({ url }) => disconnecting(quiet(new Iovalkey(url))),
  redis: async ({ url }) => destroying(await quiet(createClient({ url })).connect()),
  GLIDE: async ({ url }) => {
    const options = { addresses: [addressOf(new URL(url).host)], requestTimeout: 5000 }
    return closing(await GlideClient.createClient(options))
  },
}

export const variantsToOne: Makers<UrlService> = {
  'ioredis with pipelines of its own': async ({ url }) =>
    disconnecting(quiet(new Ioredis(url, { enableAutoPipelining: true }))),
  'iovalkey that prefixes keys': async ({ url }) =>
    disconnecting(quiet(new Iovalkey(url, { keyPrefix: 'mine:' }))),
  'redis in RESP 2': async ({ url }) =>
    destroying(await quiet(createClient({ url, RESP: 2 })).connect()),
  'redis that gives bytes': async ({ url }) => {
    const commandOptions = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }
    return destroying(await quiet(createClient({ url, commandOptions })).connect())
  },
  'a pool of redis': async ({ url }) => {
    const pool = quiet(createClientPool({ url }, { minimum: 3 }))
    await pool.connect()
    return destroying(pool)
  },
  'GLIDE that gives bytes': async ({ url }) => {
    const addresses = [addressOf(new URL(url).host)]
    const options = { addresses, requestTimeout: 5000, defaultDecoder: Decoder.Bytes }
    return closing(await GlideClient.createClient(options))
  },
}

export const toCluster: Makers<HostsService> = {
  ioredis: async ({ hosts }) => disconnecting(quiet(new IoredisCluster(hosts.map(addressOf)))),
  iovalkey: async ({ hosts }) => disconnecting(quiet(new IovalkeyCluster(hosts.map(addressOf)))),
  redis: async ({ hosts }) => {
    const rootNodes = hosts.map((host) => ({ url: `redis://${host}` }))
    return destroying(await quiet(createCluster({ rootNodes })).connect())
  },
  GLIDE: async ({ hosts }) => {
    const options = { addresses: hosts.map(addressOf), requestTimeout: 5000 }
    return closing(await GlideClusterClient.createClient(options))
  },
}

/** GLIDE knows no Sentinels. */
export const toSentinel: Makers<Sentinel> = {
  ioredis: async ({ hosts, name }) =>
    disconnecting(quiet(new Ioredis({ sentinels: hosts.map(addressOf), name }))),
  iovalkey: async ({ hosts, name }) =>
    disconnecting(quiet(new Iovalkey({ sentinels: hosts.map(addressOf), name }))),
  redis: async ({ hosts, name }) => {
    const options = { name, sentinelRootNodes: hosts.map(addressOf), reserveClient: true }
    return destroying(await quiet(createSentinel(options)).connect())
  },
}

export const variantsToSentinel: Makers<Sentinel> = {
  'redis that leases its connection': async ({ hosts, name }) => {
    const sentinelRootNodes = hosts.map(addressOf)
    return destroying(await quiet(createSentinel({ name, sentinelRootNodes })).connect())
  },
}

function disconnecting(client: RedisClient & { disconnect(): unknown }): Made {
  return { client, close: () => client.disconnect() }
}

function destroying(client: RedisClient & { destroy(): unknown }): Made {
  return { client, close: () => client.destroy() }
}

function closing(client: RedisClient & { close(): unknown }): Made {
  return { client, close: () => client.close() }
}
