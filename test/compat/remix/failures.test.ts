// What goes wrong while our middlewares serve the storages of others.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import type { SessionStorage } from '@remix-run/session'
import { createCookie } from 'coatcheck/cookie'
import { secrets, sessionCookie, setCookies } from '../../frameworks/entries.ts'
import { Visitor } from '../../frameworks/visitor.ts'
import { describeServing, type RemixHandle } from './router.ts'

const handle: RemixHandle = ({ url }, session) => {
  const { pathname } = new URL(url)
  if (pathname === '/logout' || pathname === '/logout-and-fail') session.destroy()
  else if (pathname !== '/') session.set('n', Number(session.get('n') ?? 0) + 1)
  if (pathname.endsWith('fail')) throw new TypeError('the handler has a bug')
  if (pathname === '/leave') throw new Response(null, { status: 303 })
  return new Response(String(session.get('n')))
}

/** A storage of Remix that fails on demand. */
function fragile() {
  const inner = createMemorySessionStorage()
  const broken = new Set<'read' | 'save'>()
  const storage: SessionStorage = {
    async read(value) {
      if (broken.has('read')) throw new RangeError('cannot read')
      return inner.read(value)
    },
    async save(session) {
      if (broken.has('save')) throw new RangeError('cannot save')
      return inner.save(session)
    },
  }
  return { storage, broken }
}

describeServing('When something fails with a storage of Remix', (serveWith) => {
  it('P8 a read that fails is the storage’s own error, and neither a stranger nor a cleared cookie', async () => {
    const { storage, broken } = fragile()
    let handled = 0
    const visitor = new Visitor(
      serveWith({ cookie: sessionCookie(), storage }, (request, session) => {
        handled++
        return handle(request, session)
      }),
    )
    await visitor.get('/count')
    broken.add('read')
    await assert.rejects(visitor.get('/count'), new RangeError('cannot read'))
    assert.equal(handled, 1)
    broken.clear()
    assert.equal(await visitor.text('/'), '1')
  })

  it('P8 a save that fails is the storage’s own error, and no response leaves', async () => {
    const { storage, broken } = fragile()
    const bodies: string[] = []
    const serve = serveWith({ cookie: sessionCookie(), storage }, (request, session) => {
      session.set('n', 1)
      const cancel = () => void bodies.push('cancelled')
      return new Response(new ReadableStream({ cancel }))
    })
    broken.add('save')
    await assert.rejects(new Visitor(serve).get('/'), new RangeError('cannot save'))
    assert.deepEqual(bodies, ['cancelled'])
  })

  it('onStoreError is for stores behind our storages: it is not asked', async () => {
    const { storage, broken } = fragile()
    const onStoreError = () => new Response('sorry', { status: 503 })
    const visitor = new Visitor(
      serveWith({ cookie: sessionCookie(), storage, onStoreError }, handle),
    )
    broken.add('save')
    await assert.rejects(visitor.get('/count'), new RangeError('cannot save'))
  })

  it('a handler that throws saves nothing', async () => {
    const storage = createMemorySessionStorage()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    await visitor.get('/count')
    await assert.rejects(visitor.get('/count-and-fail'), new TypeError('the handler has a bug'))
    assert.equal(await visitor.text('/'), '1')
  })

  it('a handler that throws after it destroyed the session has destroyed it', async () => {
    const storage = createMemorySessionStorage()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    await visitor.get('/count')
    await assert.rejects(visitor.get('/logout-and-fail'), new TypeError('the handler has a bug'))
    assert.equal(await visitor.text('/'), 'undefined')
  })

  it('the handler’s error is the one to report when the storage fails as well', async () => {
    const { storage, broken } = fragile()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    await visitor.get('/count')
    broken.add('save')
    await assert.rejects(visitor.get('/logout-and-fail'), new TypeError('the handler has a bug'))
  })

  it('a response that the handler throws is answered, and saved before', async () => {
    const storage = createMemorySessionStorage()
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    const response = await visitor.get('/leave')
    assert.equal(response.status, 303)
    assert.equal(setCookies(response).length, 1)
    assert.equal(await visitor.text('/'), '1')
  })

  it('a second middleware for the same cookie is an error', async () => {
    const storage = createMemorySessionStorage()
    const cookie = sessionCookie()
    const twice = serveWith({ cookie, storage }, (request) =>
      serveWith({ cookie, storage }, handle)(request),
    )
    await assert.rejects(new Visitor(twice).get('/'), { code: 'ERR_SESSION_NESTED' })
  })

  it('a cookie that does not open asks nothing of a storage’s own `events`', async () => {
    const storage = { ...createMemorySessionStorage(), events: ['created'] }
    const visitor = new Visitor(serveWith({ cookie: sessionCookie(), storage }, handle))
    visitor.jar.take('https://shop.example/', ['session=forged; Path=/'])
    assert.equal(await visitor.text('/'), 'undefined')
  })

  it('says at once what cannot be served', () => {
    const storage = createMemorySessionStorage()
    const plain = createCookie('session')
    assert.throws(() => serveWith({ cookie: plain, storage }, handle), /must be signed/)
    const nameless = { secrets: [secrets[0]!], signed: true } as never
    assert.throws(() => serveWith({ cookie: nameless, storage }, handle), {
      code: 'ERR_SESSION_CONFIG',
    })
  })
})
