import { join } from 'node:path'
import { after, before } from 'node:test'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import {
  missing,
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
  startRedisCluster,
  type Service,
  type ServiceName,
} from '../../services/index.ts'
import { calm } from '../../services/talk.ts'
import { openBackend } from './open-backend.ts'
import type { Rule } from './rules/index.ts'
import { missingWorkerd, startWorkerd } from './workerd.ts'

/** Something that keeps sessions, for several processes at once. */
export interface Target {
  name: string
  /** The server that it needs. */
  needs?: ServiceName | 'workerd'
  /** The rules of which there is nothing to see, and why. */
  without?: Readonly<Partial<Record<Rule, string>>>
  /** For what is slow: how many visits each lane makes, and how fast the sessions' clock runs. */
  pace?: { visits: number; speed: number }
  /** For openBackend. */
  start(): Promise<Started>
}

export interface Started {
  address: string
  service?: Service
}

/** Each request crosses three processes. */
const throughWorkerd = { visits: 30, speed: 125 }

const dropsByItself = 'the server drops what has expired by itself'

export const targets: readonly Target[] = [
  {
    name: 'Redis',
    needs: 'redis',
    without: { 'nothing ends without a reason': dropsByItself },
    async start() {
      const service = await startRedis({ durable: true })
      return { service, address: service.url }
    },
  },
  {
    name: 'a Redis Cluster',
    needs: 'redis-cluster',
    without: { 'nothing ends without a reason': dropsByItself },
    async start() {
      const service = await calm(startRedisCluster())
      return { service, address: `redis-cluster://${service.hosts.join()}` }
    },
  },
  {
    name: 'three memcached',
    needs: 'memcached',
    without: {
      'all sessions of a user end': 'it has no list of a user’s sessions',
      'nothing ends without a reason': dropsByItself,
    },
    async start() {
      const service = await startMemcached()
      return { service, address: `memcached://${service.hosts.join()}` }
    },
  },
  {
    name: 'PostgreSQL',
    needs: 'postgres',
    async start() {
      const service = await startPostgres()
      return { service, address: service.url }
    },
  },
  {
    name: 'MariaDB',
    needs: 'mariadb',
    async start() {
      const service = await startMariadb()
      return { service, address: service.url }
    },
  },
  {
    name: 'SQLite',
    async start() {
      const address = `sqlite:${join(temporaryFolder(), 'sessions.db')}`
      const { close } = await openBackend(address, { timeout: 5, now: Date.now })
      await close()
      return { address }
    },
  },
  {
    name: 'Cloudflare D1',
    needs: 'workerd',
    pace: throughWorkerd,
    async start() {
      const service = await startWorkerd()
      return { service, address: `d1:${service.url}` }
    },
  },
  {
    name: 'Cloudflare Durable Objects',
    needs: 'workerd',
    pace: throughWorkerd,
    without: { 'nothing ends without a reason': 'each object drops by itself what has expired' },
    async start() {
      const service = await startWorkerd()
      return { service, address: `durable-objects:${service.url}` }
    },
  },
  { name: 'a directory', start: async () => ({ address: `fs:${temporaryFolder()}` }) },
]

export function isMissing({ needs }: Target): string | false {
  if (needs === 'workerd') return missingWorkerd
  return needs === undefined ? false : missing(needs)
}

/** For faults alone: a restart ends all sessions. */
export const forgetfulRedis: Target = {
  name: 'a Redis that keeps nothing',
  needs: 'redis',
  async start() {
    const service = await startRedis()
    return { service, address: service.url }
  },
}

/** Starts all of them, at the same time, with the tests of this file. They end with those. */
export function startTargets(all: readonly Target[]): (target: Target) => Promise<Started> {
  const starting = new Map<Target, Promise<Started>>()
  before(() => {
    for (const target of all.filter((one) => !isMissing(one))) {
      const start = target.start()
      // Whoever asks for it hears of it.
      start.catch(() => {})
      starting.set(target, start)
    }
  })
  after(async () => {
    const results = await Promise.allSettled(starting.values())
    const started = results.filter((result) => result.status === 'fulfilled')
    await Promise.all(started.map(({ value }) => value.service?.stop()))
  })
  return (target) => starting.get(target)!
}
