import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionEvent, type SessionStore } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate } from 'coatcheck/testing'

/** A store in which somebody else is always first. */
function contestedStore(): SessionStore & { contested: boolean } {
  const store = createMemoryStore()
  return {
    contested: false,
    read: (key) => store.read(key),
    delete: (key) => store.delete(key),
    async write(key, value, options) {
      return this.contested ? undefined : store.write(key, value, options)
    },
  }
}

describe('constant conflict', () => {
  it('ends in SessionConflictError, and nothing is written', async () => {
    const store = contestedStore()
    const events: SessionEvent[] = []
    const storage = createSessionStorage(store, { onEvent: (event) => events.push(event) })
    const first = await storage.read(null)
    first.set('a', 1)
    const cookie = await storage.save(first)

    store.contested = true
    const session = await storage.read(cookie)
    session.set('a', 2)
    await assert.rejects(storage.save(session), {
      name: 'SessionConflictError',
      code: 'ERR_SESSION_CONFLICT',
      attempts: 30,
    })
    assert.equal(events.filter(({ type }) => type === 'conflict').length, 29)
    assert.equal((await storage.read(cookie)).get('a'), 1)
  })
})

describe('those who lost a race', () => {
  it('wait for each other in one process, so that each of them needs one more try', async () => {
    const gate = createGate(createMemoryStore())
    const storage = createSessionStorage(gate.store)
    const first = await storage.read(null)
    first.set('n', 0)
    const cookie = await storage.save(first)
    const sessions = await Promise.all(Array.from({ length: 50 }, () => storage.read(cookie)))
    const before = gate.calls.write
    await Promise.all(
      sessions.map((session) => {
        session.update('n', (n: number) => n + 1)
        return storage.save(session)
      }),
    )
    assert.equal((await storage.read(cookie)).get('n'), 50)
    assert.equal(gate.calls.write - before, 50 + 49)
  })
})
