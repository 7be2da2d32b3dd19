/* What is special about Express: its ways to answer, its routers and its error handlers. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { rollBackOnError, session } from 'coatcheck/express'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { Browser, createParts, isConfig } from './parts/browser.ts'
import { express4 } from './parts/express-apps.ts'
import { listening } from './parts/server.ts'

const file = join(temporaryFolder(), 'page.txt')
const page = 'a page on the disk\n'.repeat(10_000)
writeFileSync(file, page)

async function visit(app: Express, use: (browser: Browser) => Promise<void>): Promise<void> {
  app.set('env', 'test')
  const server = await listening(createServer(app))
  try {
    await use(new Browser(server.origin))
  } finally {
    await server.close()
  }
}

/** Middleware that puts the whole response together and sends another, as those that compress do. */
function compress(_: Request, response: Response, next: NextFunction): void {
  const { end } = response
  const chunks: Buffer[] = []
  response.write = (chunk: string) => {
    chunks.push(Buffer.from(chunk))
    return true
  }
  response.end = ((chunk?: string) => {
    if (chunk !== undefined) chunks.push(Buffer.from(chunk))
    response.setHeader('Content-Encoding', 'gzip').removeHeader('Content-Length')
    return end.call(response, gzipSync(Buffer.concat(chunks)), 'utf8')
  }) as typeof end
  next()
}

/** An error handler, which Express knows by its four parameters. */
function answering(
  answer: (error: Error & { code: string; status: number }, response: Response) => unknown,
): express.ErrorRequestHandler {
  return (error, _, response, next) => {
    if (response.headersSent) next(error)
    else answer(error, response)
  }
}

