import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fromExpressStore } from 'coatcheck/compat/express-store'
import session from 'express-session'

it('a store of express-session that lost an answer has the record again after a minute', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const inner = new session.MemoryStore()
  let isLosing = true
  const store = fromExpressStore({
    get: (sid, done) => inner.get(sid, done),
    set: (sid, data, done) => inner.set(sid, data, isLosing ? () => {} : done),
    destroy: (sid, done) => inner.destroy(sid, done),
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const expiresAt = Date.now() + 3_600_000
  const isTimeout = { code: 'ETIMEDOUT' }
  const losing = assert.rejects(store.write('key', '1', { replaces: null, expiresAt }), isTimeout)
  await turn()
  t.mock.timers.tick(2000)
  await losing
  isLosing = false
  await assert.rejects(store.delete('key'), isTimeout)
  t.mock.timers.tick(60_000)
  await turn()
  await store.delete('key')
  assert.equal(await store.read('key'), undefined)
})
