import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage as createCoreCookieStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import {
  createCookieSessionStorage,
  createFileSessionStorage,
  createMemorySessionStorage,
  createSessionStorage,
  toReactRouterStorage,
  type CookieOptions,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { secrets, seen, sentBack, tableStrategy, visit } from './kinds.ts'

describe('toReactRouterStorage()', () => {
  it('shares sessions with middleware that has the same cookie and storage', async () => {
    const cookie = createCookie('sid', { secrets })
    for (const core of [createCoreStorage(), createCoreCookieStorage()]) {
      const storage: SessionStorage = toReactRouterStorage(cookie, core)
      const fetch = withSession({ cookie, storage: core }, (_, session) => {
        session.set('theme', 'dark')
        return Response.json([session.get('user'), session.userId])
      })
      const session = await storage.getSession()
      session.set('user', { name: 'Ada' })
      const known = sentBack(await storage.commitSession(session, { login: 'ada' }))!
      const response = await fetch(new Request('http://localhost/', { headers: { Cookie: known } }))
      assert.deepEqual(await response.json(), [{ name: 'Ada' }, 'ada'])
      const [set] = response.headers.getSetCookie()
      const next = await storage.getSession(set === undefined ? known : sentBack(set))
      assert.deepEqual(next.data, { user: { name: 'Ada' }, theme: 'dark' })
    }
  })

  it('keeps what that storage’s codec can keep', async () => {
    const codec = {
      encode: (value: unknown) => (value instanceof Map ? { map: [...value] } : { value }),
      decode: (stored: any) => (stored.map ? new Map(stored.map) : stored.value),
    }
    const storage: SessionStorage = toReactRouterStorage({ secrets }, createCoreStorage({ codec }))
    const known = await visit(storage, null, (session) => {
      session.set('map', new Map([[1, 2]]))
      session.set('same', new Map([[0, 0]]))
    })
    const session = await storage.getSession(known)
    await visit(storage, known, (other) => other.get('same').set(5, 6))
    session.get('map').set(3, 4)
    await storage.commitSession(session)
    const map = new Map([
      [1, 2],
      [3, 4],
    ])
    const same = new Map([
      [0, 0],
      [5, 6],
    ])
    assert.deepEqual(await seen(storage, known), { map, same })
  })

  it('passes on what that storage does not allow', async () => {
    const core = createCoreStorage({ maxBytes: 1024 })
    const storage: SessionStorage = toReactRouterStorage({ secrets }, core)
    const session = await storage.getSession()
    session.set('big', 'x'.repeat(2000))
    await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_TOO_LARGE' })
  })
})

describe('createFileSessionStorage()', () => {
  it('keeps sessions for every storage on that directory, of this process and of others', async () => {
    const options = { dir: path.join(temporaryFolder(), 'made', 'for', 'it'), cookie: { secrets } }
    const known = await visit(createFileSessionStorage(options), null, (session) =>
      session.set('user', 'ada'),
    )
    const other: SessionStorage = createFileSessionStorage(options)
    assert.deepEqual(await seen(other, known), { user: 'ada' })
    await other.destroySession(await other.getSession(known))
    assert.deepEqual(await seen(createFileSessionStorage(options), known), {})
  })

  it('says with each call that a directory cannot be used', async () => {
    const file = path.join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const storage: SessionStorage = createFileSessionStorage({ dir: file, cookie: { secrets } })
    const memory: SessionStorage = createMemorySessionStorage({ cookie: { secrets } })
    const session = await memory.getSession()
    const error = { code: 'ERR_SESSION_CONFIG', message: /cannot be kept in/ }
    await assert.rejects(storage.getSession(), error)
    await assert.rejects(storage.commitSession(session), error)
    await assert.rejects(storage.destroySession(session), error)
  })
})

describe('cookies of another library', () => {
  /** An importer as in `coatcheck/compat/cookies`, with a format that is easy to write. */
  const accept: CookieOptions['accept'] = [
    {
      async open(text) {
        if (!text.startsWith('old-')) return undefined
        return {
          value: text,
          session: {
            values: { user: text.slice(4), cart: ['hat'] },
            flash: { note: 'hello' },
            userId: 'ada',
          },
        }
      },
    },
  ]

  const makers: [string, () => SessionStorage][] = [
    ['cookie', () => createCookieSessionStorage({ cookie: { secrets, accept } })],
    ['memory', () => createMemorySessionStorage({ cookie: { secrets, accept } })],
    [
      'strategy',
      () => createSessionStorage({ cookie: { secrets, accept }, ...tableStrategy().strategy }),
    ],
  ]
  it('say whose session it is, where there are lists', async () => {
    const core = createCoreStorage()
    const storage: SessionStorage = toReactRouterStorage({ secrets, accept }, core)
    await visit(storage, '__session=old-ada')
    assert.equal((await core.sessionsOf('ada')).length, 1)
  })

  for (const [kind, create] of makers) {
    it(`are accepted where the options say so, messages and all (${kind})`, async () => {
      const storage = create()
      const old = '__session=old-ada'
      const session = await storage.getSession(old)
      assert.equal(session.id, '')
      assert.equal(session.get('note'), 'hello')
      assert.equal(session.get('note'), undefined)
      session.get('cart').push('coat')
      session.unset('user')
      const known = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, known), { cart: ['hat', 'coat'] })
      const expected = { user: 'ada', cart: ['hat'], __flash_note__: 'hello' }
      assert.deepEqual(await seen(storage, old), expected)
      assert.deepEqual(await seen(storage, await visit(storage, old)), expected)
    })

    // Four functions may be able to keep a Map.
    if (kind === 'strategy') continue
    it(`are accepted again when the first commit failed (${kind})`, async () => {
      const storage = create()
      const session = await storage.getSession('__session=old-ada')
      session.set('bad', new Map())
      await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_VALUE' })
      session.unset('bad')
      const known = sentBack(await storage.commitSession(session))
      const expected = { user: 'ada', cart: ['hat'], __flash_note__: 'hello' }
      assert.deepEqual(await seen(storage, known), expected)
    })
  }
})
