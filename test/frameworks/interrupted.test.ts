import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Session } from 'coatcheck'
import { describeEntries, sessionCookie, setCookies, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { signal, stoppedClock, watchedStorage } from './watched-store.ts'

/** A handler whose `/slow` does its work only when it is let. */
function open(serveWith: MakeServe, slow: (session: Session) => void) {
  const clock = stoppedClock()
  const storage = watchedStorage({ now: clock.now })
  const [started, start] = signal()
  const [allowed, allow] = signal()
  const serve = serveWith({ cookie: sessionCookie(), storage }, async ({ url }, session) => {
    const { pathname } = new URL(url)
    if (pathname === '/begin') {
      session.set('name', 'Ada')
      session.login('ada')
    }
    if (pathname === '/logout') session.destroy()
    if (pathname === '/rotate') session.regenerateId()
    if (pathname === '/login') session.login('ada')
    if (pathname === '/set') session.set('theme', 'dark')
    if (pathname === '/slow') {
      start()
      await allowed
      slow(session)
    }
    return Response.json([session.get('name') ?? null, session.get('theme') ?? null])
  })
  const visitor = new Visitor(serve)

  /** Runs `meanwhile` while a slow request of the same visitor is between reading and saving. */
  async function during(meanwhile: () => Promise<unknown>): Promise<Response> {
    const response = visitor.copy().get('/slow')
    await started
    await meanwhile()
    allow()
    return response
  }

  return { clock, storage, visitor, during }
}

const writes: Record<string, (session: Session) => void> = {
  set: (session) => session.set('name', 'Eve'),
  update: (session) => session.update('n', () => 1),
  flash: (session) => session.flash('notice', 'hi'),
  'regenerateId()': (session) => session.regenerateId(),
  'regenerateId(true)': (session) => session.regenerateId(true),
  'login()': (session) => session.login('ada'),
}

describeEntries('P2 a request that was slower than a logout', (serveWith) => {
  for (const [name, write] of Object.entries(writes)) {
    it(`${name} brings nothing back: the cookie is left alone, and that is reported`, async () => {
      const { storage, visitor, during } = open(serveWith, write)
      await visitor.get('/begin')
      const thief = visitor.copy()
      const response = await during(() => visitor.get('/logout'))
      assert.equal(response.status, 200)
      assert.deepEqual(setCookies(response), [])
      const event = storage.seen.findLast(({ type }) => type === 'interrupted')
      assert.ok(event?.type === 'interrupted' && event.reason === 'gone')
      assert.equal(await thief.text(), '[null,null]')
    })
  }

  it('a read alone brings nothing back either', async () => {
    const { visitor, during } = open(serveWith, (session) => session.get('name'))
    await visitor.get('/begin')
    const thief = visitor.copy()
    assert.deepEqual(setCookies(await during(() => visitor.get('/logout'))), [])
    assert.equal(await thief.text(), '[null,null]')
  })

  it('nor does a use that is due to be noted', async () => {
    const { clock, storage, visitor, during } = open(serveWith, () => {})
    await visitor.get('/begin')
    const thief = visitor.copy()
    clock.pass(20_000)
    const response = await during(() => visitor.get('/logout'))
    assert.deepEqual(setCookies(response), [])
    assert.ok(storage.types().includes('interrupted'))
    assert.equal(await thief.text(), '[null,null]')
  })

  it('a logout that was slower than another logout still clears the cookie', async () => {
    const { visitor, during } = open(serveWith, (session) => session.destroy())
    await visitor.get('/begin')
    const response = await during(() => visitor.get('/logout'))
    assert.match(setCookies(response)[0]!, /^session=;.*Max-Age=0/)
  })

  it('a revocation from elsewhere counts like a logout', async () => {
    const { storage, visitor, during } = open(serveWith, (session) => session.set('theme', 'dark'))
    await visitor.get('/begin')
    const { handle } = storage.seen.find(({ type }) => type === 'created')!
    const response = await during(() => storage.revoke(handle!))
    assert.deepEqual(setCookies(response), [])
    assert.equal(await visitor.text(), '[null,null]')
  })

  it('a session that expired while the request ran is over', async () => {
    const { clock, visitor, during } = open(serveWith, (session) => session.set('theme', 'dark'))
    await visitor.get('/begin')
    const response = await during(async () => clock.pass(86_400))
    assert.deepEqual(setCookies(response), [])
    assert.equal(await visitor.text(), '[null,null]')
  })
})

describeEntries('P4 a request that was slower than a new id', (serveWith) => {
  for (const path of ['/login', '/rotate']) {
    it(`sends no Set-Cookie after ${path}: the browser has the new id by now`, async () => {
      const { clock, visitor, during } = open(serveWith, (session) => session.set('name', 'Eve'))
      await visitor.get('/begin')
      const response = await during(async () => {
        await visitor.get(path)
        clock.pass(60) // the old id's grace is over
        await visitor.get('/set')
      })
      assert.deepEqual(setCookies(response), [])
      assert.equal(await visitor.text(), '["Ada","dark"]')
    })
  }

  it('the id from before a login is dead at once, and a theft is reported when it comes late (ASVS 7.2.4)', async () => {
    const { clock, storage, visitor } = open(serveWith, () => {})
    await visitor.get('/set')
    const thief = visitor.copy()
    await visitor.get('/begin')
    assert.notEqual(visitor.jar.value('session'), thief.jar.value('session'))
    assert.equal(await visitor.text(), '["Ada","dark"]')
    assert.equal(await thief.text(), '[null,null]')
    assert.ok(!storage.types().includes('reused-old-id'))
    clock.pass(30)
    assert.equal(await thief.text(), '[null,null]')
    assert.ok(storage.types().includes('reused-old-id'))
  })

  it('a request that was sent before a login puts no session of its own in its place', async () => {
    const { clock, storage, visitor } = open(serveWith, () => {})
    await visitor.get('/set')
    const late = visitor.copy()
    await visitor.get('/begin')
    assert.deepEqual(setCookies(await late.get('/set')), [])
    const event = storage.seen.at(-1)!
    assert.ok(event.type === 'interrupted' && event.reason === 'rotated')
    // But somebody may log in with it, or come back with it when all that is long over.
    assert.equal(setCookies(await late.copy().get('/login')).length, 1)
    clock.pass(30)
    assert.equal(setCookies(await late.get('/set')).length, 1)
    // Who is the same user, so that there is one session.
    assert.equal(await visitor.text(), '[null,null]')
  })

  it('what was under way during a plain rotation is kept under both ids, and gets no Set-Cookie', async () => {
    const { visitor, during } = open(serveWith, (session) => session.set('name', 'Eve'))
    await visitor.get('/begin')
    const late = visitor.copy()
    const response = await during(async () => {
      await visitor.get('/rotate')
      await visitor.get('/set')
    })
    assert.deepEqual(setCookies(response), [])
    assert.equal(await visitor.text(), '["Eve","dark"]')
    assert.equal(await late.text(), '["Eve",null]')
  })
})

describeEntries('P1 requests of one visitor at the same time', (serveWith) => {
  it('keep each other’s changes', async () => {
    const { visitor, during } = open(serveWith, (session) => session.set('name', 'Eve'))
    await visitor.get('/begin')
    const response = await during(() => visitor.get('/set'))
    assert.deepEqual(setCookies(response), [])
    assert.equal(await visitor.text(), '["Eve","dark"]')
  })
})