for (const [name, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  /** An app with the adapter, and pages that set a name and look at it. */
  const sessionApp = ({ before, ...parts } = { ...createParts(), before: [] as never[] }) => {
    const app = make()
    for (const middleware of before) app.use(middleware)
    app.use(session(parts.cookie, parts.storage))
    app.get('/set', (request, response) => {
      request.session.set('name', 'Ada')
      response.send('ok')
    })
    app.get('/look', (request, response) => {
      response.json(request.session.get('name') ?? null)
    })
    return app
  }

  describe(`sessions in ${name}`, () => {
    for (const way of ['sendFile', 'download'] as const) {
      it(`are saved before ${way}() sends`, async () => {
        const app = sessionApp()
        app.get('/file', (request, response) => {
          request.session.set('name', 'Ada')
          response[way](file)
        })
        await visit(app, async (browser) => {
          assert.equal(await browser.text('/file'), page)
          assert.equal(await browser.json('/look'), 'Ada')
          const part = await browser.send('/file', { headers: { Range: 'bytes=2-5' } })
          assert.deepEqual([part.status, await part.text()], [206, 'page'])
        })
      })
    }

    for (const place of ['before', 'after'] as const) {
      it(`go with middleware that compresses, installed ${place} them`, async () => {
        const before = place === 'before' ? [compress as never] : []
        const app = sessionApp({ ...createParts(), before })
        if (place === 'after') app.use(compress)
        app.get('/page', (request, response) => {
          request.session.set('name', 'Grace')
          response.write('a page ')
          response.end('that is compressed')
        })
        await visit(app, async (browser) => {
          const response = await browser.send('/page')
          assert.equal(response.headers.get('content-encoding'), 'gzip')
          assert.equal(await response.text(), 'a page that is compressed')
          assert.equal(await browser.json('/look'), 'Grace')
        })
      })
    }

    it('go on with next("route"), and through routers that are mounted at a path', async () => {
      const { cookie, storage } = createParts()
      const app = make()
      const router = make.Router()
      router.use(session(cookie, storage))
      router.get('/page', (request, _, next) => {
        request.session.set('first', 1)
        next('route')
      })
      router.get('/page', (request, response) => {
        request.session.set('second', 2)
        response.json(request.session.data[0])
      })
      app.use('/shop', router)
      app.get('/', (request, response) => response.json(request.session ?? 'none'))
      await visit(app, async (browser) => {
        assert.deepEqual(await browser.json('/shop/page'), { first: 1, second: 2 })
        assert.deepEqual(await browser.json('/shop/page'), { first: 1, second: 2 })
        assert.equal(await browser.json('/'), 'none')
      })
    })

    it('go through error handlers that answer a failure with 400', async () => {
      const app = sessionApp()
      app.get('/fail', (request) => {
        request.session.set('name', 'Eve')
        throw new Error('a mistake of the visitor')
      })
      app.get('/end', (request) => {
        request.session.destroy()
        throw new Error('a mistake after the logout')
      })
      app.use(rollBackOnError)
      app.use(answering((error, response) => response.status(400).send(error.message)))
      await visit(app, async (browser) => {
        await browser.text('/set')
        const response = await browser.send('/fail')
        assert.deepEqual(
          [response.status, await response.text()],
          [400, 'a mistake of the visitor'],
        )
        assert.equal(await browser.json('/look'), 'Ada')
        assert.equal((await browser.send('/end')).status, 400)
        assert.equal(browser.cookies, '')
      })
    })

    it('that are saved for what Node refuses to send are kept, and that is an error of the app', async () => {
      const app = sessionApp()
      const refused: Record<string, (response: Response) => unknown> = {
        '/number': (response) => response.end(5),
        '/undefined': (response) => response.write(undefined),
        '/status': (response) => response.writeHead(99).end('no such status'),
        '/second': (response) => response.write('first') || response.write(5),
      }
      app.get(Object.keys(refused), (request, response) => {
        request.session.login('ada')
        response.setHeader('X-Page', 'yes')
        refused[request.path]!(response)
      })
      app.use(answering((error, response) => response.status(500).json(error.code)))
      await visit(app, async (browser) => {
        const chunk = 'ERR_INVALID_ARG_TYPE'
        for (const [path, code] of [
          ['/number', chunk],
          ['/undefined', chunk],
          ['/status', 'ERR_HTTP_INVALID_STATUS_CODE'],
        ] as const) {
          const { cookies } = browser
          const response = await browser.send(path)
          assert.deepEqual([response.status, await response.json()], [500, code])
          assert.equal(response.headers.get('x-page'), null)
          assert.notEqual(browser.cookies, cookies)
        }
        // Half of a page does not look whole.
        await assert.rejects(browser.text('/second'))
      })
    })

    it('that cannot be read or saved are errors of the app, and leave nothing of the page', async () => {
      const parts = createParts()
      const app = sessionApp({ ...parts, before: [] })
      app.use(answering(({ code, status }, response) => response.status(status).json(code)))
      await visit(app, async (browser) => {
        await browser.text('/set')
        for (const call of ['read', 'write'] as const) {
          parts.gate.fail(call, new Error('the store is down'))
          const response = await browser.send('/set')
          assert.deepEqual([response.status, await response.json()], [503, 'ERR_SESSION_STORE'])
          assert.equal(response.headers.getSetCookie().length, 0)
        }
        assert.equal(await browser.json('/look'), 'Ada')
      })
    })

    it('say so when the middleware is installed twice, or their property is taken', async () => {
      const { cookie, storage } = createParts()
      const twice = make()
      const taken = make()
      twice.use(session(cookie, storage))
      taken.use((request, _, next) => {
        request.session = {} as never
        next()
      })
      for (const [app, code] of [
        [twice, 'ERR_SESSION_NESTED'],
        [taken, 'ERR_SESSION_CONFIG'],
      ] as const) {
        app.use(session(cookie, storage))
        app.use(answering((error, response) => response.json(error.code)))
        await visit(app, async (browser) => assert.equal(await browser.json('/'), code))
      }
    })
  })
}

describe('session() of Express', () => {
  it('takes one option, the property', () => {
    const { cookie, storage } = createParts()
    const make = (options: object) => () => session(cookie, storage, options)
    assert.throws(make({ propert: 'admin' }), isConfig(/Did you mean "property"/))
    assert.throws(make({ property: 5 }), isConfig(/must be a string/))
    assert.throws(make({ property: '' }), isConfig(/empty/))
  })
})
