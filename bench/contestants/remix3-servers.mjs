import { createMemcacheSessionStorage } from '@remix-run/session-storage-memcache'
import { createRedisSessionStorage } from '@remix-run/session-storage-redis'
import { createFsSessionStorage } from '@remix-run/session/fs-storage'
import { createClient } from 'redis'
import { cycle } from '../lib/remix3-cycle.mjs'

const hour = 3600

export const contestants = [
  {
    workload: 'redis',
    name: 'remix3 redis',
    kind: 'peer',
    async make(context) {
      const client = await createClient({ url: context.url }).connect()
      const options = { keyPrefix: 'remix3:', ttl: hour }
      const storage = createRedisSessionStorage(client, options)
      return { ...cycle(context, storage), close: () => client.destroy() }
    },
  },
  {
    workload: 'memcached',
    name: 'remix3 memcache',
    kind: 'peer',
    note: 'a connection for each command',
    make: (context) =>
      cycle(context, createMemcacheSessionStorage(context.host, { ttlSeconds: hour })),
  },
  {
    workload: 'sqlite',
    name: 'remix3 fs',
    kind: 'peer',
    make: (context) => cycle(context, createFsSessionStorage(`${context.folder}/remix3`)),
  },
]
