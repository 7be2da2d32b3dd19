import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSessionId, SessionConflictError, StoreError, type SessionStorage } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, sessionCookie } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

/** A shop that counts, says what it counted, and logs out. */
function countOrLeave(serveWith: Parameters<Parameters<typeof describeEntries>[1]>[0]) {
  const storage = watchedStorage()
  let handled = 0
  const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
    handled++
    const { pathname } = new URL(url)
    if (pathname === '/logout') session.destroy()
    else if (pathname === '/read') return new Response(String(session.get('n')))
    else session.update('n', (n) => (n ?? 0) + 1)
    return new Response('ok', { headers: { 'Set-Cookie': 'theme=dark' } })
  })
  return { storage, visitor: new Visitor(serve), handled: () => handled }
}

describeEntries('P8 a failing store is an error, not a stranger', (serveWith) => {
  it('a read that fails answers 503, and the handler does not run (ASVS 16.5.3)', async () => {
    const { storage, visitor, handled } = countOrLeave(serveWith)
    await visitor.get()
    storage.broken.add('read')
    const response = await visitor.get()
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('Retry-After'), '5')
    assert.equal(response.headers.get('Cache-Control'), 'no-store')
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.equal(handled(), 1)
  })

  it('the same cookie works again when the store does', async () => {
    const { storage, visitor } = countOrLeave(serveWith)
    await visitor.get()
    const before = visitor.jar.value('session')
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      assert.equal((await visitor.get()).status, 503)
      storage.broken.delete(operation)
    }
    assert.equal(visitor.jar.value('session'), before)
    assert.equal(await visitor.text('/read'), '1')
  })

  it('a save that fails answers 503, without the cookie and without what the handler said', async () => {
    const { storage, visitor } = countOrLeave(serveWith)
    storage.broken.add('write')
    const response = await visitor.get()
    assert.equal(response.status, 503)
    assert.deepEqual(response.headers.getSetCookie(), [])
    assert.doesNotMatch(await response.text(), /ok/)
  })

  it('a logout that fails answers 503 and keeps the cookie: the visitor is not logged out', async () => {
    const { storage, visitor } = countOrLeave(serveWith)
    await visitor.get()
    storage.broken.add('write').add('delete')
    const response = await visitor.get('/logout')
    assert.equal(response.status, 503)
    assert.deepEqual(response.headers.getSetCookie(), [])
    storage.broken.clear()
    assert.equal(await visitor.text('/read'), '1')
    assert.equal((await visitor.get('/logout')).status, 200)
    assert.equal(await visitor.text('/read'), 'undefined')
  })

  it('a request without a cookie that changes nothing is served while the store is down', async () => {
    const { storage, visitor } = countOrLeave(serveWith)
    storage.broken.add('read').add('write').add('delete')
    assert.equal((await visitor.get('/read')).status, 200)
    assert.deepEqual(storage.calls, [])
  })

  it('reports the failure as an event, with its cause and without ids', async () => {
    const { storage, visitor } = countOrLeave(serveWith)
    await visitor.get()
    storage.broken.add('read')
    await visitor.get()
    const event = storage.seen.at(-1)!
    assert.ok(event.type === 'store-error')
    assert.equal(event.operation, 'read')
    assert.ok(event.error instanceof StoreError)
    assert.match(String(event.error.cause), /on fire/)
    assert.doesNotMatch(event.error.message, /on fire|[\w-]{22}/)
  })

  it('leaves a request without a page but with its body freed when saving fails', async () => {
    const storage = watchedStorage()
    storage.broken.add('write')
    let reason = 'not cancelled'
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('a', 1)
      const body = new ReadableStream({
        cancel() {
          reason = 'cancelled'
        },
      })
      return new Response(body)
    })
    assert.equal((await new Visitor(serve).get()).status, 503)
    assert.equal(reason, 'cancelled')
  })

  it('a body that is already being read does not hide the failure', async () => {
    const storage = watchedStorage()
    storage.broken.add('write')
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('a', 1)
      const response = new Response('some text')
      response.body!.getReader()
      return response
    })
    assert.equal((await new Visitor(serve).get()).status, 503)
  })

  it('onStoreError answers instead, and is told which request and which error', async () => {
    const storage = watchedStorage()
    const told: string[] = []
    const serve = serveWith(
      {
        cookie: sessionCookie(),
        storage,
        onStoreError: async (error, request) => {
          assert.ok(error instanceof StoreError)
          told.push(`${error.operation} ${new URL(request.url).pathname}`)
          return new Response('Back soon', { status: 500 })
        },
      },
      (_, session) => {
        session.update('n', (n) => (n ?? 0) + 1)
        return new Response()
      },
    )
    const visitor = new Visitor(serve)
    await visitor.get()
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      const response = await visitor.get(`/${operation}`)
      assert.equal(response.status, 500)
      assert.equal(await response.text(), 'Back soon')
      assert.deepEqual(response.headers.getSetCookie(), [])
      storage.broken.delete(operation)
    }
    assert.deepEqual(told, ['read /read', 'write /write'])
  })

  it('onStoreError may throw: the error is the server’s to handle', async () => {
    const storage = watchedStorage()
    storage.broken.add('write')
    const serve = serveWith(
      {
        cookie: sessionCookie(),
        storage,
        onStoreError: (error) => {
          throw error
        },
      },
      (_, session) => {
        session.set('a', 1)
        return new Response()
      },
    )
    await assert.rejects(new Visitor(serve).get(), StoreError)
  })

  it('a session that others never stop changing answers 503 as well', async () => {
    const memory = createMemorySessionStorage()
    const storage: SessionStorage = {
      read: (value, options) => memory.read(value, options),
      save: () => Promise.reject(new SessionConflictError(60)),
    }
    const serve = serveWith({ cookie: sessionCookie(), storage }, () => new Response())
    assert.equal((await new Visitor(serve).get()).status, 503)
  })

  it('a failure of the store inside the handler answers 503, and saves nothing', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, async (_, session) => {
      session.set('a', 1)
      await storage.revoke(createSessionId().split('.')[0]!)
      return new Response()
    })
    storage.broken.add('delete')
    assert.equal((await new Visitor(serve).get()).status, 503)
    assert.deepEqual(storage.calls, ['read', 'delete'])
  })

  it('an error that is no failure of the store is thrown on, from read and from save', async () => {
    const memory = createMemorySessionStorage()
    for (const method of ['read', 'save'] as const) {
      const storage: SessionStorage = {
        read: (value, options) => memory.read(value, options),
        save: (session) => memory.save(session),
        [method]: () => Promise.reject(new RangeError('a mistake in a storage')),
      }
      const serve = serveWith({ cookie: sessionCookie(), storage }, () => new Response())
      await assert.rejects(new Visitor(serve).get(), RangeError)
    }
  })
})
