import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { before, beforeEach, describe, it } from 'node:test'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import type { Guest } from './parts/guest.ts'
import { serveOwnWays } from './parts/own-ways.ts'

interface BuiltServer {
  default: { fetch(request: Request): Promise<Response> }
}

async function load(): Promise<RequestListener> {
  const file = ofCasesApp('tanstack-start', 'dist/server/server.js')
  const { default: server } = (await import(file)) as BuiltServer
  return createRequestListener((request) => server.fetch(request))
}

const fixture = builtFixture(load)
const srvx = [
  'node_modules/srvx/bin/srvx.mjs',
  'serve',
  '--prod',
  '--entry',
  'dist/server/server.js',
]

describe('TanStack Start', () => {
  before(() => build('tanstack-start'))

  describeAdapter('TanStack Start', fixture)
  describeExample('TanStack Start', () => startExample('tanstack-start', srvx))

  describe('server functions', () => {
    const newVisitor = serveOwnWays(fixture)
    let visitor: Guest
    beforeEach(async () => {
      visitor = newVisitor()
      await visitor.open('/begin')
    })

    /** The URLs that scripts in the browser call server functions by. */
    async function urls(): Promise<Record<string, string>> {
      await visitor.open('/view/urls')
      const [look, set, leave, miss, fail] = visitor.heading.split(' ')
      return { look, set, leave, miss, fail } as Record<string, string>
    }

    async function nameAfterwards(): Promise<string> {
      await visitor.open('/look')
      return visitor.html
    }

    it('have the session while a page is rendered, and use a message up', async () => {
      await visitor.open('/view/look')
      assert.equal(visitor.heading, 'Ada welcome')
      await visitor.open('/view/look')
      assert.equal(visitor.heading, 'Ada')
      await visitor.open('/view/set')
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('that redirect while a page is rendered have the session saved, and so has notFound()', async () => {
      const stranger = newVisitor()
      const [response] = await stranger.open('/view/leave')
      assert.equal(response!.status, 307)
      assert.equal(response!.headers.getSetCookie().length, 1)
      assert.equal(stranger.heading, 'Grace')
      const [missing] = await visitor.open('/view/miss')
      assert.equal(missing!.status, 404)
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('that throw while a page is rendered have nothing saved', async () => {
      const [response] = await visitor.open('/view/fail')
      assert.equal(response!.status, 500)
      assert.equal(await nameAfterwards(), 'Ada')
    })

    it('have the session when a script calls them', async () => {
      const { set } = await urls()
      const response = await call(set!)
      assert.equal(response.status, 200)
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('that redirect a script have the session saved, and say where to', async () => {
      const { leave } = await urls()
      // A response that sets the cookie is a copy of that which TanStack has made.
      visitor = newVisitor()
      const response = await call(leave!)
      assert.equal(response.headers.getSetCookie().length, 1)
      assert.match(await response.text(), /"isSerializedRedirect":true/)
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('that say notFound() to a script have the session saved', async () => {
      const { miss } = await urls()
      await call(miss!)
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('that throw to a script have nothing saved', async () => {
      const { fail } = await urls()
      const response = await call(fail!)
      assert.match(await response.text(), /a mistake in the app/)
      assert.equal(await nameAfterwards(), 'Ada')
    })

    function call(url: string): Promise<Response> {
      return visitor.call(url, { 'x-tsr-serverFn': 'true' })
    }
  })
})
