import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createRedisSessionStorage, type RedisStoreOptions } from 'coatcheck/redis-storage'
import {
  missing,
  type RedisCluster,
  type Sentinel,
  type Server,
  startRedisCluster,
  startSentinel,
} from '../services/index.ts'
import { calm, eventually as until, noticeAfter, talk } from '../services/talk.ts'
import { toCluster, toSentinel } from './redis-clients.ts'
import { type Opened, openAll } from './redis-opened.ts'
import { Traffic } from './redis-traffic.ts'

const run = promisify(execFile)
const skip = missing('redis')

/**
 * How much longer than the failover a client may fail, in milliseconds: the longest pause of ours before it tries to
 * connect again, one operation, and what a busy machine adds.
 */
const patience = 5000 + 1000 + 2000

/** Visits through all clients while something happens, and for a while longer. */
async function under(
  opened: Opened[],
  load: { sessions: number; visitors: number },
  action: (traffic: Traffic[]) => Promise<void>,
): Promise<Traffic[]> {
  const traffic = opened.map((one) => new Traffic(one))
  await Promise.all(traffic.map((one) => one.start(load)))
  try {
    await goesOn(traffic)
    await action(traffic)
    await goesOn(traffic)
  } finally {
    await Promise.all(traffic.map((one) => one.stop()))
  }
  return traffic
}

/** Waits until everybody has counted, and somebody has logged out everywhere. */
async function goesOn(traffic: Traffic[]): Promise<void> {
  const before = traffic.map(({ counted, ended }) => ({ counted, ended: ended.length }))
  await until(() =>
    traffic.every(({ counted, ended }, n) => {
      return counted >= before[n]!.counted + 20 && ended.length >= before[n]!.ended + 3
    }),
  )
}

/**
 * Kills a primary while it knows things that its replicas do not, and waits until the servers have settled that. By then,
 * or a little later, all visits must work again, and nobody be back who was told that he is logged out.
 */
async function failOver(
  opened: Opened[],
  primary: Server,
  replicas: readonly Server[],
  isBack: () => Promise<boolean>,
  /** What makes the others notice that it has gone. */
  beNoticed = async () => {},
): Promise<void> {
  let backAt = 0
  const traffic = await under(opened, { sessions: 10, visitors: 2 }, async (visits) => {
    for (const replica of replicas) replica.pause()
    // Otherwise they find on their lines what it has said meanwhile.
    await talk(primary.port, 'CLIENT KILL TYPE replica')
    const before = visits.map(({ counted }) => counted)
    await until(() => visits.every(({ counted }, n) => counted > before[n]! + 5))
    await beNoticed()
    await primary.kill()
    for (const replica of replicas) replica.resume()
    await until(isBack)
    backAt = performance.now()
  })
  for (const one of traffic) {
    const late = Math.round(one.failedAt - backAt)
    assert.ok(
      late < patience,
      `${one.name} failed for ${late} ms more, at last with ${one.failure}`,
    )
    await one.assertAlive()
    await one.assertNoneIsBack()
  }
}

describe('redis storage on what Sentinels watch, under load', { skip }, () => {
  let service: Sentinel
  let opened: Opened[] = []
  before(async () => {
    service = await calm(startSentinel())
    const server = { sentinels: service.hosts, name: service.name }
    const makeOwn = (options: RedisStoreOptions) => createRedisSessionStorage(server, options)
    opened = await openAll(service, toSentinel, makeOwn)
  })
  after(async () => {
    await Promise.all(opened.map(({ close }) => close()))
    await service?.stop()
  })

  it('brings back nobody who has logged out, and fails no longer than the failover takes', async () => {
    const { name, primary, replicas, sentinels } = service
    const isBack = async () => {
      // One that still names the old primary costs a client a pause more.
      const answers = await Promise.all(
        sentinels.map((one) => talk(one.port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`)),
      )
      const ports = answers.map((answer) => Number(/\r\n(\d+)\r\n$/.exec(answer ?? '')?.[1]))
      const [port] = ports as [number]
      if (port === primary.port || ports.some((other) => other !== port)) return false
      await noticeAfter(60, service)
      return (await talk(port, 'SET probe 1')) === '+OK\r\n'
    }
    await failOver(opened, primary, replicas, isBack, () => noticeAfter(1, service))
  })
})

describe('redis storage on a cluster, under load', { skip }, () => {
  let service: RedisCluster
  let opened: Opened[] = []
  before(async () => {
    service = await calm(startRedisCluster())
    const server = { cluster: service.hosts }
    const makeOwn = (options: RedisStoreOptions) => createRedisSessionStorage(server, options)
    opened = await openAll(service, toCluster, makeOwn)
  })
  after(async () => {
    await Promise.all(opened.map(({ close }) => close()))
    await service?.stop()
  })

  it('loses no count, login or logout while hundreds of slots move to another server (P1)', async () => {
    const [from, to] = service.primaries
    const [fromId, toId] = await Promise.all([idOf(from!), idOf(to!)])
    let moved = 0
    const traffic = await under(opened, { sessions: 200, visitors: 3 }, async () => {
      const what = [
        '--cluster',
        'reshard',
        from!.address,
        '--cluster-yes',
        '--cluster-slots',
        '400',
      ]
      await run('redis-cli', [...what, '--cluster-from', fromId, '--cluster-to', toId])
      moved = await movedTo(to!)
    })
    assert.ok(moved > 10, `${moved} keys moved`)
    for (const one of traffic) {
      await one.assertAllThere()
      await one.assertNoneIsBack()
    }
  })

  it('brings back nobody who has logged out, and fails no longer than the failover takes', async () => {
    const [primary] = service.primaries
    const [replica] = service.replicas
    const isBack = async () => {
      await noticeAfter(1, service, [replica!])
      const role = await talk(replica!.port, 'INFO replication')
      const state = await talk(replica!.port, 'CLUSTER INFO')
      return /role:master/.test(role ?? '') && /cluster_state:ok/.test(state ?? '')
    }
    const beNoticed = () => noticeAfter(1, service, service.primaries)
    await failOver(opened, primary!, [replica!], isBack, beNoticed)
  })
})

async function idOf({ port }: Server): Promise<string> {
  return (await talk(port, 'CLUSTER MYID'))!.split('\r\n')[1]!
}

/** How many keys other servers have handed over to this one. */
async function movedTo({ port }: Server): Promise<number> {
  const stats = await talk(port, 'INFO commandstats')
  return Number(/^cmdstat_restore-asking:calls=(\d+)/m.exec(stats!)![1])
}
