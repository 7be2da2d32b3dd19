import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startRedis, startRedisCluster, startSentinel, type Server } from './index.ts'
import { slowSyncs } from './slow-syncs.ts'
import { eventually, noticeAfter, talk, using } from './talk.ts'

describe('startRedis', () => {
  it('gives a Redis that is empty after a restart', async (t) => {
    const redis = await using(t, startRedis())
    const port = redis.ports[0]!
    assert.equal(redis.url, `redis://127.0.0.1:${port}`)
    assert.equal(await talk(port, 'SET coat red'), '+OK\r\n')
    const [before] = redis.pids
    await redis.restart()
    assert.equal(await talk(port, 'GET coat'), '$-1\r\n')
    assert.notEqual(redis.pids[0], before)
  })

  it('gives a durable one that keeps everything when it is killed', async (t) => {
    const redis = await using(t, startRedis({ durable: true }))
    const port = redis.ports[0]!
    await talk(port, 'SET coat red')
    await redis.kill()
    assert.deepEqual(redis.pids, [])
    assert.equal(await talk(port, 'PING'), undefined)
    await redis.start()
    assert.equal(await talk(port, 'GET coat'), '$3\r\nred\r\n')
  })

  it('gives a durable one that has written each change before it replies', async (t) => {
    const redis = await using(t, startRedis({ durable: true }))
    const port = redis.ports[0]!
    const syncing = await slowSyncs(t, redis.pids[0]!)
    // Long enough for a server that syncs once a second to be at it.
    let said = 0
    for (const end = performance.now() + 1500; performance.now() < end && !syncing();) {
      assert.equal(await talk(port, `SET n ${++said}`), '+OK\r\n')
    }
    assert.equal(await talk(port, 'SET coat red'), '+OK\r\n')
    await redis.kill()
    await redis.start()
    assert.equal(await talk(port, 'GET n'), `$${String(said).length}\r\n${said}\r\n`)
    assert.equal(await talk(port, 'GET coat'), '$3\r\nred\r\n')
  })

  it('takes settings', async (t) => {
    const redis = await using(t, startRedis({ settings: { maxmemory: '3mb' } }))
    assert.match((await talk(redis.ports[0]!, 'CONFIG GET maxmemory'))!, /\r\n3145728\r\n$/)
  })

  it('says what the server said if it does not start', async () => {
    const start = startRedis({ settings: { nonsense: 1 } })
    await assert.rejects(start, /redis-server did not start[^]*nonsense 1/)
  })
})

describe('startRedisCluster', () => {
  it('gives six nodes, and a replica takes over from a primary that is killed', async (t) => {
    // Nobody takes over before, from a primary that the machine kept from answering.
    const settings = { 'cluster-replica-no-failover': 'yes' }
    const { primaries, replicas, hosts } = await using(t, startRedisCluster({ settings }))
    assert.equal(hosts.length, 6)
    // "foo" is in slot 12182, which is the last primary's.
    assert.equal(await talk(primaries[2]!.port, 'SET foo bar'), '+OK\r\n')
    const moved = `-MOVED 12182 ${primaries[2]!.address}\r\n`
    for (const other of [primaries[0]!, primaries[1]!, ...replicas]) {
      assert.equal(await talk(other.port, 'GET foo'), moved)
    }

    await talk(replicas[2]!.port, 'CONFIG SET cluster-replica-no-failover no')
    // What the replica does not have yet is lost with its primary.
    await eventually(async () => (await talk(replicas[2]!.port, 'DBSIZE')) === ':1\r\n')
    await primaries[2]!.kill()
    await eventually(async () => (await talk(replicas[2]!.port, 'GET foo')) === '$3\r\nbar\r\n')
    await primaries[2]!.restart()
    const back = `-MOVED 12182 ${replicas[2]!.address}\r\n`
    await eventually(async () => (await talk(primaries[2]!.port, 'GET foo')) === back)
  })

  it('comes back as one when all of it was killed', async (t) => {
    // A replica that is back earlier does not take over, with what it had.
    const settings = { 'cluster-replica-no-failover': 'yes' }
    const cluster = await using(t, startRedisCluster({ durable: true, settings }))
    const { port } = cluster.primaries[2]!
    assert.equal(await talk(port, 'SET foo bar'), '+OK\r\n')
    await cluster.kill()
    assert.deepEqual(cluster.pids, [])
    await cluster.start()
    assert.equal(await talk(port, 'GET foo'), '$3\r\nbar\r\n')
  })
})

describe('startSentinel', () => {
  it('gives three that see everybody, with replicas in step, after a restart too', async (t) => {
    const service = await using(t, startSentinel())
    await noticeAfter(60, service)
    await service.restart()
    const { name, replicas, sentinels } = service
    for (const { port } of sentinels) {
      assert.match((await talk(port, `SENTINEL CKQUORUM ${name}`))!, /^\+OK 3 usable/)
    }
    for (const { port } of replicas) {
      assert.match((await talk(port, 'INFO replication'))!, /master_link_status:up/)
    }
  })

  it('gives three that agree on another primary when theirs is killed', async (t) => {
    const service = await using(t, startSentinel())
    await noticeAfter(60, service)
    const { name, primary, replicas, sentinels } = service
    const [sentinel] = sentinels
    const ask = () => talk(sentinel!.port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`)
    const isAt = (answer: string | undefined, port: number) => answer?.endsWith(`\r\n${port}\r\n`)
    assert.ok(isAt(await ask(), primary.port))
    assert.equal(await talk(primary.port, 'SET coat red'), '+OK\r\n')
    await eventually(async () => {
      const answers = await Promise.all(replicas.map(({ port }) => talk(port, 'GET coat')))
      return answers.every((answer) => answer === '$3\r\nred\r\n')
    })

    await noticeAfter(1, service)
    await primary.kill()
    let next: Server | undefined
    await eventually(async () => {
      const answer = await ask()
      next = replicas.find(({ port }) => isAt(answer, port))
      return next !== undefined && (await talk(next.port, 'SET hat blue')) === '+OK\r\n'
    })
    assert.equal(await talk(next!.port, 'GET coat'), '$3\r\nred\r\n')

    // It was started as a replica, and is not one again after a restart.
    await next!.restart()
    assert.match((await talk(next!.port, 'INFO replication'))!, /role:master/)
  })
})
