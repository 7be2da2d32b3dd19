import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { before, beforeEach, describe, it } from 'node:test'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import type { Guest } from './parts/guest.ts'
import { serveOwnWays } from './parts/own-ways.ts'

const fixture = builtFixture(async () => {
  const file = ofCasesApp('nuxt', '.output/server/index.mjs')
  const { listener } = (await import(file)) as { listener: RequestListener }
  return listener
})

describe('Nuxt', () => {
  before(() => build('nuxt'))

  describeAdapter('Nuxt', fixture)
  describeExample('Nuxt', () => startExample('nuxt', ['.output/server/index.mjs']))

  describe('pages that are rendered on the server', () => {
    const newVisitor = serveOwnWays(fixture)
    let visitor: Guest
    beforeEach(() => {
      visitor = newVisitor()
    })

    async function nameAfterwards(): Promise<string> {
      await visitor.open('/look')
      return visitor.html
    }

    it('share the session with the routes that they ask, and what these set is saved with the page', async () => {
      await visitor.open('/begin')
      await visitor.open('/view/look')
      assert.equal(visitor.heading, 'Ada welcome, 2 calls')
      await visitor.open('/view/look')
      assert.equal(visitor.heading, 'Ada , 4 calls')
      const stranger = newVisitor()
      const [response] = await stranger.open('/view/look')
      assert.equal(response!.headers.getSetCookie().length, 1)
      await stranger.open('/view/look')
      assert.equal(stranger.heading, ', 4 calls')
    })

    it('change the session', async () => {
      const [response] = await visitor.open('/view/set')
      assert.equal(response!.headers.getSetCookie().length, 1)
      assert.equal(await nameAfterwards(), 'Grace')
    })

    it('change the session before they lead elsewhere', async () => {
      const [response] = await visitor.open('/view/leave')
      assert.equal(response!.status, 302)
      assert.match(visitor.heading, /^Grace/)
    })

    it('have nothing saved if they throw', async () => {
      await visitor.open('/begin')
      const [response] = await visitor.open('/view/throw')
      assert.equal(response!.status, 500)
      assert.equal(await nameAfterwards(), 'Ada')
    })
  })
})
