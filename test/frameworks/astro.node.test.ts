import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { before, describe, it } from 'node:test'
import type { Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

const fixture = builtFixture(async () => {
  const { handler } = (await import(ofCasesApp('astro', 'dist/server/entry.mjs'))) as {
    handler: RequestListener
  }
  return handler
})

describe('Astro', () => {
  before(() => build('astro'))

  describeAdapter('Astro', fixture)
  describeExample('Astro', () => startExample('astro', ['dist/server/entry.mjs']))

  it('forgets what a page has set that throws', async () => {
    const cookie = createCookie('__Host-session', {
      secrets: ['only for this test: 9vKq-Ep3xTz0wLm5'],
    })
    const storage = createMemorySessionStorage()
    const handlers = {
      '/begin': (session: Session) => {
        session.set('name', 'Ada')
        return { text: 'ok' }
      },
      '/look': (session: Session) => ({ text: String(session.get('name')) }),
    }
    const server = await fixture.start({ cookie, storage, handlers } as Parameters<
      typeof fixture.start
    >[0])
    try {
      const begin = await fetch(`${server.origin}/begin`)
      const headers = { Cookie: begin.headers.getSetCookie()[0]!.split(';')[0]! }
      const thrown = await fetch(`${server.origin}/page/throw`, { headers })
      assert.equal(thrown.status, 500)
      assert.equal(await (await fetch(`${server.origin}/look`, { headers })).text(), 'Ada')
    } finally {
      await server.close()
    }
  })
})
