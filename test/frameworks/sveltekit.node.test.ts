import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { before, describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { Session } from 'coatcheck'
import { build, builtFixture, ofCasesApp, startExample } from './parts/built-app.ts'
import { describeAdapter } from './parts/describe-adapter.ts'
import { describeExample } from './parts/describe-example.ts'

const fixture = builtFixture(async () => {
  const { handler } = (await import(ofCasesApp('sveltekit', 'build/handler.js'))) as {
    handler: RequestListener
  }
  return handler
})

describe('SvelteKit', () => {
  before(() => build('sveltekit'))

  describeAdapter('SvelteKit', fixture)
  describeExample('SvelteKit', () => startExample('sveltekit', ['build'], 'https'))

  describe('a later hook', () => {
    const cookie = createCookie('__Host-session', {
      secrets: ['only for this test: 9vKq-Ep3xTz0wLm5'],
    })
    const storage = createMemorySessionStorage()

    async function visit(path: string) {
      const looking = { '/look': (session: Session) => ({ text: String(session.get('name')) }) }
      const app = { cookie, storage, handlers: looking }
      const server = await fixture.start(app as Parameters<typeof fixture.start>[0])
      try {
        const response = await fetch(server.origin + path, { redirect: 'manual' })
        const [line = ''] = response.headers.getSetCookie()
        const headers = { Cookie: line.split(';')[0]! }
        const look = await fetch(`${server.origin}/look`, { headers })
        return { status: response.status, line, name: await look.text() }
      } finally {
        await server.close()
      }
    }

    it('that redirects has the session saved, and its cookie sent whole', async () => {
      const { status, line, name } = await visit('/hook/redirect')
      assert.deepEqual([status, name], [303, '/hook/redirect'])
      const [, ...attributes] = line.split('; ')
      assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
    })

    it('that throws an error leaves nothing behind', async () => {
      assert.deepEqual(await visit('/hook/error'), { status: 403, line: '', name: 'undefined' })
    })
  })
})
