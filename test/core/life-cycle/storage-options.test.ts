import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timeouts, type SessionStorageOptions } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'

describe('wrong options', () => {
  const wrong: Record<string, unknown[]> = {
    idleTimeout: [0, -1, 1.5, NaN, Infinity, '60', null, 34_560_001],
    absoluteTimeout: [0, 1.5, '60', 34_560_001],
    persistent: [true, 60, [], { idle: 60 }, { regenerateGrace: 5 }],
    regenerateGrace: [-1, 301, 0.5, '30'],
    maxBytes: [0, 1023, 1.5, Infinity, '2000', 67_108_865],
    clockTolerance: [-1, 301, 0.5],
    onEvent: ['log', {}],
    codec: [{}, { encode: () => 1 }],
    schema: [{}, { parse: () => 1 }],
    lock: [true, {}, 900],
    now: [123, 'now'],
  }

  for (const [name, values] of Object.entries(wrong)) {
    it(`are an error at construction that names the option: ${name}`, () => {
      for (const value of values) {
        const options = { [name]: value } as SessionStorageOptions
        const error = { code: 'ERR_SESSION_CONFIG', message: new RegExp(name) }
        assert.throws(() => createMemorySessionStorage(options), error, String(value))
        assert.throws(() => createCookieSessionStorage(options), error, String(value))
      }
    })
  }

  it('are an error in persistent as they are outside of it', () => {
    for (const persistent of [{ idleTimeout: 0 }, { absoluteTimeout: 34_560_001 }]) {
      const error = { code: 'ERR_SESSION_CONFIG', message: new RegExp(Object.keys(persistent)[0]!) }
      assert.throws(() => createMemorySessionStorage({ persistent }), error)
    }
  })

  it('are an error for what only one storage takes', () => {
    for (const maxSessions of [0, -1, 1.5, Infinity]) {
      assert.throws(() => createMemoryStore({ maxSessions }), { code: 'ERR_SESSION_CONFIG' })
    }
    const options = { isRevoked: true as never }
    assert.throws(() => createCookieSessionStorage(options), { code: 'ERR_SESSION_CONFIG' })
  })
})

describe('timeouts', () => {
  it('are those of NIST SP 800-63B-4', () => {
    const [minute, hour, day] = [60, 3600, 86_400]
    assert.deepEqual(timeouts.aal1, { idleTimeout: 30 * day, absoluteTimeout: 30 * day })
    assert.deepEqual(timeouts.aal2, { idleTimeout: hour, absoluteTimeout: day })
    assert.deepEqual(timeouts.aal3, { idleTimeout: 15 * minute, absoluteTimeout: 12 * hour })
  })

  it('fit into the options', async () => {
    let time = 0
    const storage = createMemorySessionStorage({ ...timeouts.aal3, now: () => time })
    const session = await storage.read(null)
    session.login('ada')
    const cookie = await storage.save(session)
    time += 899_999
    assert.equal((await storage.read(cookie)).userId, 'ada')
    time += 1
    assert.equal((await storage.read(cookie)).userId, undefined)
  })

  it('default to a day and 30 days', async () => {
    const [hour, day] = [3_600_000, 86_400_000]
    let time = 0
    const storage = createMemorySessionStorage({ now: () => time })
    const session = await storage.read(null)
    assert.equal(session.expiresAt, day)
    session.set('a', 1)
    const cookie = await storage.save(session)
    for (time = 12 * hour; time < 30 * day; time += 12 * hour) {
      await storage.save(await storage.read(cookie))
    }
    time = 30 * day - 1
    assert.equal((await storage.read(cookie)).expiresAt, 30 * day)
    time++
    assert.equal((await storage.read(cookie)).isNew, true)
  })
})
