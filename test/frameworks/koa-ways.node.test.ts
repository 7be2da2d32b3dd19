/* What is special about Koa: errors as answers, middleware around the session, and responses past Koa. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import Koa from 'koa'
import { session } from 'coatcheck/koa'
import { Browser, createParts } from './parts/browser.ts'
import { Koa2 } from './parts/koa-apps.ts'
import { listening } from './parts/server.ts'

type Handler = (ctx: Koa.Context) => unknown

const look: Handler = (ctx) => {
  ctx.body = { name: ctx.session.get('name') }
}
const set: Handler = (ctx) => {
  ctx.session.set('name', 'Ada')
  ctx.body = 'ok'
}

for (const [name, Framework] of [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const) {
  /** Serves these handlers, by path, while the test goes on. */
  const visit = async (
    handlers: Record<string, Handler>,
    use: (browser: Browser, parts: ReturnType<typeof createParts>) => Promise<void>,
    around?: Koa.Middleware,
  ) => {
    const parts = createParts()
    const app = new Framework()
    app.silent = true
    if (around !== undefined) app.use(around)
    app.use(session(parts.cookie, parts.storage))
    app.use((ctx) => handlers[ctx.path]!(ctx))
    const server = await listening(createServer(app.callback()))
    try {
      await use(new Browser(server.origin), parts)
    } finally {
      await server.close()
    }
  }

  describe(`sessions in ${name}`, () => {
    const failing: Record<string, Handler> = {
      '/look': look,
      '/set': set,
      '/throw': (ctx) => {
        ctx.session.set('name', 'Eve')
        ctx.throw(401, 'who are you?')
      },
      '/end': (ctx) => {
        ctx.session.destroy()
        ctx.throw(409, 'after the logout')
      },
    }

    it('forget what was set before ctx.throw(), and clear the cookie of a logout on the page of Koa', () =>
      visit(failing, async (browser) => {
        await browser.text('/set')
        const response = await browser.send('/throw')
        assert.deepEqual([response.status, await response.text()], [401, 'who are you?'])
        assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
        const ended = await browser.send('/end')
        assert.deepEqual([ended.status, browser.cookies], [409, ''])
        assert.match(ended.headers.get('cache-control')!, /no-store/)
      }))

    it('do the same where middleware before them answers for the error', () =>
      visit(
        failing,
        async (browser) => {
          await browser.text('/set')
          assert.equal(await browser.text('/throw'), 'caught 401')
          assert.deepEqual(await browser.json('/look'), { name: 'Ada' })
          assert.equal(await browser.text('/end'), 'caught 409')
          assert.equal(browser.cookies, '')
        },
        async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            ctx.body = `caught ${(error as { status: number }).status}`
          }
        },
      ))

    it('that cannot be read or saved are errors for the middleware before them', () =>
      visit(
        { '/set': set, '/look': look },
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
        async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            const { code, status } = error as { code: string; status: number }
            ctx.status = status
            ctx.body = code
          }
        },
      ))

    const past: Record<string, Handler> = {
      '/look': look,
      '/later': (ctx) => {
        ctx.respond = false
        setImmediate(() => {
          ctx.session.set('name', 'Grace')
          ctx.res.statusCode = 200
          ctx.res.write('past ')
          ctx.res.end('Koa')
        })
      },
      '/at-once': (ctx) => {
        ctx.session.set('name', 'Linus')
        ctx.res.writeHead(200)
        ctx.res.end('past Koa')
      },
    }

    it('are saved before a response leaves that is sent past Koa, at once or later', () =>
      visit(past, async (browser) => {
        assert.equal(await browser.text('/later'), 'past Koa')
        assert.deepEqual(await browser.json('/look'), { name: 'Grace' })
        assert.equal(await browser.text('/at-once'), 'past Koa')
        assert.deepEqual(await browser.json('/look'), { name: 'Linus' })
      }))

    it('that such a response could not be saved for are an error page of Koa', () =>
      visit(past, async (browser, { gate }) => {
        for (const path of ['/later', '/at-once']) {
          gate.fail('write', new Error('the store is down'))
          const response = await browser.send(path)
          assert.deepEqual([response.status, await response.text()], [503, 'Service Unavailable'])
        }
      }))

    it('say so when the middleware is installed twice, or their property is taken', async () => {
      const { cookie, storage } = createParts()
      for (const [first, code] of [
        [session(cookie, storage), 'ERR_SESSION_NESTED'],
        [
          (ctx: Koa.Context, next: Koa.Next) => ((ctx['session'] = {} as never), next()),
          'ERR_SESSION_CONFIG',
        ],
      ] as const) {
        const app = new Framework()
        const codes: unknown[] = []
        app.on('error', (error) => codes.push(error.code))
        app.use(first)
        app.use(session(cookie, storage))
        const server = await listening(createServer(app.callback()))
        assert.equal((await new Browser(server.origin).send('/')).status, 500)
        assert.deepEqual(codes, [code])
        await server.close()
      }
    })
  })
}
