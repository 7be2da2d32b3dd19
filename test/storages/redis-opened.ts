import { createRedisSessionStorage, type RedisStoreOptions } from 'coatcheck/redis-storage'
import type { Makers } from './redis-clients.ts'
import type { Storage } from './redis-visits.ts'

export interface Opened {
  name: string
  storage: Storage
  close(): unknown
}

/** A storage with each kind of client that an app may give it, and one with a client of its own. */
export async function openAll<On>(
  service: On,
  makers: Makers<On>,
  makeOwn: (options: RedisStoreOptions) => Storage,
): Promise<Opened[]> {
  const options = { waitReplicas: 1, timeout: 1 }
  const own = makeOwn(options)
  const opened: Opened[] = [{ name: 'its own', storage: own, close: () => own.close() }]
  for (const [name, make] of Object.entries(makers)) {
    const { client, close } = await make(service)
    opened.push({ name, storage: createRedisSessionStorage(client, options), close })
  }
  return opened
}
