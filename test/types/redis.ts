// Compiled, never run: the real drivers' clients are what the redis storage takes.
import type { GlideClient, GlideClusterClient } from '@valkey/valkey-glide'
import type { ClosableStore, IndexedStore, ServerSessionStorage, Session } from 'coatcheck'
import {
  createRedisSessionStorage,
  createRedisStore,
  type RedisClient,
  type RedisServer,
} from 'coatcheck/redis-storage'
import type * as ioredis from 'ioredis'
import type * as iovalkey from 'iovalkey'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import { z } from 'zod'
import { exactly } from './equal.ts'

type Data = { count: number }
type Flash = { notice: string }

export function clients(
  ioClient: ioredis.Redis | ioredis.Cluster,
  ivClient: iovalkey.Redis | iovalkey.Cluster,
  glideClient: GlideClient | GlideClusterClient,
): RedisClient[] {
  const single = createClient({ url: 'redis://localhost' })
  const pool = createClientPool({}, { minimum: 2 })
  const cluster = createCluster({ rootNodes: [{ url: 'redis://localhost' }] })
  const sentinels = [{ host: 'localhost', port: 26_379 }]
  const sentinel = createSentinel({ name: 'main', sentinelRootNodes: sentinels })
  const older = createClient({ RESP: 2 })
  return [ioClient, ivClient, glideClient, single, pool!, cluster, sentinel, older]
}

export function servers(): RedisServer[] {
  return [
    { url: 'redis://localhost' },
    { url: 'rediss://localhost', tls: { ca: 'a certificate' } },
    { host: 'localhost', port: 6379, db: 1, username: 'ada', password: 'secret', tls: true },
    { cluster: ['localhost:7000'], password: 'secret' },
    { sentinels: ['localhost:26379'], name: 'main', sentinelPassword: 'secret' },
  ]
}

export async function inferred(client: RedisClient): Promise<void> {
  exactly<IndexedStore & ClosableStore>()(createRedisStore(client, { prefix: 'a:' }))
  const typed = createRedisSessionStorage<Data, Flash>({ url: 'redis://localhost' })
  exactly<ServerSessionStorage<Data, Flash>>()(typed)
  const schema = z.object({ count: z.number().optional() })
  const session = await createRedisSessionStorage(client, { schema, waitReplicas: 1 }).read(null)
  exactly<number | undefined>()(session.get('count'))
  exactly<Session>()(await createRedisSessionStorage(client).read(null))
}

export function refused(client: RedisClient): void {
  // @ts-expect-error -- where to?
  createRedisSessionStorage()
  // @ts-expect-error -- an object, so that it can be told from other texts
  createRedisSessionStorage('redis://localhost')
  // @ts-expect-error -- no such client
  createRedisSessionStorage({ get: async () => null })
  // @ts-expect-error -- Sentinels watch more than one
  createRedisSessionStorage({ sentinels: ['localhost:26379'] })
  // @ts-expect-error -- no such option
  createRedisSessionStorage(client, { ttl: 10 })
  // @ts-expect-error -- seconds, not a text
  createRedisSessionStorage(client, { timeout: '2s' })
}
