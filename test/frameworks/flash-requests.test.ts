import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeEntries, sessionCookie, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

/*
 * Which requests use flash messages up, as a truth table.
 *   page    sees them; they are gone afterwards, seen or not
 *   script  sees them; those it read are gone afterwards
 *   none    does not see them, and leaves them
 */
type Kind = 'page' | 'script' | 'none'

const table: [kind: Kind, method: string, headers: Record<string, string>][] = [
  // Without Fetch Metadata every request counts as a page.
  ['page', 'GET', {}],
  ['page', 'POST', {}],
  ['page', 'PUT', {}],
  ['page', 'GET', { 'Sec-Fetch-Dest': '' }],
  // What shows a page.
  ['page', 'GET', { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate' }],
  ['page', 'POST', { 'Sec-Fetch-Dest': 'document' }],
  ['page', 'GET', { 'Sec-Fetch-Dest': 'iframe' }],
  ['page', 'GET', { 'Sec-Fetch-Dest': 'frame' }],
  ['page', 'GET', { 'Sec-Fetch-Dest': 'fencedframe' }],
  // A script's fetch: Turbo and htmx show pages with it.
  ['script', 'GET', { 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'cors' }],
  ['script', 'POST', { 'Sec-Fetch-Dest': 'empty' }],
  // Parts of a page.
  ['none', 'GET', { 'Sec-Fetch-Dest': 'image' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'style' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'script' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'font' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'video' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'manifest' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'serviceworker' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'object' }],
  ['none', 'GET', { 'Sec-Fetch-Dest': 'worker' }],
  // What nobody looks at, or not yet.
  ['none', 'HEAD', {}],
  ['none', 'HEAD', { 'Sec-Fetch-Dest': 'document' }],
  ['none', 'OPTIONS', {}],
  ['none', 'GET', { 'Sec-Purpose': 'prefetch', 'Sec-Fetch-Dest': 'document' }],
  ['none', 'GET', { 'Sec-Purpose': 'prefetch;prerender', 'Sec-Fetch-Dest': 'document' }],
  ['none', 'GET', { 'Sec-Purpose': 'prefetch;anonymous-client-ip', 'Sec-Fetch-Dest': 'document' }],
  ['none', 'GET', { 'Sec-Purpose': 'prefetch', 'Sec-Fetch-Dest': 'empty' }],
  ['none', 'GET', { Purpose: 'prefetch' }],
  ['none', 'GET', { Purpose: 'Prefetch', 'Sec-Fetch-Dest': 'document' }],
  ['none', 'GET', { 'X-Moz': 'prefetch' }],
  // Other purposes are none of ours.
  ['page', 'GET', { Purpose: 'preview' }],
]

const paths = ['seen', 'ignored'] as const

function open(serveWith: MakeServe) {
  const storage = watchedStorage()
  let saw: unknown
  const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
    const { pathname } = new URL(url)
    if (pathname === '/flash') session.flash('notice', 'saved')
    if (pathname === '/seen') saw = session.get('notice')
    if (pathname === '/has') saw = session.has('notice')
    return new Response(String(session.has('notice')))
  })
  return { storage, visitor: new Visitor(serve), saw: () => saw }
}

describeEntries('Flash messages are for the next page', (serveWith) => {
  for (const [kind, method, headers] of table) {
    const given = Object.entries(headers).map(([name, value]) => `${name}: ${value || '(empty)'}`)
    it(`${[method, ...given].join(', ')} is a request of kind ${kind}`, async () => {
      for (const path of paths) {
        const { storage, visitor, saw } = open(serveWith)
        await visitor.get('/flash')
        storage.calls.length = 0
        await visitor.fetch(`/${path}`, { method, headers })
        const isUsed = kind === 'page' || (kind === 'script' && path === 'seen')
        if (path === 'seen') assert.equal(saw(), kind === 'none' ? undefined : 'saved')
        assert.deepEqual(storage.calls, isUsed ? ['read', 'write'] : ['read'])
        assert.equal(await visitor.text('/has'), String(!isUsed))
      }
    })
  }

  it('has() shows a script that there is a message without using it up', async () => {
    const { visitor } = open(serveWith)
    await visitor.get('/flash')
    for (let i = 0; i < 2; i++) {
      assert.equal(await visitor.text('/has', { 'Sec-Fetch-Dest': 'empty' }), 'true')
    }
    assert.equal(await visitor.text('/has'), 'true')
    assert.equal(await visitor.text('/has'), 'false')
  })

  it('a prefetch that leaves a message itself replaces nothing of the one that waits', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
      const { pathname } = new URL(url)
      if (pathname === '/first') session.flash('first', 1)
      if (pathname === '/second') session.flash('second', 2)
      return Response.json([session.get('first') ?? 0, session.get('second') ?? 0])
    })
    const visitor = new Visitor(serve)
    await visitor.get('/first')
    assert.equal(await visitor.text('/second', { Purpose: 'prefetch' }), '[0,0]')
    assert.equal(await visitor.text('/'), '[1,2]')
    assert.equal(await visitor.text('/'), '[0,0]')
  })

  it('kept messages wait for one more page, all or by name', async () => {
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      ({ url }, session) => {
        const { pathname } = new URL(url)
        if (pathname === '/keep') session.keep('a')
        if (pathname === '/reflash') session.reflash()
        const texts = [session.get('a') ?? '', session.get('b') ?? '']
        if (pathname === '/flash') {
          session.flash('a', 'a')
          session.flash('b', 'b')
        }
        return new Response(texts.join(''))
      },
    )
    const visitor = new Visitor(serve)
    await visitor.get('/flash')
    assert.equal(await visitor.text('/reflash'), 'ab')
    assert.equal(await visitor.text('/keep'), 'ab')
    assert.equal(await visitor.text('/'), 'a')
    assert.equal(await visitor.text('/'), '')
  })
})
