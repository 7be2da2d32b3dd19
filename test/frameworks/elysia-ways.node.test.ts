import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Elysia } from 'elysia'
import { session } from 'coatcheck/elysia'
import { sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

function plugin() {
  const storage = watchedStorage()
  return { storage, sessions: session(sessionCookie(), storage) }
}

const visiting = (app: { handle(request: Request): Promise<Response> }) =>
  new Visitor((request) => app.handle(request))

const namesOf = (response: Response) =>
  response.headers.getSetCookie().map((line) => line.split('=')[0])

async function* pieces() {
  yield 'one'
  yield 'two'
}

describe('sessions in Elysia', () => {
  it('leave the cookies of the app alone, in pages, streams and responses', async () => {
    const app = new Elysia()
      .use(plugin().sessions)
      .get('/page', ({ session, cookie }) => {
        session.set('name', 'Ada')
        cookie['a']!.value = '1'
        cookie['b']!.value = '2'
        return 'page'
      })
      .get('/stream', ({ session, cookie }) => {
        session.set('name', 'Ada')
        cookie['a']!.value = '1'
        cookie['b']!.value = '2'
        return pieces()
      })
      .get('/response', ({ session }) => {
        session.set('name', 'Ada')
        const response = new Response('page')
        response.headers.append('Set-Cookie', 'a=1')
        response.headers.append('Set-Cookie', 'b=2')
        return response
      })
    for (const path of ['/page', '/stream', '/response']) {
      const response = await visiting(app).get(path)
      assert.deepEqual(namesOf(response), ['a', 'b', 'session'], path)
    }
  })

  it('may be changed by every hook before the response is made', async () => {
    const app = new Elysia()
      .use(plugin().sessions)
      .onAfterHandle(({ session }) => void session.set('late', true))
      .get('/set', () => 'page')
      .get('/look', ({ session }) => [session.get('late') ?? null])
    const visitor = visiting(app)
    await visitor.get('/set')
    assert.equal(await visitor.text('/look'), '[true]')
  })

  it('forget what a failed handler set, wherever the app has its error handler', async () => {
    const { sessions } = plugin()
    const app = new Elysia()
      .onError(({ request }) => (request.url.endsWith('throw') ? new Response('sorry') : 'sorry'))
      .use(sessions)
      .get('/throw', ({ session }) => {
        session.set('name', 'Eve')
        throw new Error('a mistake in the app')
      })
      .get('/status', ({ session, status }) => {
        session.set('name', 'Eve')
        throw status(418)
      })
      .get('/look', ({ session }) => [session.get('name') ?? null])
    const visitor = visiting(app)
    for (const path of ['/throw', '/status']) {
      const response = await visitor.get(path)
      assert.equal(setCookies(response).length, 0, path)
    }
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('give an error of the store to onError, and nothing of the page leaves', async () => {
    const { storage, sessions } = plugin()
    const codes: unknown[] = []
    const app = new Elysia()
      .onError(({ error }) => {
        codes.push((error as { code?: string }).code)
        return 'later'
      })
      .use(sessions)
      .get('/set', ({ session, set, cookie }) => {
        session.set('name', 'Ada')
        cookie['theme']!.value = 'dark'
        set.headers['x-app'] = 'page'
        return 'page'
      })
    const visitor = visiting(app)
    await visitor.get('/set')
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      // Elysia sends no cookie that the browser has already.
      visitor.jar.take('https://shop.example', ['theme=; Path=/; Max-Age=0'])
      const response = await visitor.get('/set')
      storage.broken.clear()
      assert.equal(response.status, 503, operation)
      assert.equal(await response.text(), 'later')
      assert.equal(response.headers.get('x-app'), null)
      assert.deepEqual(response.headers.getSetCookie(), [])
    }
    assert.deepEqual(codes, ['ERR_SESSION_STORE', 'ERR_SESSION_STORE'])
  })

  it('are the same in an app and in a plugin within it that asks for them too', async () => {
    const { sessions } = plugin()
    const part = new Elysia().use(sessions).get('/part', ({ session }) => {
      return session.update('n', (n) => ((n as number | undefined) ?? 0) + 1)
    })
    const visitor = visiting(new Elysia().use(sessions).use(part))
    assert.equal(await visitor.text('/part'), '1')
    assert.equal(await visitor.text('/part'), '2')
  })

  it('are refused where handlers are not compiled: nothing would save them', async () => {
    const app = new Elysia({ aot: false }).use(plugin().sessions).get('/', () => 'page')
    const response = await visiting(app).get('/')
    assert.equal(response.status, 500)
    assert.match(await response.text(), /aot: true/)
  })
})
