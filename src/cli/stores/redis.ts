import { createRedisStore } from '../../storages/redis.ts'
import type { IoredisClient } from '../../storages/redis/ioredis.ts'
import { withoutArguments } from '../../storages/redis/ioredis.ts'
import { clockFinding, type Finding } from './finding.ts'
import { missingDriver } from './missing-driver.ts'
import type { OpenedStore, StorePlace } from './open.ts'

type Client = IoredisClient & {
  connect(): Promise<unknown>
  disconnect(): void
  on(event: 'error', listener: () => void): unknown
}

/** One server of Redis or Valkey, through ioredis of the app. */
export async function openRedis(
  url: string,
  { prefix = 'session:' }: StorePlace,
): Promise<OpenedStore> {
  const { Redis } = await import('ioredis').catch(missingDriver('ioredis'))
  const options = { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 }
  const client = new Redis(url, { ...options, connectTimeout: 5000 }) as unknown as Client
  // It is told by connect().
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const { host } = new URL(url)
    const reason = (withoutArguments(error) as Error).message
    throw new Error(`Redis at ${host} cannot be reached: ${reason}`, { cause: error })
  }
  const store = createRedisStore(client, { prefix })

  async function* keys(): AsyncGenerator<string> {
    let cursor = '0'
    // SCAN may give a key twice.
    const seen = new Set<string>()
    const pattern = `${prefix.replace(/[*?[\]\\]/g, '\\$&')}*`
    do {
      const reply = await client.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', '500')
      const [next, found] = reply as [string, string[]]
      for (const key of found) {
        if (seen.has(key)) continue
        seen.add(key)
        yield key.slice(prefix.length)
      }
      cursor = next
    } while (cursor !== '0')
  }

  return {
    kind: 'Redis',
    store,
    keys,
    findings: () => findingsOf(client),
    async close() {
      await store.close()
      client.disconnect()
    },
  }
}

async function findingsOf(client: Client): Promise<Finding[]> {
  const before = Date.now()
  const [seconds, micros] = (await client.call('TIME')) as [string, string]
  const clock = clockFinding(Number(seconds) * 1000 + Number(micros) / 1000, before, Date.now())
  const info = String(await client.call('INFO'))
  const of = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const [policy = 'noeviction', limit = '0'] = [of('maxmemory_policy'), of('maxmemory')]
  return [
    { level: 'ok', says: `Redis ${of('redis_version') ?? ''} answers.` },
    policy === 'noeviction'
      ? { level: 'ok', says: 'maxmemory-policy is noeviction: no session is dropped to make room.' }
      : {
          level: limit === '0' ? 'note' : 'wrong',
          says: `maxmemory-policy is ${policy}: a server that is full logs users out.`,
          advice:
            'CONFIG SET maxmemory-policy noeviction, and in redis.conf. Alarm before it is full.',
        },
    of('aof_enabled') === '1'
      ? { level: 'ok', says: 'appendonly is on: sessions outlive a restart.' }
      : {
          level: 'note',
          says: 'appendonly is off: a crash loses the sessions and revocations since the last snapshot.',
          advice: 'Set appendonly yes if users shall stay logged in, and revoked sessions ended.',
        },
    clock,
  ]
}
