import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, StoreError } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage } from 'unstorage'

const stores = { memory: createMemoryStore, unstorage: () => createUnstorageStore(createStorage()) }

for (const [name, createStore] of Object.entries(stores)) {
  describe(`what is asked of ${name} after close()`, () => {
    it('fails with a code that says so', async () => {
      const storage = createSessionStorage(createStore())
      const session = await storage.read(null)
      session.set('a', 1)
      const cookie = await storage.save(session)
      await storage.close()
      await assert.rejects(storage.read(cookie), (error) => {
        assert.ok(error instanceof StoreError)
        assert.equal((error.cause as { code?: string }).code, 'ERR_STORE_CLOSED')
        return true
      })
    })
  })
}
