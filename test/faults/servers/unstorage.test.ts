import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createUnstorageSessionStorage, createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage } from 'unstorage'
import { patience } from '../../patience.ts'
import { failure } from './visits.ts'

const timeout = 0.05
const hang = () => new Promise<never>(() => {})

describe('unstorage storage, when its driver says nothing', () => {
  it('fails reads, writes and deletions in time, also those in a row on one key', async () => {
    const inner = createStorage()
    let isHanging = false
    const driver = {
      getItem: (key: string) => (isHanging ? hang() : inner.getItem(key)),
      setItem: (key: string, value: object) =>
        isHanging ? hang() : inner.setItem(key, value as any),
      removeItem: (key: string) => (isHanging ? hang() : inner.removeItem(key)),
      getKeys: (base: string) => (isHanging ? hang() : inner.getKeys(base)),
    }
    const storage = createUnstorageSessionStorage<{ n?: number }>(driver, { timeout })
    const session = await storage.read(null)
    session.set('n', 1)
    const cookie = (await storage.save(session))!
    const [changed, gone] = [await storage.read(cookie), await storage.read(cookie)]
    changed.set('n', 2)
    gone.destroy()
    isHanging = true
    await Promise.all([
      failure(storage.read(cookie), timeout),
      failure(storage.save(changed), timeout),
      failure(storage.save(gone), timeout),
      failure(storage.deleteExpired(), timeout),
    ])
    isHanging = false
    assert.equal((await storage.read(cookie)).get('n'), 1)
  })

  it('begins hardly any more operations while a thousand have no answer', async () => {
    let begun = 0
    let isHanging = true
    const driver = {
      ...createStorage(),
      getItem: async () => (begun++, isHanging ? hang() : null),
    }
    // One that answers is believed for so long, so a process must not be kept from going on meanwhile.
    const timeout = 1
    const store = createUnstorageStore(driver, { timeout })
    const ask = () => Promise.allSettled(Array.from({ length: 1000 }, () => store.read('key')))
    await ask()
    assert.equal(begun, 1000)
    const began = performance.now()
    const refused = (await ask()).filter(
      (result) => result.status === 'rejected' && /have no answer yet/.test(result.reason.message),
    )
    const tries = 1 + (performance.now() - began) / (timeout * 1000)
    assert.ok(begun <= 1000 + tries, `${begun} were begun`)
    assert.ok(refused.length >= 1000 - tries)

    // They never have one: the driver has lost them. One in a while finds that it is back.
    isHanging = false
    for (const start = performance.now(); performance.now() - start < patience;) {
      const [one] = await Promise.allSettled([store.read('key')])
      if (one.status === 'fulfilled') break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await Promise.all(Array.from({ length: 100 }, () => store.read('key')))
  })
})
