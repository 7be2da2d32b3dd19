import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import expressSessions from 'express-session'
import type { ImportedSession } from 'coatcheck'
import { StoreError } from 'coatcheck'
import {
  type ExpressSessionOptions,
  expressSession,
  type ExpressStore,
  type IdImporterOptions,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'
import { expressCookie, oldSecret, pairOf, reactRouterStorage } from './old-cookies.ts'
import * as reactRouter from 'react-router'
import * as remix from '@remix-run/cookie'

const start = Date.UTC(2026, 10, 21)

const importers = {
  remixCookie: async (options: IdImporterOptions, id = 'id-1') => {
    const cookie = remix.createCookie('session', { secrets: [oldSecret] })
    return remixCookie(options).open(valueOf(await cookie.serialize(id)), [oldSecret])
  },
  reactRouterCookie: async (options: IdImporterOptions, id = 'id-1') => {
    const cookie = reactRouter.createCookie('session', { secrets: [oldSecret] })
    return reactRouterCookie(options).open(valueOf(await cookie.serialize(id)), [oldSecret])
  },
  expressSession: (options: ExpressSessionOptions, id = 'id-1') =>
    expressSession(options).open(valueOf(expressCookie(id)), [oldSecret]),
}

function valueOf(setCookie: string): string {
  return pairOf(setCookie).slice('session='.length)
}

for (const [name, open] of Object.entries(importers)) {
  describe(`${name} and the session of an id`, () => {
    it('asks for it by the id', async () => {
      const asked: string[] = []
      const load = (id: string) => {
        asked.push(id)
        return { values: { user: 'ada' }, flash: { notice: 'hello' } }
      }
      assert.deepEqual(await open({ load }), {
        value: 'id-1',
        session: { values: { user: 'ada' }, flash: { notice: 'hello' }, userId: undefined },
      })
      assert.deepEqual(asked, ['id-1'])
    })

    it('finds none where there is none, and where nobody looks', async () => {
      assert.deepEqual(await open({}), { value: 'id-1' })
      assert.deepEqual(await open({ load: () => undefined }), { value: 'id-1' })
      assert.deepEqual(await open({ load: async () => null }), { value: 'id-1' })
    })

    it('asks nobody about an id that is not authentic', async () => {
      const load = () => assert.fail('asked')
      const forged = { load, secrets: ['another'] }
      assert.equal(await open(forged), undefined)
    })

    it('says that the store failed, and why', async () => {
      const cause = new Error('ECONNREFUSED')
      for (const load of [
        () => Promise.reject(cause),
        () => {
          throw cause
        },
      ]) {
        await assert.rejects(open({ load }), (error: StoreError) => {
          assert.ok(error instanceof StoreError)
          assert.equal(error.operation, 'read')
          assert.equal(error.cause, cause)
          return true
        })
      }
      const known = new StoreError('list', cause)
      await assert.rejects(open({ load: () => Promise.reject(known) }), (error) => error === known)
    })

    it('says whose it is', async () => {
      const load = (userId?: string) => () => ({ values: { user: 42 }, ...(userId && { userId }) })
      const byValues = ({ user }: Record<string, any>) => user
      const owner = async (options: IdImporterOptions) => (await open(options))?.session?.userId
      assert.equal(await owner({ load: load() }), undefined)
      assert.equal(await owner({ load: load('ada') }), 'ada')
      assert.equal(await owner({ load: load(), userId: byValues }), '42')
      assert.equal(await owner({ load: load('ada'), userId: byValues }), 'ada')
      assert.equal(await owner({ load: load(), userId: () => '' }), null)
      assert.equal(await owner({ load: load(), userId: () => null }), null)
      assert.equal(await owner({ load: load(), userId: () => undefined }), null)
    })

    it('tells a developer who returns something else', async () => {
      const config = { code: 'ERR_SESSION_CONFIG' }
      for (const wrong of [{ user: 'ada' }, { values: [] }, { values: null }, 'ada']) {
        const load = () => wrong as unknown as ImportedSession
        await assert.rejects(open({ load }), config)
      }
    })

    it('takes no session if nobody can tell whose it is', async () => {
      const load = () => ({ values: { user: null } }) as ImportedSession
      const owners: ((values: any) => any)[] = [
        (values) => values.user.id,
        () => ({}),
        () => true,
        () => Symbol('ada'),
        async () => 'ada',
      ]
      for (const userId of owners) assert.equal(await open({ load, userId }), undefined)
      assert.ok((await open({ load, userId: (values) => values['user']?.id }))?.session)
    })
  })
}

describe('reactRouterCookie', () => {
  it('tells flash messages from values, in the cookie and in what is loaded', async () => {
    const flash = { notice: 'hello', '': 'nameless', 'two\nlines': 2 }
    const values = { user: 'ada', __flash_: 'no message', ___flash_x__: 'none either' }
    const setCookie = await reactRouterStorage.setCookie(values, { flash })
    const fromCookie = await reactRouterCookie().open(valueOf(setCookie), [oldSecret])
    assert.deepEqual(fromCookie?.session, { values, flash, userId: undefined })
    const data = JSON.parse(fromCookie.value)
    assert.equal(data.__flash_notice__, 'hello')
    const loaded = await importers.reactRouterCookie({ load: () => ({ values: data }) })
    assert.deepEqual(loaded?.session, { values, flash, userId: undefined })
  })
})

describe('expressSession with a store', () => {
  const cookie = { originalMaxAge: null as number | null, path: '/', expires: null as unknown }

  /** A store that has one session, or that fails. */
  function storeOf(session: unknown, error: unknown = null): Pick<ExpressStore, 'get'> {
    return { get: (_id, callback) => void setTimeout(() => callback(error, session as object)) }
  }

  const open = (session: unknown, error?: unknown) =>
    importers.expressSession({ store: storeOf(session, error), now: () => start })

  it('reads what express-session’s own store has, without the cookie', async () => {
    const store = new expressSessions.MemoryStore()
    const session = { cookie: { originalMaxAge: null }, passport: { user: 7 } }
    await new Promise<void>((resolve) => store.set('id-1', session, () => resolve()))
    const userId = (values: Record<string, any>) => values.passport?.user
    assert.deepEqual(await importers.expressSession({ store, userId }), {
      value: 'id-1',
      session: { values: { passport: session.passport }, flash: {}, userId: '7' },
    })
    assert.deepEqual(await importers.expressSession({ store, userId }, 'id-2'), { value: 'id-2' })
  })

  it('takes a session until it expires', async () => {
    const isThere = async (more: object) =>
      (await open({ cookie: { ...cookie, ...more }, user: 'ada' }))?.session !== undefined
    assert.equal(await isThere({}), true)
    for (const [expires, expected] of [
      [start + 1, true],
      [start, false],
    ] as const) {
      assert.equal(await isThere({ expires: new Date(expires) }), expected)
      assert.equal(await isThere({ expires: new Date(expires).toISOString() }), expected)
      assert.equal(await isThere({ expires, originalMaxAge: 60_000 }), expected)
    }
    assert.equal(await isThere({ expires: false, originalMaxAge: 60_000 }), true)
    assert.equal(await isThere({ originalMaxAge: -1 }), false)
    assert.equal(await isThere({ expires: 'some day' }), false)
    assert.deepEqual((await open({ user: 'ada' }))?.session?.values, { user: 'ada' })
  })

  it('finds none where the store says so', async () => {
    const absent = { value: 'id-1' }
    assert.deepEqual(await open(undefined), absent)
    assert.deepEqual(await open(null), absent)
    assert.deepEqual(
      await open(undefined, Object.assign(new Error('no file'), { code: 'ENOENT' })),
      absent,
    )
  })

  it('says that the store failed, whichever way it does', async () => {
    const failure = { code: 'ERR_SESSION_STORE' }
    await assert.rejects(open(undefined, new Error('ECONNREFUSED')), failure)
    await assert.rejects(open(undefined, 'down'), failure)
    const store: Pick<ExpressStore, 'get'> = {
      get() {
        throw new Error('closed')
      },
    }
    await assert.rejects(importers.expressSession({ store }), failure)
  })
})
