import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CookieOptions, type SessionStorage, timeouts } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, secrets, setCookies, type MakeServe } from './entries.ts'
import { CookieJar } from './jar.ts'
import { Visitor } from './visitor.ts'
import { stoppedClock } from './watched-store.ts'

const hour = 3600
const month = 30 * 24 * hour

type MakeStorage = (options: {
  now: () => number
  idleTimeout: number
  absoluteTimeout: number
  persistent: { idleTimeout: number; absoluteTimeout: number }
}) => SessionStorage

function open(serveWith: MakeServe, makeStorage: MakeStorage, attributes: CookieOptions = {}) {
  const clock = stoppedClock()
  const persistent = { idleTimeout: month, absoluteTimeout: month }
  const storage = makeStorage({ now: clock.now, ...timeouts.aal2, persistent })
  const cookie = createCookie('session', { secrets: [secrets[0]!], ...attributes })
  const serve = serveWith({ cookie, storage }, async ({ url }, session) => {
    const { pathname, searchParams } = new URL(url)
    const until = searchParams.get('until')
    if (pathname === '/login') session.login('ada', until === null ? {} : { until: Number(until) })
    if (pathname === '/rotate') session.regenerateId()
    const stay = searchParams.get('stay')
    if (stay !== null) session.persist(stay === 'true')
    if (searchParams.has('save')) await storage.save(session)
    return new Response(String(session.userId))
  })
  const jar = new CookieJar(clock.now)
  const visitor = new Visitor(serve, { jar })
  /** What the response says of the cookie's age: nothing, if it has none; undefined, if it is not sent. */
  const age = async (path: string): Promise<string | undefined> => {
    const [line] = setCookies(await visitor.get(path))
    return line === undefined ? undefined : (/Max-Age=\d+|Expires=[^;]+/.exec(line)?.[0] ?? '')
  }
  return { clock, visitor, age }
}

const storages: Record<string, MakeStorage> = {
  'memory storage': createMemorySessionStorage,
  'cookie storage': createCookieSessionStorage,
}

describeEntries('A visitor who wants to stay logged in', (serveWith) => {
  for (const [name, makeStorage] of Object.entries(storages)) {
    it(`has a cookie until the absolute end, with each Set-Cookie, in ${name}`, async () => {
      const { clock, age, visitor } = open(serveWith, makeStorage)
      assert.equal(await age('/login'), '')
      clock.pass(hour / 2)
      assert.equal(await visitor.text('/'), 'ada')
      assert.equal(await age('/?stay=true'), `Max-Age=${month - hour / 2}`)
      clock.pass(24 * hour)
      assert.equal(await age('/rotate'), `Max-Age=${month - 24.5 * hour}`)
      clock.pass(24 * hour)
      assert.equal(await age('/login'), `Max-Age=${month}`)
      clock.pass(month - 1)
      assert.equal(await visitor.text('/'), 'ada')
      clock.pass(1)
      assert.equal(await visitor.text('/'), 'undefined')
    })

    it(`has a cookie of the browser's session again after persist(false), in ${name}`, async () => {
      for (const attributes of [{}, { maxAge: hour }, { expires: new Date(8e12) }]) {
        const { clock, age, visitor } = open(serveWith, makeStorage, attributes)
        await age('/login?stay=true')
        assert.equal(await age('/?stay=false'), '')
        assert.equal(await age('/login'), '')
        clock.pass(hour - 1)
        // That is no cookie which has to be renewed.
        assert.equal(await visitor.text('/'), 'ada')
        clock.pass(hour)
        assert.equal(await visitor.text('/'), 'undefined')
      }
    })
  }

  it('has a cookie that lives as it was made to, if it has an age', async () => {
    const { clock, age } = open(serveWith, createMemorySessionStorage, { maxAge: 1000 })
    assert.equal(await age('/login?stay=true'), 'Max-Age=1000')
    clock.pass(99)
    assert.equal(await age('/'), undefined)
    clock.pass(1)
    assert.equal(await age('/'), 'Max-Age=1000')
    // What has no age any more need not be renewed.
    assert.equal(await age('/?stay=false'), '')
    clock.pass(100)
    assert.equal(await age('/'), undefined)
  })

  it('gets the cookie once, and also where the handler saves by itself', async () => {
    const { age } = open(serveWith, createMemorySessionStorage)
    await age('/login')
    assert.equal(await age('/?stay=true&save'), `Max-Age=${month}`)
    assert.equal(await age('/?stay=true'), undefined)
    assert.equal(await age('/'), undefined)
    assert.equal(await age('/?stay=false&save'), '')
  })

  it('has no cookie that outlives the session, however late an end the login has named', async () => {
    const { age } = open(serveWith, createMemorySessionStorage)
    assert.equal(await age('/login?stay=true&until=9e15'), `Max-Age=${month}`)
  })

  it('is nobody who has no session', async () => {
    const { age } = open(serveWith, createMemorySessionStorage)
    assert.equal(await age('/?stay=true'), undefined)
  })
})
