import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { before, beforeEach, describe, it } from 'node:test'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import type { Guest } from './parts/guest.ts'
import { serveOwnWays } from './parts/own-ways.ts'

interface NextServer {
  prepare(): Promise<void>
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

type MakeServer = (options: { dev: boolean; dir: string }) => NextServer

let loaded: Promise<RequestListener> | undefined

/** Next's server of the built app, in this process. */
async function load(): Promise<RequestListener> {
  const file = ofCasesApp('next', '../node_modules/next/dist/server/next.js')
  const { default: makeServer } = (await import(file)) as { default: MakeServer }
  const server = makeServer({ dev: false, dir: ofCasesApp('next', '') })
  await server.prepare()
  const handle = server.getRequestHandler()
  return (request, response) => void handle(request, response)
}

const fixture = builtFixture(() => (loaded ??= load()))

describe('Next', () => {
  before(() => build('next'))

  describeAdapter('Next', fixture)
  describeExample('Next', () => startExample('next', ['node_modules/next/dist/bin/next', 'start']))

  describe('beside route handlers', () => {
    const newVisitor = serveOwnWays(fixture, ['/look-behind-proxy'])
    let visitor: Guest
    beforeEach(() => {
      visitor = newVisitor()
    })

    it('a server component reads the session, the same in all of a page, and uses messages up', async () => {
      await visitor.open('/begin')
      const [response] = await visitor.open('/view/look')
      assert.match(response!.headers.get('cache-control') ?? '', /private|no-store/)
      assert.match(visitor.html, /layout: (<!-- -->)?Ada[^]*page: (<!-- -->)?Ada[^]*one session/)
      assert.equal(visitor.notice, 'welcome')
      await visitor.open('/view/look')
      assert.equal(visitor.notice, '')
    })

    it('a change in a server component throws, and is not saved', async () => {
      await visitor.open('/begin')
      await visitor.open('/view/write')
      assert.equal(visitor.notice, 'ERR_SESSION_READ_ONLY')
      await visitor.open('/look')
      assert.equal(visitor.html, 'Ada')
    })

    it('a change where withSession() is missing throws, and says what to do', async () => {
      await visitor.open('/unwrapped')
      const { code, message, name } = JSON.parse(visitor.html) as Record<string, string>
      assert.deepEqual([code, name], ['ERR_SESSION_READ_ONLY', null])
      assert.match(message!, /a route handler, a server action or a proxy .* withSession\(\)/)
    })

    it('a redirect() in a route handler has the session saved, and notFound() has not', async () => {
      await visitor.open('/redirected?missing')
      assert.equal(visitor.cookie, undefined)
      await visitor.open('/redirected')
      assert.match(visitor.html, /page: (<!-- -->)?Grace/)
    })

    it('an action is saved before the page that it answers with is rendered', async () => {
      await visitor.open('/view/form')
      const [response] = await visitor.press('stay', { name: 'Grace' })
      assert.equal(response!.status, 200)
      assert.equal(response!.headers.getSetCookie().length, 1)
      assert.deepEqual([visitor.heading, visitor.notice], ['Grace', 'after stay'])
      await visitor.press('stay', { name: 'Ada' })
      assert.deepEqual([visitor.heading, visitor.notice], ['Ada', 'after stay'])
    })

    it('a redirect() in an action carries the cookie', async () => {
      await visitor.open('/view/form')
      const [response, page] = await visitor.press('redirect', { name: 'Grace' })
      assert.equal(response!.status, 303)
      const [, ...attributes] = response!.headers.getSetCookie()[0]!.split('; ')
      assert.deepEqual(attributes.map((one) => one.toLowerCase()).sort(), [
        'httponly',
        'path=/',
        'samesite=lax',
        'secure',
      ])
      assert.equal(page!.status, 200)
      assert.match(visitor.html, /page: (<!-- -->)?Grace/)
      assert.equal(visitor.notice, 'after redirect')
    })

    it('of an action that throws nothing is saved', async () => {
      await visitor.open('/begin')
      await visitor.open('/view/form')
      const [response] = await visitor.press('throw', { name: 'Eve' })
      assert.equal(response!.status, 500)
      await visitor.open('/look')
      assert.equal(visitor.html, 'Ada')
    })

    it('a login and a logout in an action change the cookie, and the page knows of them', async () => {
      await visitor.open('/begin')
      const before = visitor.cookie
      await visitor.open('/view/form')
      await visitor.press('log in', { name: 'ada' })
      assert.deepEqual([visitor.heading, visitor.cookie === before], ['ada', false])
      const thief = visitor.copy()
      await visitor.press('log out')
      assert.deepEqual([visitor.heading, visitor.cookie], ['', undefined])
      await thief.open('/view/form')
      assert.equal(thief.heading, '')
    })

    it('what a proxy sets is there in the page and in the route handler behind it', async () => {
      for (const what of ['page', 'headers']) {
        const guest = newVisitor()
        const [response] = await guest.open(`/view/look?proxy=${what}`)
        assert.equal(response!.headers.getSetCookie().length, 1)
        assert.match(guest.html, new RegExp(`page: (<!-- -->)?from the proxy ${what}`))
        await guest.open('/look')
        assert.equal(guest.html, `from the proxy ${what}`)
      }
      await visitor.open('/look-behind-proxy?proxy=page')
      assert.equal(visitor.html, 'from the proxy page')
    })

    it('a redirect of a proxy carries the cookie, and a proxy uses no message up that it does not read', async () => {
      await visitor.open('/begin')
      const [response] = await visitor.open('/view/look?proxy=redirect')
      assert.equal(response!.status, 307)
      assert.match(visitor.html, /page: (<!-- -->)?from the proxy redirect/)
      assert.equal(visitor.notice, 'welcome')
    })
  })
})
