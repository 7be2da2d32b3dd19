import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import expressSessions from 'express-session'
import { expressSession } from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { expressCookie, ourSecret, pairOf } from './old-cookies.ts'

/** What connect.sid is signed with: the first signs, as with us. */
const secret = ['keyboard cat', 'an older one']

describe('A cookie that the middleware of express-session sent', () => {
  const store = new expressSessions.MemoryStore()
  const middleware = expressSessions({ secret, store, resave: false, saveUninitialized: false })
  const server = createServer((request, response) => {
    const visit: typeof request & { session?: any; sessionID?: string } = request
    middleware(visit as never, response as never, () => {
      visit.session.user = 'ada'
      response.end(visit.sessionID)
    })
  })
  let url = ''
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  it('is one as these tests make them', async () => {
    const response = await fetch(url)
    const [setCookie] = response.headers.getSetCookie()
    const made = pairOf(expressCookie(await response.text(), secret[0]))
    assert.equal(pairOf(setCookie!), made.replace('session=', 'connect.sid='))
  })

  it('brings its session, which ends as ours do', async () => {
    const pair = pairOf((await fetch(url)).headers.getSetCookie()[0]!)
    const cookie = createCookie('connect.sid', {
      secrets: [ourSecret],
      accept: [expressSession({ secrets: secret, store })],
    })
    const storage = createMemorySessionStorage()
    const serve = withSession({ cookie, storage }, ({ url }, session) => {
      if (url.endsWith('/logout')) session.destroy()
      return Response.json(session.data[0])
    })
    const send = (path: string, Cookie: string) =>
      serve(new Request(`https://shop.example${path}`, { headers: { Cookie } }))
    const response = await send('/', pair)
    assert.deepEqual(await response.json(), { user: 'ada' })
    const ours = pairOf(response.headers.getSetCookie()[0]!)
    assert.deepEqual(await (await send('/', ours)).json(), { user: 'ada' })
    assert.match((await send('/logout', ours)).headers.getSetCookie()[0]!, /^connect\.sid=;/)
    assert.deepEqual(await (await send('/', ours)).json(), {})
  })
})
