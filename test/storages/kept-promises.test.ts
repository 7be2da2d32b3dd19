import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'

const expiresAt = Number.MAX_SAFE_INTEGER

describe('a memory store', () => {
  it('P2 takes no version for that of an earlier record under the key', async () => {
    const store = createMemoryStore()
    const old = (await store.write('key', 'old', { replaces: null, expiresAt }))!
    await store.delete('key')
    await store.write('key', 'new', { replaces: null, expiresAt })
    assert.equal(await store.write('key', 'old', { replaces: old, expiresAt }), undefined)
    assert.equal((await store.read('key'))?.value, 'new')
  })

  it('lists no key under an owner that it has no more', async () => {
    const store = createMemoryStore()
    const replaces = (await store.write('key', '1', { replaces: null, expiresAt, owner: 'ada' }))!
    await store.write('key', '2', { replaces, expiresAt, owner: 'grace' })
    assert.deepEqual([await store.keysOf('ada'), await store.keysOf('grace')], [[], ['key']])
    await store.delete('key')
    assert.deepEqual(await store.keysOf('grace'), [])
  })

  it('sweeps once a minute as long as there is something, and not after close', async () => {
    const { setInterval, clearInterval } = globalThis
    const timers = new Map<unknown, () => void>()
    const stubs = {
      setInterval: (sweep: () => void) => {
        const timer = {}
        timers.set(timer, sweep)
        return timer
      },
      clearInterval: (timer: unknown) => void timers.delete(timer),
    }
    Object.assign(globalThis, stubs)
    try {
      let time = 0
      const store = createMemoryStore({ now: () => time })
      const write = (key: string) => store.write(key, key, { replaces: null, expiresAt: 10 })
      await write('a')
      assert.equal(timers.size, 1)
      time = 10
      for (const sweep of timers.values()) sweep()
      assert.equal(timers.size, 0)
      time = 0
      assert.ok(await write('a'))
      assert.equal(timers.size, 1)
      await store.close()
      assert.equal(timers.size, 0)
    } finally {
      Object.assign(globalThis, { setInterval, clearInterval })
    }
  })
})

describe('a cookie storage', () => {
  it('P2 saves nothing of a session that is revoked during the request, and leaves its cookie alone', async () => {
    let revoked = false
    const types: string[] = []
    const storage = createCookieSessionStorage({
      isRevoked: async () => revoked,
      onEvent: ({ type }) => types.push(type),
    })
    const first = await storage.read(null)
    first.set('a', 1)
    const cookie = await storage.save(first)
    const slow = await storage.read(cookie)
    slow.set('a', 2)
    revoked = true
    assert.equal(await storage.save(slow), null)
    assert.equal(types.at(-1), 'interrupted')
    const late = await storage.read(cookie)
    assert.equal(late.isNew, true)
    late.destroy()
    assert.equal(await storage.save(late), '')
  })

  it('saves once of two saves at once, and tells of the end', async () => {
    const types: string[] = []
    const storage = createCookieSessionStorage({
      isRevoked: async () => false,
      onEvent: ({ type }) => types.push(type),
    })
    const first = await storage.read(null)
    first.set('a', 1)
    const session = await storage.read(await storage.save(first))
    session.set('a', 2)
    const saved = await Promise.all([storage.save(session), storage.save(session)])
    assert.equal(saved.filter((value) => value !== null).length, 1)
    session.destroy()
    assert.equal(await storage.save(session), '')
    assert.equal(types.at(-1), 'destroyed')
  })

  it('keeps nothing of an id before', async () => {
    const storage = createCookieSessionStorage()
    const first = await storage.read(null)
    first.set('a', 'needle')
    const session = await storage.read(await storage.save(first))
    session.regenerateId()
    const cookie = (await storage.save(session))!
    assert.equal(cookie.split('needle').length, 2)
    // Beside the data, and when the cookie was sent, there is nothing.
    assert.match(cookie, /^~[\w.-]+\[\{"a":"needle"\},\{"n":\d+\}\]$/)
  })

  it('refuses an isRevoked that cannot be called', () => {
    const options = { isRevoked: true as unknown as () => boolean }
    assert.throws(() => createCookieSessionStorage(options), { code: 'ERR_SESSION_CONFIG' })
  })
})
