import assert from 'node:assert/strict'
import { it } from 'node:test'
import flash from 'connect-flash'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import session, { type SessionOptions } from 'coatcheck/compat/express-session'
import { secret, serving, type Visitor } from './visitor.ts'

interface Tokens {
  idToken: string
  claims: { groups: string[] }
}

/** An app as people have it: nothing in it knows that the middleware is another. */
export function passportApp(store: SessionOptions['store']): express.Express {
  const users = new passport.Passport()
  users.use(
    new Strategy((name, password, done) => {
      done(null, password === 'right' ? { name } : false)
    }),
  )
  users.serializeUser((user, done) => done(null, (user as { name: string }).name))
  users.deserializeUser((name, done) => done(null, { name }))

  const app = express()
  app.use(session({ secret, store, resave: false, saveUninitialized: false }))
  app.use(express.urlencoded({ extended: false }))
  app.use(users.session())
  app.use(flash())
  app.get('/', (request, response) => {
    const { name } = (request.user ?? {}) as { name?: string }
    const { cart, tokens } = request.session as unknown as { cart?: string[]; tokens?: Tokens }
    response.json({ name, cart, tokens, id: request.sessionID, messages: request.flash('info') })
  })
  app.post('/cart', (request, response) => {
    const held = request.session as unknown as { cart?: string[] }
    held.cart ??= []
    held.cart.push('hat')
    response.redirect('/')
  })
  // Libraries of OpenID Connect keep one object, put whole objects in its place, and change them deep inside.
  app.post('/tokens', (request, response) => {
    const held = request.session as unknown as { tokens?: Tokens }
    if (held.tokens === undefined) {
      const { cookie } = request.session
      request.session = { cookie, tokens: { idToken: 'first', claims: { groups: ['a'] } } } as never
    } else {
      held.tokens.claims.groups.push('b')
    }
    response.redirect('/')
  })
  const keeping = (request: express.Request) => 'keep' in request.query
  app.post(
    '/login',
    (request, response, next) =>
      users.authenticate('local', { keepSessionInfo: keeping(request) })(request, response, next),
    (request, response) => {
      request.flash('info', 'Welcome')
      response.redirect('/')
    },
  )
  app.post('/logout', (request, response, next) => {
    request.logout({ keepSessionInfo: keeping(request) }, (error) =>
      error ? next(error) : response.redirect('/'),
    )
  })
  return app
}

const form = { username: 'ada', password: 'right' }

interface Shown {
  name?: string
  tokens?: Tokens
  cart?: string[]
  id: string
  messages: string[]
}

const look = (visitor: Visitor): Promise<Shown> => visitor.json('/')

/** @param keepsOld Whether a copy of an old cookie goes on: where the cookie is the session. */
export function itLogsInAndOut(store: () => SessionOptions['store'], keepsOld = false): void {
  it('logs in, and the page after the redirect knows it', () =>
    serving(passportApp(store()), async (visitor) => {
      const { status, headers } = await visitor.post('/login', form)
      assert.deepEqual([status, headers.get('location')], [302, '/'])
      const { name, messages } = await look(visitor)
      assert.deepEqual([name, messages], ['ada', ['Welcome']])
      assert.deepEqual((await look(visitor)).messages, [])
    }))

  it('logs nobody in with a wrong password', () =>
    serving(passportApp(store()), async (visitor) => {
      assert.equal((await visitor.post('/login', { ...form, password: 'no' })).status, 401)
      assert.equal((await look(visitor)).name, undefined)
    }))

  it('gives a new id at login, without what was there before', () =>
    serving(passportApp(store()), async (visitor) => {
      await visitor.post('/cart')
      const before = await look(visitor)
      assert.deepEqual(before.cart, ['hat'])
      const planted = visitor.copy()
      await visitor.post('/login', form)
      const after = await look(visitor)
      assert.notEqual(after.id, before.id)
      assert.equal(after.cart, undefined)
      assert.equal((await look(planted)).name, undefined)
      if (!keepsOld) assert.equal((await look(planted)).cart, undefined)
    }))

  it('keeps what was there with keepSessionInfo', () =>
    serving(passportApp(store()), async (visitor) => {
      await visitor.post('/cart')
      const before = await look(visitor)
      await visitor.post('/login?keep', form)
      const after = await look(visitor)
      assert.notEqual(after.id, before.id)
      assert.deepEqual([after.name, after.cart], ['ada', ['hat']])
      await visitor.post('/logout?keep')
      const last = await look(visitor)
      assert.deepEqual([last.name, last.cart], [undefined, ['hat']])
    }))

  it('keeps a whole object that takes the place of the session, and what is changed deep inside of it', () =>
    serving(passportApp(store()), async (visitor) => {
      await visitor.post('/cart')
      await visitor.post('/tokens')
      await visitor.post('/tokens')
      const { cart, tokens } = await look(visitor)
      assert.equal(cart, undefined)
      assert.deepEqual(tokens, { idToken: 'first', claims: { groups: ['a', 'b'] } })
    }))

  it('logs out, and the cookie of before is worth nothing', () =>
    serving(passportApp(store()), async (visitor) => {
      await visitor.post('/login', form)
      const { id } = await look(visitor)
      const stolen = visitor.copy()
      await visitor.post('/logout')
      const after = await look(visitor)
      assert.equal(after.name, undefined)
      assert.notEqual(after.id, id)
      if (!keepsOld) assert.equal((await look(stolen)).name, undefined)
    }))
}
