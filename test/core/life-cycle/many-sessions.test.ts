import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers'
import { createSessionStorage } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'

const many = 2000

/** A memory store that answers after a turn of the event loop, and counts what is under way. */
function countingStore() {
  const store = createMemoryStore()
  const count = { underWay: 0, most: 0 }
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    count.most = Math.max(count.most, ++count.underWay)
    await new Promise((resolve) => setImmediate(resolve))
    try {
      return await work()
    } finally {
      count.underWay--
    }
  }
  const counting: typeof store = {
    ...store,
    read: (key) => counted(() => store.read(key)),
    delete: (key) => counted(() => store.delete(key)),
  }
  return { store, counting, count }
}

describe(`the ${many} sessions of a user`, () => {
  for (const operation of ['sessionsOf', 'revokeAll'] as const) {
    it(`are a few at a time for ${operation}`, async () => {
      const { store, counting, count } = countingStore()
      await logInOften(createSessionStorage(store))
      const outcome = await createSessionStorage(counting)[operation]('ada')
      assert.equal(typeof outcome === 'number' ? outcome : outcome.length, many)
      assert.ok(count.most <= 8, `${count.most} at once`)
      assert.ok(count.most > 1, 'one after the other')
    })

    it(`let others have their turn during ${operation}, however fast the store is`, async () => {
      const storage = createSessionStorage(createMemoryStore())
      await logInOften(storage)
      let turns = 0
      const timer = setInterval(() => turns++, 0)
      try {
        await storage[operation]('ada')
      } finally {
        clearInterval(timer)
      }
      assert.ok(turns > 0)
    })
  }
})

async function logInOften(storage: ReturnType<typeof createSessionStorage>): Promise<void> {
  for (let i = 0; i < many; i++) {
    const session = await storage.read(null)
    session.login('ada')
    await storage.save(session)
  }
}
