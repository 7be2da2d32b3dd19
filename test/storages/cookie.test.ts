import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Session, SessionEvent } from 'coatcheck'
import { createCookieSessionStorage, type CookieSessionClaims } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'

describe('isRevoked', () => {
  it('ends copies of a cookie, and is told what it needs to decide (ASVS 7.4.1)', async () => {
    const revokedAt = new Map<string, number>()
    const asked: CookieSessionClaims[] = []
    const events: SessionEvent[] = []
    let time = 1000
    const storage = createCookieSessionStorage({
      now: () => time,
      onEvent: (event) => events.push(event),
      isRevoked(claims) {
        asked.push(claims)
        return claims.lastUsedAt <= (revokedAt.get(claims.userId ?? '') ?? 0)
      },
    })
    const session = await storage.read(null)
    session.login('ada')
    const cookie = await storage.save(session)
    assert.equal((await storage.read(cookie)).userId, 'ada')
    assert.deepEqual(asked[0], {
      handle: session.handle,
      userId: 'ada',
      createdAt: 1000,
      authenticatedAt: 1000,
      lastUsedAt: 1000,
    })
    revokedAt.set('ada', time)
    time = 2000
    assert.equal((await storage.read(cookie)).isNew, true)
    assert.equal(events.at(-1)?.type, 'revoked')
  })

  it('fails the read when it fails itself (P8)', async () => {
    const events: SessionEvent[] = []
    const cause = new Error('the list is away')
    const storage = createCookieSessionStorage({
      onEvent: (event) => events.push(event),
      isRevoked: () => Promise.reject(cause),
    })
    const session = await storage.read(null)
    session.set('a', 1)
    const cookie = await storage.save(session)
    await assert.rejects(storage.read(cookie), { code: 'ERR_SESSION_STORE', cause })
    assert.equal(events.at(-1)?.type, 'store-error')
  })
})

describe('a session in a cookie, ended by a note while a request is under way,', () => {
  const events: SessionEvent[] = []
  const storage = createCookieSessionStorage({
    onEvent: (event) => events.push(event),
    revocations: createRevocations({ store: createMemoryStore() }),
  })
  const ends = {
    revokeAll: () => storage.revokeAll('ada'),
    revokeEverybody: () => storage.revokeEverybody(),
  }
  const uses: Record<string, (session: Session) => void> = {
    'a change': (session) => session.set('a', 1),
    'a new id': (session) => session.regenerateId(true),
    'a login': (session) => session.login('ada'),
    'a login of another user': (session) => session.login('grace'),
  }
  for (const [name, use] of Object.entries(uses)) {
    it(`takes nothing more, and says why: ${name}`, async () => {
      for (const end of Object.values(ends)) {
        const first = await storage.read(null)
        first.login('ada')
        const session = await storage.read(await storage.save(first))
        await end()
        use(session)
        assert.equal(await storage.save(session), null)
        const last = events.at(-1)!
        assert.deepEqual([last.type, 'reason' in last && last.reason], ['interrupted', 'revoked'])
      }
    })
  }
})

describe('what the cookie says', () => {
  it('is a new session when it is damaged', async () => {
    const events: SessionEvent[] = []
    const storage = createCookieSessionStorage({ onEvent: (event) => events.push(event) })
    const session = await storage.read(null)
    session.set('a', 1)
    const cookie = (await storage.save(session))!
    const now = Date.now()
    const damages = [
      cookie.slice(1),
      `${cookie}}`,
      '{}',
      'null',
      cookie.replace('{"a":1}', '[1]'),
      // Of releases that wrote JSON.
      `{"v":1,"k":"handle","s":"secret","c":${now},"u":${now},"i":9e15,"x":9e15}`,
    ]
    for (const damaged of damages) {
      const read = await storage.read(damaged)
      assert.deepEqual([read.isNew, read.size, events.at(-1)?.type], [true, 0, 'corrupt'], damaged)
    }
  })
})

describe('context', () => {
  async function loggedIn(context?: string): Promise<string> {
    const storage = createCookieSessionStorage({ context })
    const session = await storage.read(null)
    session.login('ada')
    return (await storage.save(session))!
  }

  it('keeps two apps with the same cookie and secrets apart', async () => {
    const contexts = [undefined, 'shop', 'shop.admin', 's']
    for (const written of contexts) {
      const value = await loggedIn(written)
      for (const read of contexts) {
        const events: SessionEvent[] = []
        const onEvent = (event: SessionEvent) => events.push(event)
        const session = await createCookieSessionStorage({ context: read, onEvent }).read(value)
        assert.equal(session.userId, read === written ? 'ada' : undefined)
        const told = events.flatMap((event) => (event.type === 'tampered' ? [event.reason] : []))
        assert.deepEqual(told, read === written ? [] : ['id'])
      }
    }
  })

  it('goes on with a session that it has read', async () => {
    const storage = createCookieSessionStorage({ context: 'shop' })
    const session = await storage.read(await loggedIn('shop'))
    session.set('a', 1)
    const again = await storage.read(await storage.save(session))
    assert.deepEqual([again.userId, again.get('a')], ['ada', 1])
  })

  it('is a short word', () => {
    for (const context of ['', 'x'.repeat(65), 'a{b', 'ä', 'a b', 5 as never, null as never]) {
      assert.throws(() => createCookieSessionStorage({ context }), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})
