import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeEntries, sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

/** A response that no `instanceof` knows: of another realm, or of another implementation. */
function foreignResponse(body: unknown, init: { status: number; location?: string }): Response {
  const headers = new Headers(init.location === undefined ? {} : { Location: init.location })
  return { status: init.status, statusText: '', ok: false, headers, body } as unknown as Response
}

describeEntries('A response of another realm', (serveWith) => {
  for (const how of ['returned', 'thrown'] as const) {
    it(`carries the login when it is ${how}`, async () => {
      const serve = serveWith(
        { cookie: sessionCookie(), storage: watchedStorage() },
        ({ url }, session) => {
          if (!url.endsWith('/login')) return new Response(String(session.userId))
          session.login('ada')
          const response = foreignResponse(null, { status: 302, location: '/account' })
          if (how === 'thrown') throw response
          return response
        },
      )
      const visitor = new Visitor(serve)
      const response = await visitor.get('/login')
      assert.equal(response.status, 302)
      assert.equal(response.headers.get('Location'), '/account')
      assert.equal(setCookies(response).length, 1)
      assert.equal(await visitor.text(), 'ada')
    })
  }

  it('does not hide that saving failed, whatever its body’s cancel() returns', async () => {
    const cancels = [
      () => undefined,
      () => {
        throw new Error('no')
      },
      () => Promise.reject(new Error('no')),
      undefined,
    ]
    for (const cancel of cancels) {
      const storage = watchedStorage()
      storage.broken.add('write')
      const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
        session.set('a', 1)
        return foreignResponse({ cancel }, { status: 200 })
      })
      assert.equal((await new Visitor(serve).get()).status, 503)
    }
  })
})
