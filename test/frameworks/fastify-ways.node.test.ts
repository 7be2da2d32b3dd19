/* What is special about Fastify: plugins, hooks, error handlers, and replies past it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { session } from 'coatcheck/fastify'
import { Browser, createParts } from './parts/browser.ts'

type Parts = ReturnType<typeof createParts>

/** Starts an app with the adapter and these routes, and visits it. */
async function visit(
  build: (app: FastifyInstance) => unknown,
  use: (browser: Browser, parts: Parts) => Promise<void>,
): Promise<void> {
  const parts = createParts()
  const app = Fastify({ forceCloseConnections: true })
  await app.register(session(parts.cookie, parts.storage))
  app.get('/set', async (request) => {
    request.session.set('name', 'Ada')
    return 'ok'
  })
  app.get('/look', async (request) => ({ name: request.session.get('name') }))
  await build(app)
  try {
    await use(new Browser(await app.listen({ port: 0, host: '127.0.0.1' })), parts)
  } finally {
    await app.close()
  }
}

describe('sessions in Fastify', () => {
  it('are for the plugin that registers them and for those in it, and for no other', async () => {
    const { cookie, storage } = createParts()
    const app = Fastify()
    await app.register(async (shop) => {
      await shop.register(session(cookie, storage))
      await shop.register(async (inner) => {
        inner.get('/inner', async (request) => request.session.update('n', (n = 0) => n + 1))
      })
      shop.get('/shop', async (request) => request.session.update('n', (n = 0) => n + 1))
    })
    app.get('/outside', async (request) => `none: ${request.session === undefined}`)
    const first = await app.inject('/inner')
    const [pair] = String(first.headers['set-cookie']).split(';')
    const second = await app.inject({ url: '/shop', headers: { cookie: pair! } })
    assert.deepEqual([first.body, second.body], ['1', '2'])
    assert.equal((await app.inject('/outside')).body, 'none: true')
    await app.close()
  })

  it('forget what was set before an error, whatever the error handler answers', () =>
    visit(
      (app) => {
        app.get('/throw', async (request) => {
          request.session.set('name', 'Eve')
          throw new Error('a mistake of the visitor')
        })
        app.get('/send', (request, reply) => {
          request.session.set('name', 'Eve')
          reply.send(new Error('an answer that is an error'))
        })
        app.get('/end', async (request) => {
          request.session.destroy()
          throw new Error('a mistake after the logout')
        })
        app.setErrorHandler((error, _, reply) => {
          reply.code(400).send((error as Error).message)
        })
      },
      async (browser) => {
        await browser.text('/set')
        for (const path of ['/throw', '/send']) {
          assert.equal((await browser.send(path)).status, 400)
          assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
        }
        assert.equal(await browser.text('/end'), 'a mistake after the logout')
        assert.equal(browser.cookies, '')
      },
    ))

  it('that cannot be read or saved are errors for the error handler of the app', () =>
    visit(
      (app) =>
        app.setErrorHandler((error, _, reply) => {
          const { code, statusCode } = error as Error & { code: string; statusCode: number }
          reply.code(statusCode).send(code)
        }),
      async (browser, { gate }) => {
        await browser.text('/set')
        for (const call of ['read', 'write'] as const) {
          gate.fail(call, new Error('the store is down'))
          const response = await browser.send('/set')
          assert.deepEqual([response.status, await response.text()], [503, 'ERR_SESSION_STORE'])
          assert.equal(response.headers.getSetCookie().length, 0)
        }
        assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
      },
    ))

  it('forget what was set before an answer with status 500, which a framework on top of Fastify has made of an error', () =>
    visit(
      (app) => {
        app.get('/answered', (request, reply) => {
          request.session.set('name', 'Eve')
          return reply.code(500).send('an error')
        })
        app.get('/past', (request, reply) => {
          request.session.set('name', 'Eve')
          reply.hijack()
          reply.raw.writeHead(500).end('an error')
        })
      },
      async (browser) => {
        await browser.text('/set')
        for (const path of ['/answered', '/past']) {
          assert.equal((await browser.send(path)).status, 500)
          assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
        }
      },
    ))

  it('are saved before a response leaves that is sent past Fastify', () =>
    visit(
      (app) => {
        app.get('/hijacked', (request, reply) => {
          request.session.set('name', 'Grace')
          reply.hijack()
          reply.raw.write('past ')
          reply.raw.end('Fastify')
        })
        app.get('/raw', async (request, reply) => {
          request.session.set('name', 'Linus')
          reply.raw.end('past Fastify')
        })
        app.get('/throw', async (request) => {
          request.session.set('name', 'Eve')
          throw new Error('answered past Fastify')
        })
        app.setErrorHandler((error, _, reply) => {
          const { message, code, statusCode } = error as Error & {
            code: string
            statusCode?: number
          }
          if (statusCode !== undefined) return reply.code(statusCode).send(code)
          reply.hijack()
          reply.raw.end(message)
        })
      },
      async (browser, { gate }) => {
        for (const [path, name] of [
          ['/hijacked', 'Grace'],
          ['/raw', 'Linus'],
        ] as const) {
          assert.equal(await browser.text(path), 'past Fastify')
          assert.deepEqual(await browser.json('/look'), { name })
        }
        for (const [path, body] of [
          ['/hijacked', ''],
          ['/raw', 'ERR_SESSION_STORE'],
        ] as const) {
          await browser.text('/set')
          gate.fail('write', new Error('the store is down'))
          const response = await browser.send(path)
          assert.deepEqual([response.status, await response.text()], [503, body])
          assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
        }
        assert.equal(await browser.text('/throw'), 'answered past Fastify')
        assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
      },
    ))

  it('go with hooks that answer early, before them or after', async () => {
    const { cookie, storage } = createParts()
    const app = Fastify()
    app.addHook('onRequest', async (request, reply) => {
      if (request.url === '/before') return reply.send('no session yet')
    })
    await app.register(session(cookie, storage))
    app.addHook('preHandler', async (request, reply) => {
      request.session.set('name', 'Ada')
      return reply.send('from the hook')
    })
    for (const url of ['/before', '/after']) app.get(url, async () => 'never')
    const before = await app.inject('/before')
    assert.deepEqual([before.body, before.headers['set-cookie']], ['no session yet', undefined])
    const after = await app.inject('/after')
    assert.equal(after.body, 'from the hook')
    assert.match(String(after.headers['set-cookie']), /session=/)
    await app.close()
  })

  it('are there for the page that nothing was found, too', () =>
    visit(
      (app) =>
        app.setNotFoundHandler(async (request, reply) => {
          reply.code(404)
          return request.session.update('missed', (n = 0) => n + 1)
        }),
      async (browser) => {
        assert.equal(await browser.json('/nowhere'), 1)
        assert.equal(await browser.json('/nowhere'), 2)
      },
    ))

  it('stay out of caches, though the handler answers with a Response that says otherwise', () =>
    visit(
      (app) =>
        app.get('/response', async (request) => {
          request.session.set('name', 'Ada')
          const headers = { 'Cache-Control': 'public, max-age=60', Vary: 'Accept' }
          return new Response('a page', { headers })
        }),
      async (browser) => {
        const { headers } = await browser.send('/response')
        assert.equal(headers.get('cache-control'), 'no-store')
        assert.equal(headers.get('vary'), 'Accept, Cookie')
        assert.equal(headers.getSetCookie().length, 1)
      },
    ))

  it('cannot be where something is already', async () => {
    const { cookie, storage } = createParts()
    const app = Fastify()
    app.decorateRequest('session', null as never)
    await assert.rejects(async () => app.register(session(cookie, storage)), {
      code: 'FST_ERR_DEC_ALREADY_PRESENT',
    })
    await app.close()
  })

  it('say so when a cookie is served twice', async () => {
    const { cookie, storage } = createParts()
    const app = Fastify()
    await app.register(session(cookie, storage))
    await app.register(session(cookie, storage, { property: 'twin' }))
    app.get('/', async () => 'never')
    assert.equal((await app.inject('/')).json().code, 'ERR_SESSION_NESTED')
    await app.close()
  })
})
