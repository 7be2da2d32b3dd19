import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionCodec } from 'coatcheck'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

describe('the limits of the options', () => {
  it('are valid themselves', () => {
    for (const maxBytes of [1024, 67_108_864]) createMemorySessionStorage({ maxBytes })
    for (const idleTimeout of [1, 34_560_000]) createMemorySessionStorage({ idleTimeout })
    for (const regenerateGrace of [0, 300]) createMemorySessionStorage({ regenerateGrace })
  })

  it('are not those of half a codec', () => {
    const half: Partial<SessionCodec>[] = [{ encode: String }, { decode: String }]
    for (const codec of half) {
      const options = { codec: codec as SessionCodec }
      assert.throws(() => createMemorySessionStorage(options), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('are 65,536 bytes for maxBytes by default', async () => {
    const store = createMemoryStore()
    const storage = createSessionStorage(store)
    const session = await storage.read(null)
    session.set('a', '')
    const cookie = await storage.save(session)
    const { length } = (await store.read(session.handle))!.value
    const full = await storage.read(cookie)
    full.set('a', 'x'.repeat(65_536 - length))
    await storage.save(full)
    full.set('a', 'x'.repeat(65_537 - length))
    await assert.rejects(storage.save(full), { code: 'ERR_SESSION_TOO_LARGE' })
  })
})
