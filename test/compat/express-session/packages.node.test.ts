/* What stands beside express-session in apps, as it is. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { csrfSync } from 'csrf-sync'
import express from 'express'
import session, { Cookie, MemoryStore, Session, Store } from 'coatcheck/compat/express-session'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { called, program } from './program.ts'
import { secret, serving } from './visitor.ts'

const require = createRequire(import.meta.url)
/** Its types are those of Express 5. */
const express4 = require('express-4') as typeof express

for (const [name, create] of Object.entries({ 'Express 5': express, 'Express 4': express4 })) {
  describe(name, () => {
    it('has csrf-sync keep its token in the session', () => {
      const { csrfSynchronisedProtection, generateToken } = csrfSync({
        getTokenFromRequest: (request) => String(request.headers['x-token']),
      })
      const app = create()
      app.use(session({ secret }))
      app.get('/token', (request, response) => void response.send(generateToken(request)))
      app.use(csrfSynchronisedProtection)
      app.post('/', (_, response) => void response.send('done'))
      return serving(app, async (visitor, another) => {
        const { text } = await visitor.send('/token')
        const headers = { 'x-token': text }
        assert.equal((await visitor.send('/', { method: 'POST', headers })).text, 'done')
        assert.equal((await another().send('/', { method: 'POST', headers })).status, 403)
      })
    })

    it('answers with its error handlers when the store fails', () => {
      const store = { ...createMemorySessionStorage(), save: () => Promise.reject(new Error('no')) }
      const app = create()
      app.use(session({ secret, store }))
      app.get('/', (request, response) => {
        Object.assign(request.session, { user: 'ada' })
        response.redirect('/next')
      })
      app.use(((error, _request, response, next) => {
        if (response.headersSent) return next(error)
        response.status(500).send(`sorry: ${error.message}`)
      }) as express.ErrorRequestHandler)
      return serving(app, async (visitor) => {
        const { status, text, headers } = await visitor.send('/')
        assert.deepEqual([status, text, headers.get('location')], [500, 'sorry: no', null])
      })
    })

    it('sends the first of two answers as it was, and the second is an error of its handler', () => {
      const app = create()
      app.use(session({ secret }))
      const noted: unknown[] = []
      app.get('/', (request, response) => {
        Object.assign(request.session, { user: 'ada' })
        response.json('first')
        response.status(500).json('a longer one')
      })
      app.use(((error, _request, response, next) => {
        if (!response.headersSent) return next(error)
        noted.push(error.code)
      }) as express.ErrorRequestHandler)
      return serving(app, async (visitor) => {
        assert.equal(await visitor.json('/'), 'first')
        assert.deepEqual(noted, ['ERR_HTTP_HEADERS_SENT'])
      })
    })

    it('serves one session, however often the middleware is installed', () => {
      const app = create()
      app.use(session({ secret, name: 'one' }))
      app.use(session({ secret, name: 'two' }))
      app.get('/', (request, response) => {
        Object.assign(request.session, { user: 'ada' })
        response.end()
      })
      return serving(app, async (visitor) => {
        const { setCookies } = await visitor.send('/')
        assert.deepEqual([setCookies.length, setCookies[0]!.startsWith('one=')], [1, true])
      })
    })
  })
}

describe('what session() carries', () => {
  it('is what express-session has under these names', () => {
    const found = [session.Cookie, session.MemoryStore, session.Session, session.Store]
    assert.deepEqual(found, [Cookie, MemoryStore, Session, Store])
    assert.equal(Object.keys(new Session({ sessionID: 'x' }, { a: 1, save: 2 })).join(), 'a')
  })

  it('can be required', { skip: !('require_module' in process.features) }, () => {
    const required = require('coatcheck/compat/express-session') as typeof session
    assert.equal(typeof required, 'function')
    assert.equal(required.Store, Store)
  })

  it('lets stores extend Store in the older way and in the newer one', async () => {
    function Older(this: object) {
      ;(Store as unknown as (this: object) => void).call(this)
    }
    Object.setPrototypeOf(Older.prototype, Store.prototype)
    const older = new (Older as unknown as new () => Store)()
    class Newer extends Store {}
    for (const store of [older, new Newer()]) {
      assert.ok(store instanceof EventEmitter && store instanceof Store)
      let isTold = false
      store.on('connect', () => (isTold = true)).emit('connect')
      assert.ok(isTold)
    }
  })

  it('has a store in memory with the methods of theirs', async () => {
    const store = new MemoryStore()
    const cookie = new Cookie({ maxAge: 60_000 })
    await called((done) => store.set('a', { cookie, user: 'ada' }, done))
    await called((done) => store.set('b', { cookie: { expires: new Date(0) } }, done))
    await called((done) => store.touch('a', { cookie: new Cookie() }, done))
    assert.equal((await called((done) => store.get('a', done))).cookie.originalMaxAge, null)
    assert.deepEqual(Object.keys(await called((done) => store.all(done))), ['a'])
    assert.equal(await called((done) => store.length(done)), 1)
    await called((done) => store.destroy('a', done))
    await called((done) => store.clear(done))
    assert.equal(await called((done) => store.get('a', done)), undefined)
  })

  it('leaves a store’s own methods within reach of handlers', () => {
    const store = new MemoryStore()
    return serving(
      program({ store }, async (request, response) => {
        request.session.user = 'ada'
        await called((done) => request.session.save(done))
        const count = await called((done) => request.sessionStore.length(done))
        const found = await called((done) => request.sessionStore.get(request.sessionID, done))
        response.end(`${count} ${found.user} ${request.sessionStore instanceof Store}`)
      }),
      async (visitor) => assert.equal((await visitor.send('/')).text, '1 ada true'),
    )
  })
})
