import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import { type ExpressStore, fromExpressStore } from 'coatcheck/compat/express-store'
import session from 'express-session'
import { inTime } from '../../in-time.ts'

const timeout = 0.05

type Operation = keyof ExpressStore

/** A store that can be kept from answering, as one whose connection hangs. */
function hangingStore(): {
  store: ExpressStore
  hang(...operations: Operation[]): void
  answer(): void
} {
  const inner = new session.MemoryStore()
  let hanging: Operation[] = []
  let kept: (() => void)[] = []
  const begin = (operation: Operation, call: () => void) =>
    hanging.includes(operation) ? void kept.push(call) : call()
  return {
    store: {
      get: (sid, done) => begin('get', () => inner.get(sid, done)),
      set: (sid, data, done) => begin('set', () => inner.set(sid, data, done)),
      destroy: (sid, done) => begin('destroy', () => inner.destroy(sid, done)),
    },
    hang: (...operations) => void (hanging = operations),
    answer() {
      hanging = []
      for (const call of kept) call()
      kept = []
    },
  }
}

function isLate(error: unknown): boolean {
  assert.equal((error as { code?: unknown }).code, 'ERR_SESSION_STORE')
  assert.equal((error as { cause: { code?: unknown } }).cause.code, 'ETIMEDOUT')
  return true
}

describe('a store of express-session', () => {
  it('that says nothing fails in time, each operation of several in a row', async () => {
    const { store, hang, answer } = hangingStore()
    const storage = createSessionStorage(fromExpressStore(store, { timeout }))
    const first = await storage.read(null)
    first.set('n', 1)
    const cookie = await storage.save(first)
    const [changed, ended] = [await storage.read(cookie), await storage.read(cookie)]
    changed.set('n', 2)
    ended.destroy()
    hang('get', 'set', 'destroy')
    const failing = Promise.all([
      assert.rejects(storage.read(cookie), isLate),
      assert.rejects(storage.save(changed), isLate),
      assert.rejects(storage.save(ended), isLate),
    ])
    // Less than by the usual timeout, of two seconds each.
    await inTime(failing, 1900)
    answer()
    // In its turn after those that were given up: they do nothing any more.
    const next = await storage.read(cookie)
    next.set('m', 1)
    await storage.save(next)
    assert.deepEqual((await storage.read(cookie)).data, [{ n: 1, m: 1 }, {}])
  })

  it('P2 lets no write that got no answer in time land on what came after it', async () => {
    const { store, hang, answer } = hangingStore()
    const kept = fromExpressStore(store, { timeout })
    const expiresAt = Date.now() + 60_000
    const replaces = (await kept.write('key', '1', { replaces: null, expiresAt }))!
    hang('set')
    await assert.rejects(kept.write('key', '2', { replaces, expiresAt }), { code: 'ETIMEDOUT' })
    await assert.rejects(kept.delete('key'), { code: 'ETIMEDOUT' })
    answer()
    assert.equal((await kept.read('key'))!.value, '2')
    await kept.delete('key')
    assert.equal(await kept.read('key'), undefined)
  })

  it('that lost one answer keeps nobody else waiting, however often it is asked', async () => {
    const { store, hang, answer } = hangingStore()
    const kept = fromExpressStore(store, { timeout })
    const options = { replaces: null, expiresAt: Date.now() + 60_000 }
    hang('set')
    const isTimeout = { code: 'ETIMEDOUT' }
    await assert.rejects(kept.write('lost', '1', options), isTimeout)
    for (let n = 0; n < 1500; n++) await assert.rejects(kept.write('lost', '2', options), isTimeout)
    hang()
    assert.ok(await kept.write('other', '1', options))
    answer()
    const { version } = (await kept.read('lost'))!
    assert.ok(await kept.write('lost', '3', { ...options, replaces: version }))
  })

  it('refuses a timeout that is none', () => {
    for (const timeout of [0, 0.009, 61, Number.NaN, '2' as unknown as number]) {
      const make = () => fromExpressStore(new session.MemoryStore(), { timeout })
      assert.throws(make, { code: 'ERR_SESSION_CONFIG' })
    }
  })
})

describe('a store of express-session that keeps files', () => {
  const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  const expiresAt = Date.now() + 60_000

  it('may say ENOENT of a session that is missing, and not of one that it cannot keep', async () => {
    const store = fromExpressStore({
      get: (_, done) => done(missing),
      set: (_, __, done) => done(missing),
      destroy: (_, done) => done(missing),
    })
    assert.equal(await store.read('key'), undefined)
    await store.delete('key')
    await assert.rejects(store.write('key', '1', { replaces: null, expiresAt }), missing)
  })

  it('may be made of async functions, and reject', async () => {
    const broken = new Error('broken')
    const fail = () => Promise.reject(broken)
    const store = fromExpressStore({ get: fail, set: fail, destroy: fail })
    await assert.rejects(store.read('key'), broken)
    await assert.rejects(store.write('key', '1', { replaces: null, expiresAt }), broken)
    await assert.rejects(store.delete('key'), broken)
  })
})
