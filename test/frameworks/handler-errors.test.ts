import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Session } from 'coatcheck'
import { describeEntries, sessionCookie, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

class Mishap extends Error {}

/** A handler that does something to the session and then fails. */
function open(serveWith: MakeServe, act: (session: Session) => void) {
  const storage = watchedStorage()
  const serve = serveWith({ cookie: sessionCookie(), storage }, async ({ url }, session) => {
    const { pathname } = new URL(url)
    if (pathname === '/begin') {
      session.set('name', 'Ada')
      session.set('cart', ['scarf'])
      session.flash('notice', 'welcome')
      return new Response()
    }
    if (pathname === '/look') {
      return Response.json([session.get('name'), session.get('cart'), session.get('notice')])
    }
    act(session)
    await Promise.resolve()
    throw new Mishap('after the change')
  })
  return { storage, visitor: new Visitor(serve) }
}

const untouched = ['Ada', ['scarf'], 'welcome']

describeEntries('A handler that throws', (serveWith) => {
  for (const [name, act] of Object.entries<(session: Session) => void>({
    set: (session) => session.set('name', 'Eve'),
    unset: (session) => session.unset('name'),
    update: (session) => session.update('name', () => 'Eve'),
    flash: (session) => session.flash('notice', 'other'),
    'a value changed in place': (session) => session.get('cart').push('mittens'),
    'reading a flash message': (session) => session.get('notice'),
    'keeping a flash message': (session) => session.keep('notice'),
  })) {
    it(`saves nothing of what it did: ${name}`, async () => {
      const { storage, visitor } = open(serveWith, act)
      await visitor.get('/begin')
      storage.calls.length = 0
      await assert.rejects(visitor.get('/fail'), Mishap)
      assert.deepEqual(storage.calls, ['read'])
      assert.equal(await visitor.text('/look'), JSON.stringify(untouched))
    })
  }

  it('destroy() is saved: who logged out is logged out', async () => {
    const { storage, visitor } = open(serveWith, (session) => {
      session.set('name', 'Eve')
      session.destroy()
    })
    await visitor.get('/begin')
    const thief = visitor.copy()
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.ok(storage.types().includes('destroyed'))
    assert.equal(await thief.text('/look'), '[null,null,null]')
    assert.equal(await visitor.text('/look'), '[null,null,null]')
  })

  it('regenerateId(true) is saved: the old id is dead', async () => {
    const { storage, visitor } = open(serveWith, (session) => session.regenerateId(true))
    await visitor.get('/begin')
    const thief = visitor.copy()
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.ok(storage.types().includes('rotated'))
    assert.equal(await thief.text('/look'), '[null,null,null]')
  })

  for (const [name, spoil] of Object.entries<(session: Session) => void>({
    'a value that is too large': (session) => session.set('name', 'x'.repeat(100_000)),
    'an object that was made too large': (session) => session.get('cart').push('x'.repeat(100_000)),
    'an object that can no longer be stored': (session) => session.get('cart').push(new Map()),
    'a value that was made unstorable': (session) => {
      const box: Record<string, unknown> = {}
      session.set('box', box)
      box['map'] = new Map()
    },
    'a message that was made unstorable': (session) => {
      const box: Record<string, unknown> = {}
      session.flash('notice', box)
      box['map'] = new Map()
    },
  })) {
    it(`regenerateId(true) is saved in spite of ${name} (P4)`, async () => {
      const { visitor } = open(serveWith, (session) => {
        session.regenerateId(true)
        spoil(session)
      })
      await visitor.get('/begin')
      const thief = visitor.copy()
      await assert.rejects(visitor.get('/fail'), Mishap)
      assert.equal(await thief.text('/look'), '[null,null,null]')
    })
  }

  it('the error is told only after the session has ended (P7)', async () => {
    const { storage, visitor } = open(serveWith, (session) => session.destroy())
    await visitor.get('/begin')
    const held = storage.hold('delete')
    let told = false
    const failing = assert.rejects(visitor.get('/fail'), Mishap).then(() => (told = true))
    await held.reached
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(told, false)
    held.release()
    await failing
  })

  it('login() ends the old id, but nobody is logged in', async () => {
    const { storage, visitor } = open(serveWith, (session) => session.login('ada'))
    await visitor.get('/begin')
    const thief = visitor.copy()
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.ok(storage.types().includes('rotated'))
    assert.ok(!storage.types().includes('login'))
    assert.equal(await thief.text('/look'), '[null,null,null]')
  })

  it('regenerateId() leaves the old id readable, without what was set beside it', async () => {
    const { visitor } = open(serveWith, (session) => {
      session.regenerateId()
      session.set('name', 'Eve')
      session.get('cart').push('mittens')
    })
    await visitor.get('/begin')
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.equal(await visitor.text('/look'), JSON.stringify(untouched))
  })

  it('a login that fails stores nothing for a visitor who had no session', async () => {
    const { storage, visitor } = open(serveWith, (session) => {
      session.set('name', 'Eve')
      session.login('eve')
    })
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.deepEqual(storage.calls, [])
  })

  it('the handler’s error is thrown on even when the store fails as well', async () => {
    const { storage, visitor } = open(serveWith, (session) => session.destroy())
    await visitor.get('/begin')
    storage.broken.add('delete')
    await assert.rejects(visitor.get('/fail'), Mishap)
    assert.ok(storage.types().includes('store-error'))
  })

  it('an error thrown before anything was awaited is treated alike', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('a', 1)
      throw new Mishap('at once')
    })
    await assert.rejects(new Visitor(serve).get(), Mishap)
    assert.deepEqual(storage.calls, [])
  })

  it('a response that is thrown counts as one that is returned', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.flash('notice', 'please log in')
      throw new Response(null, { status: 302, headers: { Location: '/login' } })
    })
    const response = await new Visitor(serve).get()
    assert.equal(response.status, 302)
    assert.equal(response.headers.getSetCookie().length, 1)
    assert.deepEqual(storage.calls, ['write'])
  })

  it('a response that says 500 is no thrown error: its session is saved', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.flash('notice', 'that went wrong')
      return new Response('oh', { status: 500 })
    })
    const response = await new Visitor(serve).get()
    assert.equal(response.status, 500)
    assert.deepEqual(storage.calls, ['write'])
  })

  it('a listener of events that throws does not keep a session alive', async () => {
    const storage = watchedStorage()
    storage.seen.push = () => {
      throw new Error('the log is full')
    }
    const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
      if (url.endsWith('/logout')) session.destroy()
      else if (url.endsWith('/begin')) session.set('name', 'Ada')
      return new Response(String(session.get('name')))
    })
    const visitor = new Visitor(serve)
    await visitor.get('/begin')
    const thief = visitor.copy()
    assert.equal(await thief.text(), 'Ada')
    assert.equal((await visitor.get('/logout')).status, 200)
    assert.equal(await thief.text(), 'undefined')
  })
})
