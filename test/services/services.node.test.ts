import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
  startRedisCluster,
  startSentinel,
  type Service,
  type UrlService,
} from './index.ts'
import {
  childrenOf,
  eventually,
  mariadb,
  postgres,
  processesOf,
  stillRunning,
  talk,
  using,
} from './talk.ts'

/** Of those that are paused, or wait for their children, or ask them politely, what is left is killed after ten seconds. */
async function atOnce(ending: Promise<unknown>): Promise<void> {
  const since = performance.now()
  await ending
  const taken = performance.now() - since
  assert.ok(taken < 9000, `it took ${taken} ms`)
}

describe('pause', () => {
  it('leaves a server that takes connections and does not answer until resume', async (t) => {
    const redis = await using(t, startRedis())
    redis.pause()
    assert.equal(await talk(redis.ports[0]!, 'PING', 0.5), undefined)
    assert.equal(redis.pids.length, 1)
    redis.resume()
    assert.equal(await talk(redis.ports[0]!, 'PING'), '+PONG\r\n')
  })

  it('freezes the processes that a PostgreSQL has for its connections too', async (t) => {
    const service = await using(t, startPostgres())
    const parent = String(service.pids[0])
    const states = () => execFileSync('ps', ['-o', 'stat=', '--ppid', parent], { encoding: 'utf8' })
    service.pause()
    await eventually(() =>
      states()
        .split('\n')
        .filter(Boolean)
        .every((state) => state[0] === 'T'),
    )
    service.resume()
    assert.equal(postgres(service.url, 'SELECT 1'), '1')
  })

  it('does not keep a server from being stopped', async () => {
    for (const service of await Promise.all([startRedis(), startPostgres()])) {
      const { pids } = service
      service.pause()
      await atOnce(service.stop())
      assert.deepEqual(stillRunning(pids), [])
    }
  })
})

describe('startMemcached', () => {
  it('gives three that know nothing of each other', async (t) => {
    const { ports, hosts } = await using(t, startMemcached())
    assert.equal(hosts.join(), ports.map((port) => `127.0.0.1:${port}`).join())
    assert.equal(ports.length, 3)
    assert.equal(await talk(ports[0]!, 'set coat 0 0 3\r\nred'), 'STORED\r\n')
    assert.equal(await talk(ports[0]!, 'get coat'), 'VALUE coat 0 3\r\nred\r\nEND\r\n')
    assert.equal(await talk(ports[1]!, 'get coat'), 'END\r\n')
  })

  it('gives as many as asked for, of the size asked for', async (t) => {
    const { ports } = await using(t, startMemcached({ count: 1, memory: 2 }))
    assert.equal(ports.length, 1)
    assert.match((await talk(ports[0]!, 'stats settings'))!, /STAT maxbytes 2097152\r\n/)
  })
})

for (const { start, query } of [
  { start: startPostgres, query: postgres },
  { start: startMariadb, query: mariadb },
]) {
  describe(start.name, () => {
    it('gives a database that keeps what it was told, shut down or killed', async (t) => {
      const service = await using(t, start())
      query(service.url, 'CREATE TABLE coats (colour varchar(9))')
      query(service.url, "INSERT INTO coats VALUES ('red')")
      await service.restart()
      query(service.url, "INSERT INTO coats VALUES ('blue')")
      await service.kill()
      assert.deepEqual(service.pids, [])
      await service.start()
      const colours = query(service.url, 'SELECT colour FROM coats ORDER BY colour')
      assert.equal(colours, 'blue\nred')
    })
  })
}

describe('a PostgreSQL that is busy', () => {
  async function makeBusy({ url, pids }: UrlService) {
    const sql = 'SELECT count(*) FROM generate_series(1, 1000000000)'
    spawn('psql', [url, '-c', sql], { stdio: 'ignore' })
    const count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%series(1, 1%'"
    await eventually(() => postgres(url, `${count} AND pid <> pg_backend_pid()`) === '1')
    return [...pids, ...childrenOf(pids[0]!)]
  }

  it('is killed and is stopped at once', async (t) => {
    const service = await using(t, startPostgres())
    const first = await makeBusy(service)
    assert.ok(first.length > 3)
    await atOnce(service.kill())
    assert.deepEqual(stillRunning(first), [])
    await service.start()
    const second = await makeBusy(service)
    await atOnce(service.stop())
    assert.deepEqual(stillRunning(second), [])
  })
})

describe('stop', () => {
  it('leaves no process, no file and no shared memory', async () => {
    const services = await Promise.all<Service>([
      startRedis({ durable: true }),
      startRedisCluster(),
      startSentinel(),
      startMemcached(),
      startPostgres(),
      startMariadb(),
    ])
    const { pids: all, folders } = listed(services)
    assert.deepEqual(stillRunning(all), all)
    for (const folder of folders) assert.match(processesOf(folder), /watchdog/)

    // Killed, it leaves shared memory that nobody else frees.
    const postgres = services[4]!
    const memory = sharedMemory(postgres.folder)
    await postgres.kill()
    assert.ok(sharedMemoryOfAll().includes(memory))

    await Promise.all(services.map((service) => service.stop()))
    assert.deepEqual(stillRunning(all), [])
    assert.deepEqual(folders.filter(existsSync), [])
    assert.deepEqual(folders.map(processesOf).join(''), '')
    assert.ok(!sharedMemoryOfAll().includes(memory))
    await postgres.stop()
  })
})

function listed(services: Service[]) {
  return {
    pids: services.flatMap((service) => service.pids),
    folders: services.map((service) => service.folder),
  }
}

function sharedMemory(folder: string): string {
  const file = readFileSync(`${folder}/data/postmaster.pid`, 'utf8')
  return file.split('\n')[6]!.trim().split(/\s+/)[1]!
}

function sharedMemoryOfAll(): string[] {
  const lines = execFileSync('ipcs', ['-m'], { encoding: 'utf8' }).split('\n')
  return lines.map((line) => line.split(/\s+/)[1] ?? '')
}
