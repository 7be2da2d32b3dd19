import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRouter, type Middleware } from '@remix-run/fetch-router'
import { Session as RemixSession } from '@remix-run/session'
import { createSession, Session, type Cookie, type SessionStorage } from 'coatcheck'
import { session as bothKeys } from 'coatcheck/compat/remix'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/fetch-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { secrets, sessionCookie } from './entries.ts'
import { Visitor } from './visitor.ts'

type MakeMiddleware = (cookie: Cookie, storage: SessionStorage) => Middleware<any>

const entries: [string, MakeMiddleware, object[]][] = [
  ['coatcheck/fetch-router', (...options) => session(...options), [Session]],
  ['coatcheck/compat/remix', (...options) => bothKeys(...options), [Session, RemixSession]],
]
const isReplaced = { name: 'SessionError', code: 'ERR_SESSION_NESTED' }

for (const [name, make, keys] of entries) {
  describe(`a session in the place of the request’s (${name})`, () => {
    for (const key of keys) {
      const label = key === Session ? 'our key' : 'Remix’s key'

      it(`fails the request, because nothing would save it (${label})`, async () => {
        const middleware = [make(sessionCookie(), createMemorySessionStorage())]
        const router = createRouter({ middleware })
        router.post('/login', (context: any) => {
          const fresh = key === Session ? createSession() : new RemixSession()
          fresh.set('user', 'ada')
          context.set(key, fresh)
          return new Response('Welcome')
        })
        router.get('/', (context: any) => new Response(String(context.get(Session).get('user'))))
        const visitor = new Visitor((request) => router.fetch(request))
        await assert.rejects(visitor.post('/login'), isReplaced)
        assert.equal(await visitor.text(), 'undefined')
      })
    }

    it('is fine where a middleware with another cookie puts its own there', async () => {
      const visits = createCookie('visits', { secrets: [secrets[0]!] })
      const storage = createMemorySessionStorage()
      const seen: unknown[] = []
      const between: Middleware = async (context: any, next) => {
        const mine = context.get(Session)
        const response = await next().catch((error: Error) => new Response(error.message))
        seen.push(mine === context.get(Session), context.session === mine)
        mine.set('last', new URL(context.request.url).pathname)
        return response
      }
      const router = createRouter({
        middleware: [make(sessionCookie(), storage), between, make(visits, storage)],
      })
      router.get('/', (context: any) => {
        const current = context.get(Session)
        const n = current.update('n', (before: number | undefined) => (before ?? 0) + 1)
        return Response.json([n, current.get('last') ?? null])
      })
      router.get('/error', () => {
        throw new Error('out of tea')
      })
      const visitor = new Visitor((request) => router.fetch(request))
      assert.equal(await visitor.text(), '[1,null]')
      assert.equal(await visitor.text('/error'), 'out of tea')
      assert.equal(await visitor.text(), '[2,null]')
      assert.deepEqual(
        seen,
        Array.from({ length: 6 }, () => true),
      )
      assert.notEqual(visitor.jar.value('session'), undefined)
    })
  })
}
