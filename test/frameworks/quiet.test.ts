import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSessionId } from 'coatcheck'
import { describeEntries, sessionCookie, type Handle, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { stoppedClock, watchedStorage } from './watched-store.ts'

const hour = 3600

/** What each path does with the session. */
const handle: Handle = ({ url }, session) => {
  const { pathname } = new URL(url)
  if (pathname === '/set') session.set('name', 'Ada')
  if (pathname === '/destroy') session.destroy()
  if (pathname === '/read') return new Response(String(session.get('name')))
  return new Response('ok')
}

function open(serveWith: MakeServe) {
  const clock = stoppedClock()
  const storage = watchedStorage({
    now: clock.now,
    idleTimeout: 10 * hour,
    absoluteTimeout: 100 * hour,
  })
  const serve = serveWith({ cookie: sessionCookie(), storage }, handle)
  return { clock, storage, serve, visitor: new Visitor(serve) }
}

function headersOf({ headers }: Response): string[] {
  return [...headers.keys()].filter((name) => name !== 'content-type')
}

describeEntries('P10 a session is quiet', (serveWith) => {
  it('without a cookie and without a change: no store call, and no header', async () => {
    const { storage, visitor } = open(serveWith)
    for (let i = 0; i < 1000; i++) assert.deepEqual(headersOf(await visitor.get()), [])
    assert.deepEqual(storage.calls, [])
    assert.deepEqual(storage.seen, [])
  })

  it('a look at a session that is not there calls no store and sets no cookie', async () => {
    const { storage, visitor } = open(serveWith)
    assert.deepEqual(headersOf(await visitor.get('/read')), ['cache-control', 'vary'])
    assert.deepEqual(storage.calls, [])
  })

  it('to destroy a session that is not there writes nothing and sets no cookie', async () => {
    const { storage, visitor } = open(serveWith)
    assert.deepEqual(headersOf(await visitor.get('/destroy')), ['cache-control', 'vary'])
    assert.deepEqual(storage.calls, [])
  })

  it('ids that nobody issued write nothing, and get no cookie', async () => {
    const { storage, serve } = open(serveWith)
    const cookie = sessionCookie()
    for (let i = 0; i < 200; i++) {
      const line = await cookie.serialize(createSessionId())
      const headers = { Cookie: line.split(';', 1)[0]! }
      const response = await serve(new Request('https://shop.example/read', { headers }))
      assert.deepEqual(response.headers.getSetCookie(), [])
    }
    assert.deepEqual([...new Set(storage.calls)], ['read'])
  })

  it('reading only: one read, no write and no Set-Cookie', async () => {
    const { storage, visitor } = open(serveWith)
    await visitor.get('/set')
    storage.calls.length = 0
    const response = await visitor.get('/read')
    assert.equal(await response.text(), 'Ada')
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.deepEqual(storage.calls, ['read'])
  })

  it('setting what was set before writes, but the browser has its cookie already', async () => {
    const { storage, visitor } = open(serveWith)
    await visitor.get('/set')
    storage.calls.length = 0
    const response = await visitor.get('/set')
    assert.deepEqual(storage.calls, ['read', 'write'])
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.equal(response.headers.get('Cache-Control'), 'private')
  })

  it('a use is noted once in a tenth of the idle timeout, and not before', async () => {
    const { clock, storage, visitor } = open(serveWith)
    await visitor.get('/set')
    storage.calls.length = 0

    clock.pass(hour - 1)
    await visitor.get('/read')
    assert.deepEqual(storage.calls, ['read'])

    clock.pass(1)
    await visitor.get('/read')
    assert.deepEqual(storage.calls, ['read', 'read', 'write'])

    await visitor.get('/read')
    assert.deepEqual(storage.calls, ['read', 'read', 'write', 'read'])
  })

  it('a use is noted although the handler never looked at the session', async () => {
    const { clock, storage, visitor } = open(serveWith)
    await visitor.get('/set')
    storage.calls.length = 0
    clock.pass(hour)
    assert.deepEqual(headersOf(await visitor.get('/')), [])
    assert.deepEqual(storage.calls, ['read', 'write'])
  })

  it('a session in use lives past its idle timeout, and one that is not does not (ASVS 7.3.1)', async () => {
    const { clock, visitor } = open(serveWith)
    await visitor.get('/set')
    for (let i = 0; i < 9; i++) {
      clock.pass(5 * hour)
      assert.equal(await visitor.text('/read'), 'Ada')
    }
    clock.pass(10 * hour)
    assert.equal(await visitor.text('/read'), 'undefined')
  })

  it('no use carries a session over its absolute timeout (ASVS 7.3.2)', async () => {
    const { clock, visitor } = open(serveWith)
    await visitor.get('/set')
    for (let i = 0; i < 19; i++) {
      clock.pass(5 * hour)
      assert.equal(await visitor.text('/read'), 'Ada')
    }
    clock.pass(5 * hour)
    assert.equal(await visitor.text('/read'), 'undefined')
  })
})
