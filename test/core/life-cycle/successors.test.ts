/* A visitor whose old id logs in again gets a session that takes the place of the one before: they lead from one to the next. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createSessionStorage, type SessionStore } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'

describe('three hundred sessions that took each other’s place', () => {
  let reads = 0
  const kept = createMemoryStore({ now: () => 1_800_000_000_000 })
  const store: SessionStore = {
    read(key) {
      reads++
      return kept.read(key)
    },
    write: kept.write,
    delete: kept.delete,
  }
  const storage = createSessionStorage(store, { now: () => 1_800_000_000_000 })
  const cookies: (string | null)[] = []

  before(async () => {
    const first = await storage.read(null)
    first.set('a', 1)
    let cookie = await storage.save(first)
    for (let i = 0; i < 300; i++) {
      cookies.push(cookie)
      const [one, other] = [await storage.read(cookie), await storage.read(cookie)]
      one.login('ada')
      await storage.save(one)
      other.login('ada')
      cookie = await storage.save(other)
    }
    cookies.push(cookie)
  })

  it('are not all read for one request with the oldest id', async () => {
    reads = 0
    const session = await storage.read(cookies[0]!)
    assert.equal(session.isNew, true)
    assert.ok(reads < 110, `${reads} reads`)
  })

  for (const end of ['login', 'destroy'] as const) {
    it(`are too many to follow for its ${end}(), which is refused`, async () => {
      const session = await storage.read(cookies[0]!)
      reads = 0
      session[end]('ada')
      await assert.rejects(storage.save(session), { code: 'ERR_SESSION_CONFLICT' })
      assert.ok(reads < 220, `${reads} reads`)
      assert.equal((await storage.read(cookies.at(-1)!)).userId, 'ada')
    })
  }

  it('are followed to the last by what leads to it in a hundred', async () => {
    const session = await storage.read(cookies.at(-60)!)
    session.destroy()
    await storage.save(session)
    assert.equal((await storage.read(cookies.at(-1)!)).isNew, true)
  })
})
