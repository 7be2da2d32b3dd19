import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ServerSessionStorage } from 'coatcheck'
import {
  createRedisSessionStorage,
  createRedisStore,
  type RedisServer,
} from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { isBrief } from '../random-cases.ts'
import { missing, startRedis, startRedisCluster, type Service } from '../services/index.ts'
import { calm } from '../services/talk.ts'
import { eventually } from './redis-visits.ts'
import type { Report, Task } from './redis-worker.ts'

type Counts = Record<string, number>

const names = ['a', 'b', 'c', 'd']
/** How many sessions end. */
const ending = isBrief ? 20 : 60
const program = fileURLToPath(new URL('./redis-worker.js', import.meta.url))
const skip = missing('redis')

let workers: ChildProcess[] = []
before(async () => {
  workers = await Promise.all(names.map(startWorker))
})
after(() => {
  for (const worker of workers) worker.disconnect()
})

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(program)
  await once(worker, 'message')
  return worker
}

/** All of them do the same. */
function runAll(task: Omit<Task, 'name'>): Promise<Report>[] {
  return workers.map((worker, n) => run(worker, { ...task, name: names[n]! }))
}

async function run(worker: ChildProcess, task: Task): Promise<Report> {
  worker.send(task)
  const answered = new AbortController()
  const ended = once(worker, 'exit', answered).then(() => assert.fail('a worker ended'))
  const [report] = await Promise.race([once(worker, 'message', answered), ended])
  answered.abort()
  return report as Report
}

async function onOneServer(): Promise<[Service, RedisServer]> {
  const service = await startRedis()
  return [service, { url: service.url }]
}

async function onCluster(): Promise<[Service, RedisServer]> {
  const service = await calm(startRedisCluster())
  return [service, { cluster: service.hosts }]
}

for (const [place, start] of [
  ['one server', onOneServer],
  ['a cluster', onCluster],
] as const) {
  describe(`four processes on sessions in ${place}`, { skip }, () => {
    let service: Service
    let server: RedisServer
    const storages: ServerSessionStorage<Counts>[] = []
    before(async () => {
      ;[service, server] = await start()
    })
    after(async () => {
      await Promise.all(storages.map((storage) => storage.close()))
      await service?.stop()
    })

    async function beginMany(many: number, userId: string) {
      const storage = createRedisSessionStorage<Counts>(server)
      storages.push(storage)
      const cookies = Array.from({ length: many }, async () => {
        const session = await storage.read(null)
        session.set('all', 0)
        session.login(userId)
        return (await storage.save(session))!
      })
      return { storage, cookies: await Promise.all(cookies) }
    }

    it('lose none of 1,200 increments (P1)', async () => {
      const { storage, cookies } = await beginMany(6, 'ada')
      const isDone = new AbortController()
      const flushing = place === 'one server' ? flushScripts(service, isDone.signal) : undefined
      const reports = await Promise.all(runAll({ server, cookies, times: 50 }))
      isDone.abort()
      await flushing
      assert.deepEqual(
        reports,
        names.map(() => ({ written: 300, gone: 0 })),
      )
      for (const cookie of cookies) {
        const [counts] = (await storage.read(cookie)).data
        assert.deepEqual(counts, { a: 50, b: 50, c: 50, d: 50, all: 200 })
      }
    })

    it('bring back no session that ends while all write to it (P2)', async () => {
      const { storage, cookies } = await beginMany(ending, 'grace')
      const reports = runAll({ server, cookies })
      await eventually(async () => {
        const [counts] = (await storage.read(cookies.at(-1)!)).data
        for (const name of names) assert.ok(counts[name]! > 0, `${name} has not begun`)
      })
      for (const [n, cookie] of cookies.entries()) {
        const session = await storage.read(cookie)
        if (n % 2 === 0) await storage.revoke(session.handle)
        else {
          session.destroy()
          await storage.save(session)
        }
        assert.equal((await storage.read(cookie)).isNew, true)
      }
      const done = await Promise.all(reports)
      for (const { written, gone } of done) assert.ok(written > 0 && gone === ending, `${gone}`)
      for (const cookie of cookies) assert.equal((await storage.read(cookie)).isNew, true)
      assert.deepEqual(await storage.sessionsOf('grace'), [])
    })

    it('bring back none that end all at once (P2)', async () => {
      const { storage, cookies } = await beginMany(ending, 'joan')
      const reports = runAll({ server, cookies })
      await eventually(async () => {
        const [counts] = (await storage.read(cookies.at(-1)!)).data
        for (const name of names) assert.ok(counts[name]! > 0, `${name} has not begun`)
      })
      assert.equal(await storage.revokeAll('joan'), ending)
      for (const cookie of cookies) assert.equal((await storage.read(cookie)).isNew, true)
      for (const { written, gone } of await Promise.all(reports)) {
        assert.ok(written > 0 && gone === ending, `${gone}`)
      }
      assert.deepEqual(await storage.sessionsOf('joan'), [])
    })

    it('make a record once that all of them make', async () => {
      const stores = names.map(() => createRedisStore(server))
      const options = { replaces: null, expiresAt: Date.now() + 60_000 }
      for (let n = 0; n < 100; n++) {
        const made = await Promise.all(stores.map((store) => store.write(`key-${n}`, 'x', options)))
        assert.equal(made.filter(Boolean).length, 1)
      }
      await Promise.all(stores.map((store) => store.close()))
    })
  })
}

/** Makes the server forget its scripts again and again. Fails if it never had to. */
async function flushScripts(service: Service, signal: AbortSignal): Promise<void> {
  const admin = new Redis(service.ports[0]!)
  let flushed = 0
  for (; !signal.aborted; flushed++) {
    await admin.script('FLUSH')
    await sleep(5)
  }
  admin.disconnect()
  assert.ok(flushed > 5)
}
