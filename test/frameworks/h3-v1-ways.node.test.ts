import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createApp,
  createError,
  createRouter,
  eventHandler,
  toWebHandler,
  type H3Error,
} from 'h3-1'
import { session } from 'coatcheck/h3-v1'
import { textStream } from './parts/text-stream.ts'
import { sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

function app() {
  const storage = watchedStorage()
  const errors: H3Error[] = []
  const h3App = createApp({ onError: (error) => void errors.push(error) })
  const router = createRouter()
  h3App.use(router)
  // As a plugin of Nitro gets it.
  session(sessionCookie(), storage)({ h3App })
  router.get(
    '/look',
    eventHandler(({ context }) => [context['session'].get('name') ?? null]),
  )
  const visitor = new Visitor(toWebHandler(h3App))
  return { router, storage, visitor, errors }
}

/** Requests without a server, as Nitro makes them for itself, and on platforms that are not Node. */
describe('sessions in h3 1 without a server', () => {
  it('are saved before the response is read, whatever it is made of', async () => {
    const { router, visitor } = app()
    async function* pieces() {
      yield 'a'
      yield 'b'
    }
    router.get(
      '/text',
      eventHandler(({ context }) => {
        context['session'].set('name', 'Ada')
        return 'text'
      }),
    )
    router.get(
      '/stream',
      eventHandler(({ context }) => {
        context['session'].set('name', 'Grace')
        context['session'].regenerateId()
        return textStream(pieces())
      }),
    )
    const text = await visitor.get('/text')
    assert.equal(await text.text(), 'text')
    assert.equal(setCookies(text).length, 1)
    assert.equal(await visitor.text('/look'), '["Ada"]')
    const stream = await visitor.get('/stream')
    assert.equal(await stream.text(), 'ab')
    assert.equal(setCookies(stream).length, 1)
    assert.equal(await visitor.text('/look'), '["Grace"]')
  })

  it('forget what a handler set that throws an error with a status', async () => {
    const { router, visitor } = app()
    router.get(
      '/401',
      eventHandler(({ context }) => {
        context['session'].set('name', 'Eve')
        throw createError({ statusCode: 401 })
      }),
    )
    assert.equal((await visitor.get('/401')).status, 401)
    assert.equal(await visitor.text('/look'), '[null]')
  })

  it('give an error of the store to onError; h3 answers with 503, and nothing of the page leaves', async () => {
    const { router, storage, visitor, errors } = app()
    router.get(
      '/set',
      eventHandler((event) => {
        event.context['session'].set('name', 'Ada')
        event.node.res.setHeader('X-App', 'page')
        return 'page'
      }),
    )
    await visitor.get('/set')
    for (const operation of ['read', 'write'] as const) {
      storage.broken.add(operation)
      const response = await visitor.get('/set')
      storage.broken.clear()
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('x-app'), null)
    }
    const codes = errors.map(({ cause }) => cause as { cause?: unknown; code: string })
    assert.equal(codes.length, 2)
    assert.deepEqual(
      errors.map(({ statusCode }) => statusCode),
      [503, 503],
    )
  })

  it('say what the plugin takes', () => {
    const plugin = session(sessionCookie(), watchedStorage())
    assert.throws(() => plugin(undefined as never), /takes an app of h3 1, or of Nitro 2/)
  })
})
