import assert from 'node:assert/strict'
import { afterEach, describe, it, mock } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsStore } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

const factories = { memory: createMemorySessionStorage, cookie: createCookieSessionStorage }

describe('a clock that a test puts in the place of Date', () => {
  afterEach(() => mock.timers.reset())

  for (const [name, create] of Object.entries(factories)) {
    it(`is asked, though the storage was made before (${name} storage)`, async () => {
      const storage = create({ idleTimeout: 3600 })
      const session = await storage.read(null)
      session.login('ada')
      const cookie = await storage.save(session)
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 7_200_000 })
      assert.equal((await storage.read(cookie)).userId, undefined)
    })
  }
})

describe('a timer without unref, as in browsers and jsdom', () => {
  it('is good enough to keep sessions in memory and in files', async () => {
    const { setInterval } = globalThis
    globalThis.setInterval = (() => 1) as unknown as typeof setInterval
    try {
      await createFsStore(temporaryFolder()).close()
      const storage = createMemorySessionStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      assert.ok(await storage.save(session))
      await storage.close()
    } finally {
      globalThis.setInterval = setInterval
    }
  })
})
