import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createMemcacheSessionStorage, createMemcacheStore } from 'coatcheck/memcache-storage'
import { missing, startMemcached } from '../../services/index.ts'
import { eventually as until, talk, using } from '../../services/talk.ts'
import { type FaultProxy, startProxy } from '../proxy.ts'
import type { Storage } from './backends.ts'
import { begin, failure, valuesOf } from './visits.ts'
import { patience } from '../../patience.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('./memcached-program.js', import.meta.url))

/** What an app says that does this with memcached on this port, and ends by itself. */
async function outputOf(scenario: string, port: number): Promise<string[]> {
  const options = { timeout: patience, killSignal: 'SIGKILL' } as const
  const { stdout } = await run(process.execPath, [program, scenario, String(port)], options)
  return stdout.trim().split('\n')
}

describe('a connection to memcached', { skip: missing('memcached') }, () => {
  it('keeps no process running, though the first address of its host refuses', async (t) => {
    const { ports } = await using(t, startMemcached({ count: 1 }))
    assert.deepEqual(await outputOf('several-addresses', ports[0]!), ['string', 'ended'])
  })

  it('keeps no process running when it is closed while nobody answers', async (t) => {
    const service = await using(t, startMemcached({ count: 1 }))
    service.pause()
    const output = await outputOf('closed-while-waiting', service.ports[0]!)
    assert.deepEqual(output, ['rejected,rejected,rejected', 'ended'])
  })

  it('ends when the storage is closed', async (t) => {
    const { hosts, ports } = await using(t, startMemcached({ count: 1 }))
    const store = createMemcacheStore(hosts[0]!)
    await store.read('key')
    const open = await statOf(ports[0]!, 'curr_connections')
    await store.close()
    await until(async () => (await statOf(ports[0]!, 'curr_connections')) < open)
  })

  /** A storage that sees memcached through a proxy. */
  async function proxied(
    t: Parameters<typeof using>[0],
    timeout: number,
  ): Promise<{ storage: Storage; proxy: FaultProxy }> {
    const service = await using(t, startMemcached({ count: 1 }))
    const proxy = await startProxy(service.ports[0]!)
    const options = { timeout, maxBytes: 999_900 }
    const storage: Storage = createMemcacheSessionStorage(`127.0.0.1:${proxy.port}`, options)
    t.after(async () => {
      await storage.close()
      await proxy.close()
    })
    return { storage, proxy }
  }

  it('copies a large reply once, however small the pieces in which it comes', async (t) => {
    const { storage, proxy } = await proxied(t, 10)
    const size = 900_000
    const cookie = await begin(storage, { mark: 'x'.repeat(size) })
    await proxy.use({ kind: 'throttle', bytesPerSecond: 1_448_000 })
    let copied = 0
    const { set } = Uint8Array.prototype
    t.mock.method(Uint8Array.prototype, 'set', function (this: Uint8Array, ...args: [Uint8Array]) {
      copied += args[0].length
      return set.apply(this, args)
    })
    assert.equal((await valuesOf(storage, cookie)).mark?.length, size)
    assert.ok(copied > size && copied < 2 * size, `${copied} bytes were copied`)
  })

  it('takes replies of any length in pieces of any size', async (t) => {
    const { storage, proxy } = await proxied(t, 20)
    const marks = Array.from({ length: 40 }, (_, n) => `${n} ${'é'.repeat(n * 3)}`)
    const cookies = await Promise.all(marks.map((mark) => begin(storage, { mark })))
    for (const size of [300, 77, 410]) {
      await proxy.use({ kind: 'throttle', bytesPerSecond: size * 100 })
      const found = await Promise.all(cookies.map((cookie) => valuesOf(storage, cookie)))
      assert.deepEqual(
        found.map(({ mark }) => mark),
        marks,
      )
    }
  })

  it('hears an answer that came while the process was busy for longer than the timeout', async (t) => {
    const timeout = 0.5
    const service = await using(t, startMemcached({ count: 1 }))
    const store = createMemcacheStore(service.hosts[0]!, { timeout })
    t.after(() => store.close())
    const options = { replaces: null, expiresAt: Date.now() + 60_000 }
    await store.write('key', 'value', options)
    const connections = await statOf(service.ports[0]!, 'total_connections')
    const reading = store.read('key').catch(() => undefined)
    // What was asked is on its way.
    await new Promise((resolve) => setImmediate(resolve))
    for (const start = performance.now(); performance.now() - start < timeout * 2000;);
    await reading
    assert.equal((await store.read('key'))?.value, 'value')
    assert.equal(await statOf(service.ports[0]!, 'total_connections'), connections + 1)
  })

  it('is given up for one answer that does not come, though others came before it', async (t) => {
    const service = await using(t, startMemcached({ count: 1 }))
    const proxy = await startProxy(service.ports[0]!)
    const store = createMemcacheStore(`127.0.0.1:${proxy.port}`, { timeout: 2 })
    t.after(async () => {
      await store.close()
      await proxy.close()
    })
    await store.read('before')
    service.pause()
    const first = store.read('first')
    const apart = new Promise((resolve) => setTimeout(resolve, 200))
    await proxy.use({
      kind: 'answer',
      reply: (asked) => (/ms|second/.test(asked) ? '' : undefined),
    })
    await apart
    const second = store.read('second').catch(({ code }: { code: string }) => code)
    service.resume()
    assert.equal(await first, undefined)
    assert.equal(await second, 'ETIMEDOUT')
    await proxy.use({ kind: 'pass' })
    const told = new Set<string>()
    await until(() =>
      store.read('third').then(
        () => true,
        ({ message }: Error) => void told.add(message),
      ),
    )
    // On the same connection its reply would have been taken for that of the second.
    assert.ok(!told.has('memcached answered something else'), [...told].join())
  })

  it('says why memcached is away while it waits to connect again', async (t) => {
    const { storage, proxy } = await proxied(t, 0.5)
    await begin(storage, { n: 1 })
    await proxy.use({ kind: 'refuse' })
    const causes = []
    for (let n = 0; n < 4; n++) causes.push(await failure(begin(storage, { n: 1 }), 0.5))
    const away = causes.find(({ message }) => message === 'memcached is away')
    const reason = away?.cause as NodeJS.ErrnoException
    assert.match(reason.code ?? reason.message, /ECONNRE|closed the connection/)
  })

  it('does not repeat what is out of step: it may be of a session', async (t) => {
    const { storage, proxy } = await proxied(t, 0.5)
    const cookie = await begin(storage, { mark: 'private' })
    await proxy.use({ kind: 'answer', reply: () => '123 {"mark":"private"}\r\n' })
    const { message } = await failure(valuesOf(storage, cookie), 0.5)
    assert.equal(message, 'memcached answered something else')
    await proxy.use({ kind: 'answer', reply: () => 'CLIENT_ERROR invalid flag\r\n' })
    const told = new Set<string>()
    for (let n = 0; n < 50 && told.size < 3; n++) {
      told.add((await failure(valuesOf(storage, cookie), 0.5)).message)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.ok(told.has('memcached answered something else: CLIENT_ERROR invalid flag'))
  })
})

/** The connection that asks counts too. */
async function statOf(port: number, name: string): Promise<number> {
  const stats = await talk(port, 'stats')
  return Number(new RegExp(`STAT ${name} (\\d+)`).exec(stats!)![1])
}
