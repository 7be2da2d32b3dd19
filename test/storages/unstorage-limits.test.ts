import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createUnstorageSessionStorage, createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage, defineDriver } from 'unstorage'
import memory from 'unstorage/drivers/memory'

/** As Cloudflare KV does: after each write of a key it refuses the next, here so many times and not for a time. */
function limited(times: number) {
  const kept = memory()
  const refusalsLeft = new Map<string, number>()
  const seen = { refusals: 0 }
  function assertAllowed(key: string): void {
    const left = refusalsLeft.get(key) ?? 0
    refusalsLeft.set(key, left === 0 ? times : left - 1)
    if (left === 0) return
    seen.refusals++
    throw new Error('KV PUT failed: 429 Too Many Requests')
  }
  const driver = defineDriver(() => ({
    ...kept,
    async setItem(key, value, options) {
      assertAllowed(key)
      await kept.setItem!(key, value, options)
    },
    async removeItem(key, options) {
      assertAllowed(key)
      await kept.removeItem!(key, options)
    },
  }))
  return { seen, storage: createStorage({ driver: driver({}) }) }
}

describe('A backend that takes few writes of a key', () => {
  it('is waited for, by a login soon after the beginning and by a quick logout', async () => {
    const { seen, storage } = limited(2)
    const sessions = createUnstorageSessionStorage(storage, { timeout: 60 })
    const first = await sessions.read(null)
    first.set('theme', 'dark')
    const cookie = await sessions.save(first)
    const second = await sessions.read(cookie)
    second.login('ada')
    const loggedIn = await sessions.save(second)
    const third = await sessions.read(loggedIn)
    assert.deepEqual([third.userId, third.get('theme')], ['ada', 'dark'])
    third.destroy()
    await sessions.save(third)
    assert.equal((await sessions.read(loggedIn)).isNew, true)
    assert.equal(seen.refusals, 4)
    await sessions.close()
  })

  it('is waited for no longer than the timeout', async () => {
    const { storage } = limited(Infinity)
    const sessions = createUnstorageSessionStorage(storage, { timeout: 0.5 })
    const session = await sessions.read(null)
    session.set('theme', 'dark')
    await sessions.save(session)
    session.set('theme', 'light')
    await assert.rejects(sessions.save(session), { code: 'ERR_SESSION_STORE' })
  })
})

describe('A backend that refuses to keep anything for less than a minute', () => {
  it('is asked for a minute at least, as Cloudflare KV wants it, and for whole seconds', async () => {
    const asked: unknown[] = []
    const storage = {
      ...createStorage(),
      setItem: async (key: string, _: unknown, options: object) => void asked.push([key, options]),
    }
    const store = createUnstorageStore(storage, { now: () => 1000 })
    for (const expiresAt of [1500, 62_500]) {
      await store.write('key', 'text', { replaces: null, expiresAt })
    }
    assert.deepEqual(asked, [
      ['session:key', { ttl: 60 }],
      ['session:key', { ttl: 62 }],
    ])
  })
})
