import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Hono, type Context } from 'hono'
import { setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import type { Session } from 'coatcheck'
import { session } from 'coatcheck/hono'
import { sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

type Env = { Variables: { session: Session } }

function app() {
  const storage = watchedStorage()
  const hono = new Hono<Env>()
  hono.use(session(sessionCookie(), storage))
  hono.get('/look', (c) => c.json([c.var.session.get('name') ?? null]))
  return { hono, storage, visitor: new Visitor(async (request) => hono.fetch(request)) }
}

describe('sessions in Hono', () => {
  it('leave cookies and headers alone, whichever way the app sets them', async () => {
    const { hono, visitor } = app()
    hono.use(async (c, next) => {
      await next()
      setCookie(c, 'late', '1')
    })
    hono.get('/raw', () => new Response('raw', { headers: [['Set-Cookie', 'own=1']] }))
    hono.get('/set', (c) => {
      c.var.session.set('name', 'Ada')
      setCookie(c, 'early', '1')
      c.header('Vary', 'Accept')
      return c.redirect('/look')
    })
    const response = await visitor.get('/set')
    assert.equal(response.status, 302)
    assert.equal(response.headers.get('vary'), 'Accept, Cookie')
    const names = response.headers.getSetCookie().map((line) => line.split('=')[0])
    assert.deepEqual(names.sort(), ['early', 'late', 'session'])
    const raw = await visitor.get('/raw')
    assert.deepEqual(
      raw.headers.getSetCookie().map((line) => line.split('=')[0]),
      ['own', 'late'],
    )
    assert.equal(await visitor.text('/look'), '["Ada"]')
  })

  it('forget what a handler set that throws an HTTPException, or what is no error', async () => {
    const { hono, visitor } = app()
    const throwing = (what: unknown) => (c: Context<Env>) => {
      c.var.session.set('name', 'Eve')
      throw what
    }
    hono.get('/401', throwing(new HTTPException(401)))
    hono.get('/text', throwing('a text'))
    const refused = await visitor.get('/401')
    assert.equal(refused.status, 401)
    assert.equal(setCookies(refused).length, 0)
    await assert.rejects(visitor.get('/text'), (error) => error === 'a text')
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('stay ended, whatever the handler throws after that', async () => {
    const { hono, visitor } = app()
    hono.get('/set', (c) => {
      c.var.session.set('name', 'Ada')
      return c.text('ok')
    })
    hono.get('/end', (c) => {
      c.var.session.destroy()
      throw 'a text' as unknown as Error
    })
    await visitor.get('/set')
    await assert.rejects(visitor.get('/end'), (error) => error === 'a text')
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('forget it too where a part of the app answers its own errors', async () => {
    const { hono, visitor } = app()
    const part = new Hono<Env>()
    part.onError((_, c) => c.text('sorry', 418))
    part.get('/', (c) => {
      c.var.session.set('name', 'Eve')
      throw new Error('a mistake in the app')
    })
    hono.route('/part', part)
    const response = await visitor.get('/part')
    assert.equal(response.status, 418)
    assert.equal(setCookies(response).length, 0)
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('give an error of the store to onError, and nothing of the page leaves', async () => {
    const { hono, storage, visitor } = app()
    const errors: unknown[] = []
    hono.onError((error, c) => {
      errors.push(error)
      return c.text('later', 503)
    })
    for (const [path, body] of [
      ['/a', 'of c'],
      ['/b', 'raw'],
    ] as const) {
      hono.get(path, (c) => {
        c.var.session.set('name', 'Ada')
        c.header('X-App', 'page')
        setCookie(c, 'theme', 'dark')
        return path === '/a' ? c.text(body) : new Response(body)
      })
    }
    storage.broken.add('write')
    for (const path of ['/a', '/b']) {
      const response = await visitor.get(path)
      assert.equal(response.status, 503)
      assert.equal(await response.text(), 'later')
      assert.equal(response.headers.get('x-app'), null)
      assert.deepEqual(response.headers.getSetCookie(), [])
    }
    assert.deepEqual(
      errors.map((error) => (error as { code: string }).code),
      ['ERR_SESSION_STORE', 'ERR_SESSION_STORE'],
    )
  })

  it('answer with 503 while the store fails, where the app has no onError', async () => {
    const { hono, storage, visitor } = app()
    hono.get('/set', (c) => {
      c.var.session.set('name', 'Ada')
      return c.text('saved', 200, { 'X-App': 'page' })
    })
    await visitor.get('/set')
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      const response = await visitor.get('/set')
      storage.broken.clear()
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('retry-after'), '5')
      assert.equal(response.headers.get('x-app'), null)
    }
  })

  it('keep the error that Hono has for a handler without a response', async (t) => {
    const { hono, visitor } = app()
    const told = t.mock.method(console, 'error', () => {})
    hono.get('/none', (async (c: Context<Env>) => {
      c.var.session.set('name', 'Eve')
    }) as never)
    assert.equal((await visitor.get('/none')).status, 500)
    assert.match(String(told.mock.calls[0]?.arguments[0]), /not finalized/)
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('are refused a second time under the same cookie', async () => {
    const { hono, visitor } = app()
    const errors: unknown[] = []
    hono.use(session(sessionCookie(), watchedStorage()))
    hono.get('/', (c) => c.text('here'))
    hono.onError((error, c) => {
      errors.push(error)
      return c.text('no', 500)
    })
    assert.equal((await visitor.get('/')).status, 500)
    assert.equal((errors[0] as { code: string }).code, 'ERR_SESSION_NESTED')
  })

  it('say which option was meant', () => {
    assert.throws(
      () => session(sessionCookie(), watchedStorage(), { propery: 'admin' } as never),
      /session\(\) has no option "propery"\. Did you mean "property"\?/,
    )
  })
})
