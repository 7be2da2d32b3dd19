import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { AdapterApp } from 'coatcheck/testing'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import { Guest } from './parts/guest.ts'

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
    let server: { origin: string; close(): Promise<void> }
    let visitor: Guest

    const handlers: AdapterApp['handlers'] = {
      '/begin': (session: Session) => {
        session.set('name', 'Ada')
        session.flash('notice', 'welcome')
        return { text: 'ok' }
      },
      '/look': (session: Session) => ({ text: String(session.get('name')) }),
    }

    before(async () => {
      const cookie = createCookie('__Host-session', {
        secrets: ['only for this test: 9vKq-Ep3xTz0wLm5'],
      })
      const storage = createMemorySessionStorage()
      server = await fixture.start({ cookie, storage, handlers } as AdapterApp)
    })
    after(() => server?.close())
    beforeEach(() => {
      visitor = new Guest(server.origin, 'browser')
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
      const stranger = new Guest(server.origin, 'browser')
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
