import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { H3, HTTPError } from 'h3'
import { session } from 'coatcheck/h3'
import { sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

function app(config: ConstructorParameters<typeof H3>[0] = {}) {
  const storage = watchedStorage()
  const h3 = new H3({ silent: true, ...config }).use(session(sessionCookie(), storage))
  h3.get('/look', ({ context }) => [context.session.get('name') ?? null])
  return { h3, storage, visitor: new Visitor(async (request) => h3.fetch(request)) }
}

describe('sessions in h3', () => {
  it('forget what a handler set that throws an HTTPError, or returns one', async () => {
    const { h3, visitor } = app()
    h3.get('/throw', ({ context }) => {
      context.session.set('name', 'Eve')
      throw new HTTPError({ status: 404 })
    })
    h3.get('/return', ({ context }) => {
      context.session.set('name', 'Eve')
      return new HTTPError({ status: 422 })
    })
    assert.equal((await visitor.get('/throw')).status, 404)
    assert.equal((await visitor.get('/return')).status, 422)
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('are kept with a response of the app that has a status of 400 or more', async () => {
    const { h3, visitor } = app()
    h3.get('/form', ({ context, res }) => {
      context.session.set('name', 'Ada')
      res.headers.append('Set-Cookie', 'theme=dark')
      res.errHeaders.append('Set-Cookie', 'late=1')
      return new Response('once more', { status: 422 })
    })
    const response = await visitor.get('/form')
    assert.equal(response.status, 422)
    assert.equal(setCookies(response).length, 1)
    assert.equal(setCookies(response, 'late').length, 1)
    assert.equal(await visitor.text('/look'), '["Ada"]')
  })

  it('keep shared caches out, wherever the app said otherwise', async () => {
    const { h3, visitor } = app()
    h3.get('/set', ({ context, res }) => {
      context.session.set('name', 'Ada')
      res.headers.set('Cache-Control', 'public, max-age=60')
      return new Response('page')
    })
    const response = await visitor.get('/set')
    assert.equal(response.headers.get('cache-control'), 'no-store')
  })

  it('leave a page that is not found to h3', async () => {
    const { h3, visitor } = app()
    h3.use(({ context }) => void context.session.set('name', 'Ada'))
    const response = await visitor.get('/nowhere')
    assert.equal(response.status, 404)
    assert.equal(setCookies(response).length, 1)
    assert.equal(await visitor.text('/look'), '["Ada"]')
  })

  it('give an error of the store to onError; h3 answers with 503, and nothing of the page leaves', async () => {
    const causes: unknown[] = []
    const { h3, storage, visitor } = app({ onError: (error) => void causes.push(error.cause) })
    h3.get('/set', ({ context, res }) => {
      context.session.set('name', 'Ada')
      res.headers.set('X-App', 'page')
      return 'page'
    })
    await visitor.get('/set')
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      const response = await visitor.get('/set')
      storage.broken.clear()
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('x-app'), null)
    }
    const codes = causes.map((cause) => (cause as { code: string }).code)
    assert.deepEqual(codes, ['ERR_SESSION_STORE', 'ERR_SESSION_STORE'])
  })
})
