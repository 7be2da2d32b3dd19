import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { createRedisSessionStorage, type RedisServer } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import {
  missing,
  type Server,
  startRedis,
  startRedisCluster,
  startSentinel,
} from '../services/index.ts'
import { calm, using } from '../services/talk.ts'
import { begin, count, end, type Storage, valuesOf } from './redis-visits.ts'

const guide = readFileSync(new URL('../../../docs/redis.md', import.meta.url), 'utf8')
const [, line] = /^ +ACL SETUSER (app on .*)$/m.exec(guide)!
const [, more] = /On a Cluster it also needs `(\+.+?)`/.exec(guide)!
const login = { username: 'app', password: 'password' }
const skip = missing('redis')

interface Guarded {
  /** What the user was not allowed to do, though somebody tried. */
  denied(): Promise<string[]>
  /** The commands that the user sent, and those in scripts. */
  sent(): Promise<string[]>
}

/** Makes the user on these servers. Whatever else is there is done by another one. */
async function guard(
  t: TestContext,
  servers: readonly Server[],
  rules: string[],
): Promise<Guarded> {
  const admins = servers.map(({ port }) => new Redis(port))
  t.after(() => admins.forEach((admin) => admin.disconnect()))
  for (const admin of admins) {
    await admin.call('ACL', 'SETUSER', ...rules)
    await admin.call('CONFIG', 'RESETSTAT')
  }
  const ofAll = async (ask: (admin: Redis) => Promise<string[]>) => {
    return [...new Set((await Promise.all(admins.map(ask))).flat())].sort()
  }
  return {
    denied: () =>
      ofAll(async (admin) => {
        const entries = (await admin.call('ACL', 'LOG')) as string[][]
        return entries.map((entry) => `${entry[3]} of ${entry[7]} in ${entry[5]}`)
      }),
    sent: () =>
      ofAll(async (admin) => {
        const stats = await admin.info('commandstats')
        return Array.from(stats.matchAll(/^cmdstat_([a-z|]+):/gm), ([, name]) => name!)
      }),
  }
}

let visits = 0

/** All that a storage does. */
async function visit(server: RedisServer, waitReplicas = 0): Promise<void> {
  const storage: Storage = createRedisSessionStorage(server, { waitReplicas })
  const user = `user ${++visits}`
  try {
    const [first, other] = [await begin(storage, { n: 1 }, user), await begin(storage, {}, user)]
    const session = await storage.read(first)
    session.login(user)
    const cookie = (await storage.save(session))!
    await count(storage, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
    await Promise.all([storage.read(cookie), storage.read(other)])
    assert.equal(await end(storage, other), '')
    assert.equal((await storage.sessionsOf(user)).length, 1)
    assert.equal(await storage.revokeAll(user), 1)
    assert.equal((await storage.read(cookie)).isNew, true)
    await begin(storage, {}, user)
  } finally {
    await storage.close()
  }
}

describe('the user of Redis in docs/redis.md', { skip }, () => {
  const commands = line!.match(/(?<=\+)\S+/g)!

  it('may do what the storage does on one server, and all of it is needed there but for replicas', async (t) => {
    const { servers, ports } = await using(t, startRedis())
    const { denied, sent } = await guard(t, servers, line!.split(' '))
    await visit({ host: '127.0.0.1', port: ports[0]!, db: 3, ...login })
    assert.deepEqual(await denied(), [])
    const names = await sent()
    const unused = commands.filter((name) => !names.includes(name))
    assert.deepEqual(unused, ['wait'])
  })

  it('may do what it does on what Sentinels watch, and wait for replicas', async (t) => {
    const { name, hosts, primary, replicas } = await using(t, calm(startSentinel()))
    const { denied, sent } = await guard(t, [primary, ...replicas], line!.split(' '))
    await visit({ sentinels: hosts, name, ...login }, 1)
    assert.deepEqual(await denied(), [])
    const names = await sent()
    assert.ok(names.includes('wait') && names.includes('zscore'))
  })

  it('may do what it does on a cluster, with what is said of that, and wait for replicas', async (t) => {
    const { servers, hosts } = await using(t, calm(startRedisCluster()))
    const rules = [...line!.split(' '), ...more!.split(' ')]
    const { denied, sent } = await guard(t, servers, rules)
    await visit({ cluster: hosts, ...login })
    await visit({ cluster: hosts, ...login }, 1)
    assert.deepEqual(await denied(), [])
    const names = await sent()
    const unused = more!.match(/(?<=\+)\S+/g)!.filter((name) => !names.includes(name))
    // Whether a driver looks at a replica while it finds its way is up to chance.
    assert.deepEqual(
      unused.filter((name) => name !== 'readonly'),
      [],
    )
    assert.ok(names.includes('wait'))
  })
})
