import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionGroups } from 'coatcheck/accounts'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage } from 'unstorage'

/** As some old libraries do: it can be seen in every loop over an object's properties. */
async function whileEveryObjectHas(name: string, value: unknown, work: () => Promise<void>) {
  // oxlint-disable-next-line no-extend-native -- that is what it is about
  Object.defineProperty(Object.prototype, name, { value, enumerable: true, configurable: true })
  try {
    await work()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

describe('A method that every object inherits', () => {
  it('keeps no object from being stored, and becomes no value of it', async () => {
    const storage = createMemorySessionStorage()
    await whileEveryObjectHas(
      'each',
      () => {},
      async () => {
        const session = await storage.read(null)
        session.set('cart', { items: [{ name: 'coat' }] })
        const cookie = await storage.save(session)
        const next = await storage.read(cookie)
        assert.equal(next.size, 1)
        assert.deepEqual(Object.keys(next.get('cart')), ['items'])
      },
    )
  })

  it('is no end that a session has seen', async () => {
    const revocations = createRevocations({ store: createMemoryStore() })
    const storage = createCookieSessionStorage({ revocations, groups: createSessionGroups() })
    await storage.revokeAll('ada')
    const session = await storage.read(null)
    session.login('ada', { group: 'g' })
    const value = await storage.save(session)
    await storage.revokeGroup('g')
    await whileEveryObjectHas('2', Number.MAX_SAFE_INTEGER, async () => {
      assert.equal((await storage.read(value)).isNew, true)
    })
  })

  it('keeps no cookie from being remembered', async () => {
    const storage = createCookieSessionStorage()
    const cookies: (string | null)[] = []
    // Each is remembered in one of 1,024 places.
    for (let i = 0; i < 3000; i++) {
      const session = await storage.read(null)
      session.set('n', i)
      cookies.push(await storage.save(session))
    }
    await whileEveryObjectHas('600', 0, async () => {
      for (const cookie of cookies) await storage.read(cookie)
    })
  })

  it('is no session that every visitor has', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    session.set('theme', 'dark')
    const cookie = await storage.save(session)
    await whileEveryObjectHas('o', 'admin', async () => {
      const next = await storage.read(cookie)
      assert.equal(next.userId, undefined)
      next.set('theme', 'light')
      await storage.save(next)
    })
    assert.equal((await storage.read(cookie)).userId, undefined)
  })

  it('is read in place of nothing that a record leaves out, whatever its name', async () => {
    const storage = createMemorySessionStorage()
    const rotated = await storage.read(null)
    rotated.set('theme', 'dark')
    const old = (await storage.save(rotated))!
    const next = await storage.read(old)
    next.regenerateId()
    const cookie = (await storage.save(next))!
    for (const name of 'abcdefghijklmnopqrstuvwxyz') {
      for (const value of [null, 1, 'x', {}, []]) {
        await whileEveryObjectHas(name, value, async () => {
          for (const one of [old, cookie]) {
            const session = await storage.read(one)
            const { isNew, userId, authenticatedAt, persistent, data } = session
            assert.deepEqual([isNew, userId, authenticatedAt], [false, undefined, undefined], name)
            assert.deepEqual([persistent, data], [undefined, [{ theme: 'dark' }, {}]], name)
          }
        })
      }
    }
  })

  it('is read in place of nothing that a cookie’s record leaves out, whatever its name', async () => {
    const storage = createCookieSessionStorage()
    const visitor = await storage.read(null)
    visitor.set('theme', 'dark')
    const anonymous = await storage.save(visitor)
    visitor.login('ada', { level: 1 })
    const loggedIn = await storage.save(visitor)
    for (const name of 'abcdefghijklmnopqrstuvwxyz') {
      for (const value of [null, 1, 'x', {}, []]) {
        await whileEveryObjectHas(name, value, async () => {
          for (const [cookie, who] of [
            [anonymous, undefined],
            [loggedIn, 'ada'],
          ] as const) {
            const session = await storage.read(cookie)
            const { isNew, userId, authenticatedAt, persistent, data } = session
            const isLoggedIn = authenticatedAt !== undefined
            assert.deepEqual([isNew, userId, isLoggedIn], [false, who, who !== undefined], name)
            assert.deepEqual([persistent, data], [undefined, [{ theme: 'dark' }, {}]], name)
            assert.equal(session.context, undefined, name)
            session.set('theme', 'light')
            const { userId: after } = await storage.read(await storage.save(session))
            assert.equal(after, who, name)
          }
        })
      }
    }
  })

  it('is read in place of nothing that the end of all sessions leaves out', async () => {
    const names = ['except', 'exceptRevokedAt', 'exceptN', 'exceptT', 'blocked', 'until', 'n', 't']
    const storage = createMemorySessionStorage()
    const late = await storage.read(null)
    late.login('ada')
    await storage.revokeAll('ada')
    for (const [name, value] of [
      ...names.map((one) => [one, Number.MAX_SAFE_INTEGER] as const),
      ['except', late.handle] as const,
      ['exceptT', []] as const,
    ]) {
      await whileEveryObjectHas(name, value, async () => {
        const began = await storage.read(null)
        began.login('ada')
        assert.notEqual(await storage.save(began), null, name)
        await storage.revokeAll('ada')
        assert.equal(await storage.isBlocked('ada'), false, name)
      })
    }
    assert.equal(await storage.save(late), null)
  })

  it('is no part of what a backend gave back', async () => {
    const backend = createStorage()
    const store = createUnstorageStore(backend)
    await store.write('a', 'text', { replaces: null, expiresAt: Date.now() + 3_600_000 })
    const [key] = await backend.getKeys()
    const { value: _, ...rest } = (await backend.getItem(key!)) as Record<string, unknown>
    await backend.setItem(key!, rest)
    await whileEveryObjectHas('value', 'the record of somebody', async () => {
      const found = await store.read('a').catch(() => undefined)
      assert.equal(found, undefined)
    })
  })
})
