import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ServeOptions } from 'coatcheck'
import { listHeaders } from 'coatcheck/adapter'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, type Handle, type MakeServe, sessionCookie } from './entries.ts'
import { Visitor } from './visitor.ts'

function visit(serveWith: MakeServe, options: ServeOptions, handle: Handle): Visitor {
  const given = { cookie: sessionCookie(), storage: createMemorySessionStorage(), ...options }
  return new Visitor(serveWith(given, handle))
}

describeEntries('On a shared computer', (serveWith) => {
  it('without the options nothing is said of what a browser keeps', async () => {
    const visitor = visit(serveWith, {}, ({ url }, session) => {
      if (url.endsWith('/login')) session.login('ada')
      if (url.endsWith('/logout')) session.destroy()
      return new Response(session.userId)
    })
    await visitor.get('/login')
    assert.equal((await visitor.get('/')).headers.get('Cache-Control'), 'private')
    assert.equal((await visitor.get('/logout')).headers.get('Clear-Site-Data'), null)
  })

  it('a response that is kept as a constant takes nothing from a logout, nor from who is logged in', async () => {
    const done = new Response(null, { status: 204 })
    const options = { clearSiteData: true, noStore: true }
    const visitor = visit(serveWith, options, ({ url }, session) => {
      if (url.endsWith('/login')) session.login('ada')
      if (url.endsWith('/logout')) session.destroy()
      return session.userId === '' ? new Response() : done
    })
    await visitor.get('/login')
    assert.equal((await visitor.get('/')).headers.get('Cache-Control'), 'no-store')
    for (const time of ['first', 'second']) {
      const { headers } = await visitor.get('/logout')
      assert.equal(headers.get('Clear-Site-Data'), '"cache", "storage"', time)
    }
    assert.deepEqual(
      [done.headers.get('Clear-Site-Data'), done.headers.get('Cache-Control')],
      [null, null],
    )
  })

  it('caches that go by headers of their own keep no page of somebody who is logged in', async () => {
    const visitor = visit(serveWith, { noStore: true }, ({ url }, session) => {
      if (url.endsWith('/login')) session.login('ada')
      return new Response(session.userId, { headers: { 'CDN-Cache-Control': 'max-age=60' } })
    })
    await visitor.get('/login')
    const { headers } = await visitor.get('/')
    assert.deepEqual(
      [headers.get('Cache-Control'), headers.get('CDN-Cache-Control')],
      ['no-store', null],
    )
  })

  it('a list of headers has them, too', () => {
    const commit = { setCookies: [], vary: true, clearSiteData: true, noStore: true }
    assert.deepEqual(listHeaders(commit), [
      ['Clear-Site-Data', '"cache", "storage"'],
      ['Cache-Control', 'no-store'],
      ['Vary', 'Cookie'],
    ])
  })
})
