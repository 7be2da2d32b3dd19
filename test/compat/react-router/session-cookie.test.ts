import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { createCookie as createOurCookie } from 'coatcheck/cookie'
import {
  createCookie,
  createMemorySessionStorage,
  createSessionStorage,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import process from 'node:process'
import * as reactRouter from 'react-router'
import {
  attributesOf,
  clears,
  kinds,
  secrets,
  seen,
  sentBack,
  tableStrategy,
  visit,
} from './kinds.ts'

async function firstHeader(storage: SessionStorage): Promise<string> {
  const session = await storage.getSession()
  return storage.commitSession(session)
}

async function attributes(cookie: object): Promise<Record<string, string | true>> {
  return attributesOf(await firstHeader(createMemorySessionStorage({ cookie })))
}

for (const { name, create } of kinds) {
  describe(`the cookie of a session (${name})`, () => {
    const cookies = [
      ['options', { name: 'sid', secrets }],
      ['our createCookie()', createCookie('sid', { secrets })],
      ['createCookie() of coatcheck/cookie', createOurCookie('sid', { secrets })],
      ['createCookie() of React Router', reactRouter.createCookie('sid', { secrets })],
    ] as const

    for (const [kind, cookie] of cookies) {
      it(`can be made by ${kind}`, async () => {
        const storage = create(cookie as { name: string })
        const first = await visit(storage, null, (session) => session.set('user', 'ada'))
        assert.match(first!, /^sid=/)
        const second = await visit(storage, first, (session) => session.flash('note', 'hello'))
        assert.deepEqual(await seen(storage, second), { user: 'ada', __flash_note__: 'hello' })

        assert.deepEqual(await seen(storage, `${second}x`), {})
        assert.deepEqual(await seen(storage, second!.replace('sid', '__session')), {})
        const session = await storage.getSession(second)
        const cleared = await storage.destroySession(session)
        assert.ok(clears(cleared), cleared)
        assert.match(cleared, /^sid=/)
      })
    }

    it('is named __session if nobody names it', async () => {
      assert.match(await firstHeader(create()), /^__session=/)
    })

    it('is written and read with its own encoding, or the one given each time', async () => {
      const encode = (text: string) => [...text].toReversed().join('')
      const storage = create({ secrets, encode, decode: encode })
      const session = await storage.getSession()
      session.set('user', 'ada')
      const cookie = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      const plain = create({ secrets })
      const other = await plain.getSession()
      other.set('user', 'eve')
      const reversed = sentBack(await plain.commitSession(other, { encode }))
      assert.deepEqual(await seen(plain, reversed), {})
      assert.deepEqual((await plain.getSession(reversed, { decode: encode })).data, { user: 'eve' })
    })

    it('is cleared where it was set', async () => {
      const storage = create({ secrets, path: '/app', domain: 'example.com', priority: 'high' })
      const session = await storage.getSession(await visit(storage, null))
      const set = attributesOf(await storage.commitSession(session))
      const options = { maxAge: 60, expires: new Date(Date.now() + 60_000), secure: true }
      const cleared = await storage.destroySession(session, options)
      assert.ok(clears(cleared), cleared)
      const { expires: _, 'max-age': age, secure, ...rest } = attributesOf(cleared)
      assert.deepEqual(rest, set)
      assert.ok(age === undefined || age === '0')
      assert.equal(secure, true)
      assert.equal(sentBack(cleared), null)
    })
  })
}

describe('an encoding that makes what is no cookie', () => {
  it('is an error', async () => {
    const storage = createMemorySessionStorage({ cookie: { secrets, encode: () => 'a b' } })
    const session = await storage.getSession()
    await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_CONFIG' })
  })
})

describe('the attributes of a session’s cookie', () => {
  const { NODE_ENV } = process.env

  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = NODE_ENV
  })

  it('hide it from scripts, unless its options say otherwise', async () => {
    assert.equal((await attributes({ secrets }))['httponly'], true)
    assert.equal((await attributes(createCookie('sid', { secrets })))['httponly'], true)
    assert.equal((await attributes({ secrets, httpOnly: undefined }))['httponly'], true)
    assert.equal((await attributes({ secrets, httpOnly: false }))['httponly'], undefined)
    const visible = createCookie('sid', { secrets, httpOnly: false })
    assert.equal((await attributes(visible))['httponly'], undefined)
  })

  it('keep it to https in production, unless its options say otherwise', async () => {
    process.env['NODE_ENV'] = 'production'
    assert.equal((await attributes({ secrets }))['secure'], true)
    assert.equal((await attributes(createCookie('sid', { secrets })))['secure'], true)
    assert.equal((await attributes({ secrets, secure: undefined }))['secure'], true)
    assert.equal((await attributes({ secrets, secure: false }))['secure'], undefined)
    process.env['NODE_ENV'] = 'development'
    assert.equal((await attributes({ secrets }))['secure'], undefined)
    assert.equal((await attributes({ secrets, secure: true }))['secure'], true)
  })

  it('are never such that browsers refuse it', async () => {
    process.env['NODE_ENV'] = 'development'
    assert.equal((await attributes({ secrets, name: '__Host-sid' }))['secure'], true)
    assert.equal((await attributes({ secrets, sameSite: 'none' }))['secure'], true)
    assert.equal((await attributes({ secrets, partitioned: true }))['secure'], true)
  })

  it('of a cookie that somebody else made are his, and cleared where he is told', async () => {
    const cookie = reactRouter.createCookie('sid', { secrets, path: '/app' })
    const storage = createMemorySessionStorage({ cookie })
    const cleared = await storage.destroySession(await storage.getSession(), { path: '/other' })
    assert.equal(attributesOf(cleared)['path'], '/other')
    assert.equal(
      attributesOf(await storage.destroySession(await storage.getSession()))['path'],
      '/app',
    )
  })

  it('of a cookie that somebody else made are only his', async () => {
    assert.deepEqual(await attributes(reactRouter.createCookie('sid', { secrets })), {
      path: '/',
      samesite: 'Lax',
    })
  })

  it('can be given with each commit', async () => {
    const storage = createMemorySessionStorage({ cookie: { secrets, priority: 'low' } })
    const given = { path: '/app', sameSite: true, httpOnly: false, priority: 'high' } as const
    const header = await storage.commitSession(await storage.getSession(), given)
    assert.deepEqual(attributesOf(header), { path: '/app', samesite: 'Strict', priority: 'High' })
    assert.equal(attributesOf(await firstHeader(storage))['priority'], 'Low')
  })

  it('are checked before anything is stored', async () => {
    const { strategy, calls } = tableStrategy()
    const storages = [
      createMemorySessionStorage({ cookie: { secrets } }),
      createSessionStorage({ cookie: { secrets }, ...strategy }),
      createMemorySessionStorage({ cookie: reactRouter.createCookie('sid', { secrets }) }),
    ]
    for (const storage of storages) {
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      calls.length = 0
      for (const wrong of [
        { maxAge: Number.NaN },
        { maxAge: Number.POSITIVE_INFINITY },
        { maxAge: 0.5 },
        { expires: new Date(Number.NaN) },
        // What else is wrong with it, a cookie that React Router made finds out by itself.
        ...(cookie!.startsWith('sid=') ? [] : [{ path: 'nowhere' }, { priority: 'top' as 'high' }]),
      ]) {
        const session = await storage.getSession(cookie)
        session.set('user', 'eve')
        await assert.rejects(storage.commitSession(session, wrong), { code: 'ERR_SESSION_CONFIG' })
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
      }
      assert.deepEqual(
        calls.filter((call) => call !== 'read'),
        [],
      )
    }
  })
})
