import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSession } from 'coatcheck'
import { LoginRequiredError, requireLevel, requireRecentLogin } from 'coatcheck/accounts'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { fakeClock } from 'coatcheck/testing'

const minute = 60_000

async function loggedIn(level?: number) {
  const clock = fakeClock()
  const storage = createMemorySessionStorage({ now: () => clock.now() })
  const session = await storage.read(null)
  session.login('ada', { level })
  const cookie = await storage.save(session)
  return { clock, read: () => storage.read(cookie) }
}

function required(reason: LoginRequiredError['reason']) {
  return { code: 'ERR_SESSION_LOGIN_REQUIRED', status: 401, statusCode: 401, reason }
}

describe('requireRecentLogin', () => {
  it('lets nobody go on who is not logged in', () => {
    assert.throws(() => requireRecentLogin(createSession(), 300), required('nobody'))
  })

  it('lets go on whose last login is not longer ago, by the storage’s clock (ASVS 7.5.1)', async () => {
    const { clock, read } = await loggedIn()
    await clock.pass(5 * minute)
    requireRecentLogin(await read(), 300)
    await clock.pass(1)
    const session = await read()
    assert.throws(() => requireRecentLogin(session, 300), required('too-old'))
    assert.throws(() => requireRecentLogin(session, 300), LoginRequiredError)
    session.reauthenticate()
    requireRecentLogin(session, 1)
  })

  it('takes an import, which says nothing of when, for a login of long ago', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null, { imported: { values: {}, userId: 'ada' } })
    assert.throws(() => requireRecentLogin(session, 300), required('too-old'))
  })

  it('refuses what is no number of seconds', async () => {
    const { read } = await loggedIn()
    const session = await read()
    for (const age of [0, -1, 1.5, NaN, undefined as never]) {
      assert.throws(() => requireRecentLogin(session, age), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})

describe('requireLevel', () => {
  it('lets nobody go on who is not logged in', () => {
    assert.throws(() => requireLevel(createSession(), 0), required('nobody'))
  })

  it('lets go on whose login is of that level, or of a higher one (ASVS 7.5.3)', async () => {
    const { read } = await loggedIn(1)
    const session = await read()
    requireLevel(session, 0)
    requireLevel(session, 1)
    assert.throws(() => requireLevel(session, 2), required('too-weak'))
    session.reauthenticate({ level: 2 })
    requireLevel(session, 2)
  })

  it('lets nobody go on whose login is of no level', async () => {
    const { read } = await loggedIn()
    const session = await read()
    assert.throws(() => requireLevel(session, 0), required('too-weak'))
  })

  it('refuses what is no level', async () => {
    const { read } = await loggedIn(1)
    const session = await read()
    for (const level of [-1, 1.5, NaN, '1' as never, undefined as never]) {
      assert.throws(() => requireLevel(session, level), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})

describe('reauthenticate', () => {
  it('says in whose options a token of another user is', async () => {
    const { read } = await loggedIn()
    const session = await read()
    const since = { userId: 'grace', count: 0 }
    assert.throws(() => session.reauthenticate({ since }), /: reauthenticate\(\) takes since /)
    assert.throws(() => session.login('ada', { since }), /: login\(\) takes since /)
  })
})
