import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createSessionLock } from 'coatcheck/accounts'
import { toReactRouterStorage } from 'coatcheck/compat/react-router'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'
import { fakeClock } from 'coatcheck/testing'
import { secrets } from './kinds.ts'

const pairOf = (header: string) => header.split(';', 1)[0]!

/** Sessions in cookies whose ends are noted, and which wait for their users. */
async function begun() {
  const clock = fakeClock()
  const now = () => clock.now()
  const events: SessionEvent[] = []
  const core = createCookieSessionStorage({
    idleTimeout: 100,
    lock: createSessionLock(),
    revocations: createRevocations({ store: createMemoryStore({ now }) }),
    now,
    onEvent: (event) => events.push(event),
  })
  const storage = toReactRouterStorage({ secrets }, core)
  const session = await storage.getSession()
  session.set('cart', 1)
  const pair = pairOf(await storage.commitSession(session, { login: 'ada' }))
  events.length = 0
  return { clock, core, storage, pair, types: () => events.map(({ type }) => type) }
}

describe('sessions in cookies whose ends are noted, behind the API of React Router', () => {
  it('have no ids', async () => {
    const { storage, pair } = await begun()
    const session = await storage.getSession(pair)
    assert.equal(session.id, '')
    session.set('cart', 2)
    const next = pairOf(await storage.commitSession(session))
    assert.deepEqual((await storage.getSession(next)).data, { cart: 2 })
  })

  it('are left alone while they are locked, and nothing is reported of their cookies', async () => {
    const { clock, storage, pair, types } = await begun()
    await clock.pass(100_000)
    const session = await storage.getSession(pair)
    assert.deepEqual(session.data, {})
    assert.equal(await storage.commitSession(session), '')
    assert.deepEqual(types(), ['locked'])
  })

  it('leave the cookie alone if they ended while the request ran', async () => {
    const { core, storage, pair, types } = await begun()
    const session = await storage.getSession(pair)
    session.set('cart', 2)
    await core.revokeAll('ada')
    assert.equal(await storage.commitSession(session), '')
    assert.ok(!types().includes('corrupt'))
  })
})
