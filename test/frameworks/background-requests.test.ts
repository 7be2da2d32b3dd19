import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { VisitOptions } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, secrets, setCookies, type MakeServe } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'
import { stoppedClock } from './watched-store.ts'

const idleTimeout = 900

function open(serveWith: MakeServe, touch: VisitOptions['touch'], maxAge?: number) {
  const clock = stoppedClock()
  const storage = createMemorySessionStorage({ now: clock.now, idleTimeout })
  const cookie = createCookie('session', { secrets: [secrets[0]!], maxAge })
  const serve = serveWith({ cookie, storage, touch }, ({ url }, session) => {
    if (url.endsWith('/login')) session.login('ada')
    if (url.endsWith('/poll/count')) session.update('n', (n) => (n ?? 0) + 1)
    return new Response(String(session.userId))
  })
  return { clock, visitor: new Visitor(serve, { jar: new CookieJar(clock.now) }) }
}

/** Whether the session is there after an idle timeout in which only such requests came. */
async function lives(
  serveWith: MakeServe,
  touch: VisitOptions['touch'],
  [path, headers = {}]: [path: string, headers?: Record<string, string>],
): Promise<boolean> {
  const { clock, visitor } = open(serveWith, touch)
  await visitor.get('/login')
  for (let i = 0; i < 3; i++) {
    clock.pass(idleTimeout / 3)
    await visitor.text(path, headers)
  }
  return (await visitor.text('/')) === 'ada'
}

const script = { 'Sec-Fetch-Dest': 'empty' }
const page = { 'Sec-Fetch-Dest': 'document' }

describeEntries('Requests that keep a session alive (ASVS 7.3.1)', (serveWith) => {
  it('are all requests by default', async () => {
    assert.equal(await lives(serveWith, undefined, ['/poll', script]), true)
  })

  it('are those for which the function touch returns true', async () => {
    const touch: VisitOptions['touch'] = ({ url, method, headers }) =>
      !new URL(url).pathname.startsWith('/poll') && method === 'GET' && !headers.get('x-auto')
    assert.equal(await lives(serveWith, touch, ['/']), true)
    assert.equal(await lives(serveWith, touch, ['/poll']), false)
    assert.equal(await lives(serveWith, touch, ['/poll/count']), false)
    assert.equal(await lives(serveWith, touch, ['/', { 'X-Auto': '1' }]), false)
  })

  it("are requests for pages with 'pages', and those of which nothing is known", async () => {
    assert.equal(await lives(serveWith, 'pages', ['/', page]), true)
    assert.equal(await lives(serveWith, 'pages', ['/']), true)
    assert.equal(await lives(serveWith, 'pages', ['/', script]), false)
    assert.equal(await lives(serveWith, 'pages', ['/', { 'Sec-Fetch-Dest': 'image' }]), false)
    const prefetch = { ...page, 'Sec-Purpose': 'prefetch' }
    assert.equal(await lives(serveWith, 'pages', ['/', prefetch]), false)
  })

  it('renew a cookie that the browser drops after maxAge, and no other requests do', async () => {
    const { clock, visitor } = open(serveWith, 'pages', 1000)
    await visitor.get('/login')
    clock.pass(101)
    assert.deepEqual(setCookies(await visitor.get('/', script)), [])
    assert.equal(setCookies(await visitor.get('/', page)).length, 1)
  })

  it('are told by a boolean: a promise is refused', async () => {
    const { visitor } = open(serveWith, (async () => true) as never)
    await assert.rejects(visitor.get('/'), { code: 'ERR_SESSION_CONFIG' })
  })

  it('are told by a function or a name: anything else is refused at construction', () => {
    for (const touch of [false, 'page', 5]) {
      assert.throws(() => open(serveWith, touch as never), { code: 'ERR_SESSION_CONFIG' })
    }
  })
})
