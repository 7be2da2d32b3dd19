import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { missing, startRedis } from '../../services/index.ts'
import { eventually as until } from '../../services/talk.ts'
import type { Opened, Storage } from './backends.ts'
import { refusals, settings, type Target, user } from './redis-refusals.ts'
import { begin, count, eventually, failure, valuesOf } from './visits.ts'

const timeout = 0.25

const kinds: Record<string, (url: string) => Promise<Opened>> = {
  'with a client of its own': async (url) => {
    const storage: Storage = createRedisSessionStorage({ url }, { timeout })
    return { storage, close: () => storage.close() }
  },
  'with a client of redis': async (url) => {
    const client = createClient({ url })
    await client.on('error', () => {}).connect()
    const storage: Storage = createRedisSessionStorage(client, { timeout })
    return { storage, close: async () => client.destroy() }
  },
}

const cookie = createCookie('session', { secrets: ['c80b8d3a2f0d4e1fa1d6b1e7d52c9a4f'] })

/** An app, and what it answers to a visitor with this cookie. */
function appOn(storage: Storage): (path: string, sent?: string) => Promise<Response> {
  const serve = withSession({ cookie, storage }, (request, session) => {
    if (request.url.endsWith('/set')) session.update('n', (n) => (n ?? 0) + 1)
    if (request.url.endsWith('/end')) session.destroy()
    return new Response(String(session.get('n')))
  })
  return async (path, sent = '') =>
    serve(new Request(`https://shop.example${path}`, { headers: { cookie: sent } }))
}

function isUnavailable(response: Response): void {
  assert.equal(response.status, 503)
  assert.ok(response.headers.has('Retry-After'))
  assert.deepEqual(response.headers.getSetCookie(), [])
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(`redis storage ${kind}, when Redis refuses`, { skip: missing('redis') }, () => {
    let target: Target
    let known: Opened
    let anonymous: Opened
    before(async () => {
      const service = await startRedis({ settings })
      const admin = new Redis(service.url)
      admin.on('error', () => {})
      target = { service, admin }
      anonymous = await open(service.url)
      known = await open(service.url.replace('//', `//${user.name}:${user.password}@`))
    })
    after(async () => {
      await Promise.all([known.close(), anonymous.close()])
      target.admin.disconnect()
      await target.service.stop()
    })

    for (const refusal of refusals) {
      it(`${refusal.name}: asks visitors to come back, and is well afterwards`, async () => {
        const { storage } = refusal.anonymous ? anonymous : known
        const ask = appOn(storage)
        // A store that works: its timeout is short for a busy machine.
        const answer = async (path: string, sent?: string): Promise<Response> => {
          for (;;) {
            const response = await ask(path, sent)
            if (response.status === 200) return response
          }
        }
        const saved = await eventually(() => begin(storage, { n: 1 }))
        const session = await eventually(() => storage.read(saved))
        session.set('n', 9)
        const [sent] = (await answer('/set')).headers.getSetCookie()[0]!.split(';')

        const stop = await refusal.begin(target)
        try {
          if (refusal.reads) {
            assert.equal((await eventually(() => valuesOf(storage, saved))).n, 1)
            assert.equal(await (await answer('/', sent)).text(), '1')
          } else {
            const whatItSays = async () => (await failure(storage.read(saved), timeout)).message
            await until(async () => refusal.says.test(await whatItSays()))
            isUnavailable(await ask('/', sent))
          }
          const { message } = await failure(storage.save(session), timeout)
          if (refusal.reads) assert.match(message, refusal.says)
          isUnavailable(await ask('/set', sent))
          isUnavailable(await ask('/end', sent))
          isUnavailable(await ask('/set'))
        } finally {
          await stop()
        }

        await eventually(() => count(storage, saved))
        const { n } = await eventually(() => valuesOf(storage, saved))
        // A client that queues may have saved it after all, before.
        assert.ok(n === 2 || n === 10, `n is ${n}`)
        assert.match(await (await answer('/', sent)).text(), /^[12]$/)
        const end = await answer('/end', sent)
        assert.match(end.headers.getSetCookie()[0]!, /^session=;/)
        assert.equal(await (await answer('/', sent)).text(), 'undefined')
      })
    }
  })
}
