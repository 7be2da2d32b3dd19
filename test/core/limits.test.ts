import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionCodec } from 'coatcheck'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { rememberOpened } from '#dist/core/cookie/opened-values.js'

describe('what a seal remembers of what it opened', () => {
  function open() {
    const asked: string[] = []
    const seal = rememberOpened({
      seal: (value) => value,
      open(text) {
        asked.push(text)
        return text.startsWith('forged') ? undefined : { value: text, current: true }
      },
    })
    const asks = (text: string) => {
      const before = asked.length
      assert.equal(Boolean(seal.open(text)), !text.startsWith('forged'))
      return asked.length - before
    }
    return asks
  }

  it('is what was authentic and is short, and not what was forged', () => {
    const asks = open()
    const [short, long] = ['s'.repeat(256), 'l'.repeat(257)]
    assert.deepEqual([asks(short), asks(short)], [1, 0])
    assert.deepEqual([asks(long), asks(long)], [1, 1])
    assert.deepEqual([asks('forged'), asks('forged')], [1, 1])
  })

  it('is a thousand texts, of which the oldest goes, and none for one that was forged', () => {
    const asks = open()
    for (let i = 0; i < 1000; i++) asks(`text ${i}`)
    for (let i = 0; i < 5; i++) asks(`forged ${i}`)
    assert.equal(asks('text 0'), 0)
    asks('one more')
    assert.deepEqual([asks('text 1'), asks('text 0')], [0, 1])
  })
})

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

  it('F-30 are 65,536 bytes by default', async () => {
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
