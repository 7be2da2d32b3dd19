import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionId, isCookie, type SessionEvent, type SessionStore } from 'coatcheck'
import { toReactRouterStorage } from 'coatcheck/compat/react-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { native, secretA, web } from '../cookie/cookie-paths.ts'

const url = 'https://shop.example/'

/** A cookie of one copy of the package, middleware of one, and a storage of another. */
describe('two copies of the package in one process', () => {
  const cookie = web.createCookie('session', { secrets: [secretA] })

  it('keep every promise for a session of the other', async () => {
    const storage = web.createMemorySessionStorage()
    const { withSession } = native
    let late: { set(key: string, value: unknown): void } | undefined
    const app = withSession({ cookie, storage }, (request, session) => {
      late = session
      if (request.url.endsWith('/fail')) {
        session.login('ada')
        throw new Error('later')
      }
      return new Response(String(session.update('n', (n) => Number(n ?? 0) + 1)))
    })
    const pair = (await app(new Request(url))).headers.getSetCookie()[0]!.split(';')[0]!
    assert.throws(() => late!.set('b', 1), { code: 'ERR_SESSION_COMMITTED' })
    const headers = { cookie: pair }
    await assert.rejects(app(new Request(`${url}fail`, { headers })), /later/)
    assert.equal(await (await app(new Request(url, { headers }))).text(), '1')
  })

  it('tell of bad cookies and of nested middleware', async () => {
    const events: SessionEvent[] = []
    const onEvent = (event: SessionEvent) => events.push(event)
    const storage = web.createMemorySessionStorage({ onEvent })
    const inner = web.withSession({ cookie, storage }, () => new Response())
    const outer = native.withSession({ cookie, storage }, (request) => inner(request))
    const headers = { cookie: 'session=forged' }
    await assert.rejects(outer(new Request(url, { headers })), { code: 'ERR_SESSION_NESTED' })
    assert.ok(events.some(({ type }) => type === 'tampered'))
  })

  it('answer with 503 when a store of the other fails', async () => {
    const away = async () => Promise.reject(new Error('away'))
    const store: SessionStore = { read: away, write: away, delete: away }
    const storage = web.createSessionStorage(store, { onEvent: () => {} })
    const app = native.withSession({ cookie, storage }, (_, session) => {
      session.set('a', 1)
      return new Response()
    })
    assert.equal((await app(new Request(url))).status, 503)
  })

  it('serve React Router with a cookie of the other', async () => {
    const { getSession, commitSession } = toReactRouterStorage(cookie, createMemorySessionStorage())
    const session = await getSession()
    session.set('a', 1)
    const [pair] = (await commitSession(session)).split(';')
    assert.equal((await getSession(pair)).get('a'), 1)
  })

  it('tell of a mistake in the set-up of a store of the other as what it is', async () => {
    let mistake: unknown
    try {
      web.createCookie('')
    } catch (error) {
      mistake = error
    }
    const fail = async () => Promise.reject(mistake)
    const storage = native.createSessionStorage({ read: fail, write: fail, delete: fail })
    await assert.rejects(storage.read(createSessionId()), { code: 'ERR_SESSION_CONFIG' })
  })

  it('refuse what another major version made', () => {
    const storage = native.createMemorySessionStorage()
    const other = { ...native.createCookie('session'), [Symbol.for('coatcheck/cookie')]: 99 }
    const make = () => native.withSession({ cookie: other as never, storage }, () => new Response())
    assert.throws(make, { code: 'ERR_SESSION_CONFIG', message: /another major version/ })
    assert.equal(isCookie(other), false)
  })
})
