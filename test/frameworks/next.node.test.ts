import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { before, beforeEach, describe, it } from 'node:test'
import { createSessionCheck, type SessionVerdict } from 'coatcheck/accounts'
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
    const newVisitor = serveOwnWays(fixture, { looks: ['/look-behind-proxy'] })
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

  describe('with a check of the sessions that come', () => {
    let verdict: SessionVerdict = 'keep'
    const asked: string[] = []
    const check = createSessionCheck((session, { url }) => {
      asked.push(`${session.get('name')} at ${new URL(url).pathname}`)
      return session.get('name') === 'Grace' ? 'keep' : verdict
    })
    const newVisitor = serveOwnWays(fixture, { options: { check } })
    let visitor: Guest
    beforeEach(async () => {
      verdict = 'keep'
      visitor = newVisitor()
      await visitor.open('/begin')
      asked.length = 0
    })

    /** What a page without a proxy shows, and whether it has changed the cookie. */
    async function seen(guest: Guest) {
      const [response] = await guest.open('/view/form')
      const layout = /layout: (?:<!-- -->)?(\w*)/.exec(guest.html)?.[1]
      return [guest.heading, layout, guest.notice, response!.headers.getSetCookie()]
    }
    const nothing = ['', '', '', []]

    it('asks once for a page, without its path, and shows a session that is kept', async () => {
      assert.deepEqual(await seen(visitor), ['Ada', 'Ada', 'welcome', []])
      assert.deepEqual(asked, ['Ada at /'])
    })

    it('shows nothing of a session that a check ends, in all of a page, and it is over for every copy', async () => {
      const [thief, other] = [visitor.copy(), visitor.copy()]
      verdict = 'end'
      assert.deepEqual(await seen(visitor), nothing)
      verdict = 'keep'
      for (const guest of [visitor, thief]) assert.deepEqual(await seen(guest), nothing)
      assert.deepEqual(asked, ['Ada at /'])
      await other.open('/view/write')
      assert.equal(other.notice, 'ERR_SESSION_READ_ONLY')
    })

    it('leaves a cookie that stands for nothing where a session ended in a page, until a handler puts another in its place', async () => {
      const before = visitor.cookie
      verdict = 'end'
      await visitor.open('/view/form')
      await visitor.open('/look')
      assert.deepEqual([visitor.html, visitor.cookie === before], ['undefined', true])
      await visitor.open('/begin')
      assert.equal(visitor.cookie === before, false)
      assert.deepEqual(asked, ['Ada at /'])
    })

    it('ends a session in the proxy before the page, and the browser forgets the cookie with it', async () => {
      verdict = 'end'
      const [response] = await visitor.open('/view/look')
      assert.match(response!.headers.getSetCookie().join(), /^__Host-session=;/)
      assert.match(visitor.html, /layout: <[^]*page: <[^]*one session/)
      assert.deepEqual([visitor.notice, visitor.cookie], ['', undefined])
      assert.deepEqual(asked, ['Ada at /view/look'])
    })

    it('shows nothing of a session that a check refuses, and it lives on with its cookie and its messages', async () => {
      verdict = 'refuse'
      assert.deepEqual(await seen(visitor), nothing)
      verdict = 'keep'
      assert.deepEqual(await seen(visitor), ['Ada', 'Ada', 'welcome', []])
    })

    it('lets a page know that a step-up is needed', async () => {
      await visitor.open('/view/form')
      await visitor.press('log in', { name: 'ada' })
      await visitor.open('/view/doubt')
      assert.deepEqual([visitor.heading, visitor.notice], ['ada', 'false, none'])
      verdict = 'step-up'
      await visitor.open('/view/doubt')
      assert.deepEqual([visitor.heading, visitor.notice], ['ada', 'true, changed'])
    })

    it('renders no page where the check fails, and the session lives on', async () => {
      verdict = 'yes' as never
      const [response] = await visitor.open('/view/form')
      assert.equal(response!.status, 500)
      assert.doesNotMatch(visitor.html, /\bAda\b/)
      verdict = 'keep'
      assert.deepEqual(await seen(visitor), ['Ada', 'Ada', 'welcome', []])
    })

    it('puts what an action stores into a new session where the check ends the one that came, and the page shows that', async () => {
      await visitor.open('/view/form')
      const [thief, before] = [visitor.copy(), visitor.cookie]
      verdict = 'end'
      await visitor.press('stay', { name: 'Grace' })
      assert.deepEqual([visitor.heading, visitor.notice], ['Grace', 'after stay'])
      assert.notEqual(visitor.cookie, before)
      verdict = 'keep'
      await thief.open('/look')
      assert.equal(thief.html, 'undefined')
    })
  })
})
