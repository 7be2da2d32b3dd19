import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRedisSessionStorage, createRedisStore } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { inTime } from '../in-time.ts'
import { missing, startRedis, type UrlService } from '../services/index.ts'
import { toOne } from './redis-clients.ts'
import { type Proxy, startProxy } from './redis-proxy.ts'
import { begin, count, eventually, failure, type Storage, valuesOf } from './redis-visits.ts'
import { temporaryFolder } from './temporary-folder.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

describe('the connection of a redis storage', { skip: missing('redis') }, () => {
  let service: UrlService
  let admin: Redis
  let proxy: Proxy
  before(async () => {
    service = await startRedis()
    admin = new Redis(service.url)
  })
  const opened: Storage[] = []
  beforeEach(async () => {
    proxy = await startProxy(service.ports[0]!)
    await admin.flushall()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((storage) => storage.close()))
    proxy.close()
  })
  after(async () => {
    admin.disconnect()
    await service.stop()
  })

  function open(...args: Parameters<typeof createRedisSessionStorage>): Storage {
    const storage: Storage = createRedisSessionStorage(...args)
    opened.push(storage)
    return storage
  }

  /** Connections to the server that are neither of the test. */
  async function connections(): Promise<number> {
    const list = String(await admin.client('LIST'))
    return list.trim().split('\n').length - 1
  }

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    await eventually(async () => assert.ok(await isTrue()))
  }

  it('is tried at the first use, and again until somebody answers', async () => {
    proxy.refuse(true)
    const storage = open({ url: proxy.url })
    assert.equal(proxy.connectedAt.length, 0)
    assert.doesNotMatch((await failure('write', begin(storage, { n: 1 }))).message, /No answer/)
    proxy.refuse(false)
    const cookie = await eventually(() => begin(storage, { n: 2 }))
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('names what the system said', async () => {
    const { port } = new URL(proxy.url)
    proxy.close()
    const storage = open({ host: '127.0.0.1', port: Number(port) })
    for (let n = 0; n < 3; n++) {
      assert.equal((await failure('write', begin(storage, { n: 1 }))).code, 'ECONNREFUSED')
    }
  })

  it('is made with the user, the password and the database in the url', async () => {
    const { host } = new URL(service.url)
    const password = 'p@ss/wörd'
    await admin.acl('SETUSER', 'ada', 'on', `>${password}`, '~session:*', '+@all')
    const storage = open({ url: `redis://ada:${encodeURIComponent(password)}@${host}/3` })
    const cookie = await begin(storage, { n: 1 }, 'ada')
    await count(storage, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
    assert.equal(await storage.revokeAll('ada'), 1)
    await begin(storage, { n: 1 })
    assert.equal((await admin.keys('*')).length, 0)
    assert.match(await admin.info('keyspace'), /^db3:keys=2,/m)

    const stranger = open({ url: `redis://ada:wrong@${host}` })
    assert.match((await failure('read', stranger.read(cookie))).message, /WRONGPASS/)
  })

  it('names what Sentinels said, or that there are none', async () => {
    const none = open({ sentinels: ['127.0.0.1:1', '127.0.0.1:2'], name: 'main' })
    assert.match(
      (await failure('list', none.sessionsOf('ada'))).message,
      /sentinels are unreachable/,
    )
  })

  it('is given up in time if nobody says anything, also at the first use', async () => {
    proxy.hush(true)
    const storage = open({ url: proxy.url }, { timeout: 0.2 })
    await inTime(failure('write', begin(storage, { n: 1 })), 1900)
    proxy.hush(false)
    await eventually(() => begin(storage, { n: 2 }))
  })

  it('is replaced when it has gone dead, and nobody was told', async () => {
    const storage = open({ url: proxy.url }, { timeout: 0.2 })
    const cookie = await begin(storage, { n: 1 })
    proxy.hush(true)
    await failure('read', storage.read(cookie))
    await until(async () => proxy.connectedAt.length > 1)
    proxy.hush(false)
    assert.equal((await eventually(() => valuesOf(storage, cookie))).n, 1)
  })

  it('is tried again after pauses that grow, and differ', async (t) => {
    const stores = Array.from({ length: 4 }, () => createRedisStore({ url: proxy.url }))
    await Promise.all(stores.map((store) => store.read('key')))
    const before = proxy.connectedAt.length
    const timers = t.mock.method(globalThis, 'setTimeout')
    proxy.refuse(true)
    await sleep(3000)
    const attempts = proxy.connectedAt.slice(before)
    await Promise.all(stores.map((store) => store.close()))
    // At most: pauses of at least 50, 100, 200, 400, 800 and 1,600 milliseconds.
    assert.ok(attempts.length >= 4 * 3 && attempts.length <= 4 * 6, `${attempts.length} attempts`)
    // How long they mean to wait: a busy machine lets those go together that waited for different times. Connecting has two seconds.
    const pauses = timers.mock.calls.map((call) => call.arguments[1]!).filter((ms) => ms < 2000)
    assert.ok(pauses.length >= 4 * 3 && new Set(pauses).size > pauses.length / 2, `${pauses}`)
  })

  it('queues nothing while it is away', async () => {
    const storage = open({ url: proxy.url })
    await begin(storage, { n: 1 })
    proxy.refuse(true)
    await until(async () => (await connections()) === 0)
    const failures = Array.from({ length: 1000 }, () => failure('write', begin(storage, { n: 2 })))
    for (const { message } of await Promise.all(failures)) assert.doesNotMatch(message, /No answer/)
    proxy.refuse(false)
    await eventually(() => begin(storage, { n: 3 }))
    assert.equal((await admin.keys('session:*')).length, 2)
  })

  it('lets a client of redis limit how long a command waits for it, and makes no such limit while it is there', async (t) => {
    const limits = t.mock.method(AbortSignal, 'timeout')
    const client = createClient({ url: proxy.url, commandOptions: { timeout: 50 } })
    await client.on('error', () => {}).connect()
    t.after(() => client.destroy())
    const storage = open(client, { timeout: 60 })
    limits.mock.resetCalls()
    await count(storage, await begin(storage, { n: 1 }))
    assert.equal(limits.mock.callCount(), 0)
    proxy.refuse(true)
    await until(async () => !client.isReady)
    const { message } = await failure('write', begin(storage, { n: 1 }))
    assert.doesNotMatch(message, /No answer/)
    assert.equal(limits.mock.callCount(), 1)
  })

  it('is made anew when its server has become a replica', async () => {
    const storage = open({ url: proxy.url })
    const cookie = await begin(storage, { n: 1 })
    await admin.replicaof('127.0.0.1', 1)
    assert.match((await failure('write', count(storage, cookie))).message, /READONLY/)
    await until(async () => proxy.connectedAt.length === 2)
    await admin.replicaof('NO', 'ONE')
    await eventually(() => count(storage, cookie))
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('P1 counts once what a client sent twice, because the answer was lost', async () => {
    const client = new Redis(proxy.url, { retryStrategy: () => 10 })
    client.on('error', () => {})
    const storage = open(client)
    await client.ping()
    const session = await storage.read(null)
    session.set('n', 0)
    let lost = proxy.loseReply()
    const cookie = (await storage.save(session))!
    await lost
    assert.equal((await valuesOf(storage, cookie)).n, 0)
    assert.equal((await admin.keys('*')).length, 1)
    for (let n = 1; n <= 3; n++) {
      const again = await storage.read(cookie)
      again.update('n', (before) => before! + 1)
      lost = proxy.loseReply()
      assert.equal(await storage.save(again), cookie)
      await lost
      assert.equal((await valuesOf(storage, cookie)).n, n)
    }
    assert.equal(proxy.connectedAt.length, 5)
    client.disconnect()
  })

  it('sends nothing twice by itself: who lost the answer is told', async () => {
    const storage = open({ url: proxy.url })
    const cookie = await begin(storage, { n: 0 })
    const session = await storage.read(cookie)
    session.update('n', (n) => n! + 1)
    const lost = proxy.loseReply()
    const { message } = await failure('write', storage.save(session))
    await lost
    assert.doesNotMatch(message, /No answer/)
    assert.equal((await eventually(() => valuesOf(storage, cookie))).n, 1)
  })

  it('is closed after what is under way, and is not used again', async () => {
    const storage = open({ url: service.url })
    const cookies = await Promise.all([1, 2, 3].map((n) => begin(storage, { n })))
    assert.equal(await connections(), 1)
    const sessions = await Promise.all(cookies.map((cookie) => storage.read(cookie)))
    for (const session of sessions) session.set('n', 9)
    const saving = sessions.map((session) => storage.save(session))
    const closing = [storage.close(), storage.close()]
    assert.deepEqual(await Promise.all(saving), cookies)
    await Promise.all(closing)
    await until(async () => (await connections()) === 0)
    await failure('read', storage.read(cookies[0]!))
    assert.equal(await connections(), 0)
  })

  it('is not even made for a storage that is closed unused', async () => {
    await open({ url: proxy.url }).close()
    assert.equal(proxy.connectedAt.length, 0)
  })

  for (const [name, make] of Object.entries(toOne)) {
    it(`stays open when it is the app’s: ${name}`, async () => {
      const { client, close } = await make(service)
      const [one, other] = [open(client), open(client)]
      const cookie = await begin(one, { n: 1 })
      await one.close()
      await failure('read', one.read(cookie))
      assert.equal((await valuesOf(other, cookie)).n, 1)
      await close()
    })
  }
})

describe('the driver of a redis storage', () => {
  /** Runs a program that has the library, and these drivers. */
  function run(drivers: string[], url: string): string {
    const folder = temporaryFolder()
    cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true })
    mkdirSync(path.join(folder, 'node_modules'))
    for (const driver of drivers) {
      symlinkSync(
        path.join(root, 'node_modules', driver),
        path.join(folder, 'node_modules', driver),
      )
    }
    const program = `
      import { createRedisSessionStorage } from './dist/storages/redis.js'
      const storage = createRedisSessionStorage({ url: ${JSON.stringify(url)} })
      try {
        const session = await storage.read(null)
        session.set('n', 1)
        await storage.save(session)
        console.log('saved')
      } catch (error) {
        console.log(error.code, error.message)
      }
      await storage.close()
    `
    const args = ['--input-type=module', '--eval', program]
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim()
  }

  it('is asked for by name when there is none', () => {
    const said = run([], 'redis://127.0.0.1:1')
    assert.match(said, /^ERR_SESSION_CONFIG .*npm install ioredis/)
  })

  it('is ioredis, or else iovalkey', { skip: missing('redis') }, async () => {
    const service = await startRedis()
    assert.equal(run(['ioredis'], service.url), 'saved')
    assert.equal(run(['iovalkey'], service.url), 'saved')
    assert.equal(run(['iovalkey', 'ioredis'], service.url), 'saved')
    await service.stop()
  })
})
