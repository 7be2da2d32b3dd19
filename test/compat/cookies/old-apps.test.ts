import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as remix from '@remix-run/cookie'
import { reactRouterCookie, remixCookie } from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { createSessionStorage } from 'coatcheck/compat/react-router'
import * as reactRouter from 'react-router'
import { ourSecret, pairOf } from './old-cookies.ts'

const secrets = [ourSecret]
const load = (id: string) => (id === 'id-1' ? { values: { user: 'ada' } } : undefined)

describe('An app whose sessions were only ids', () => {
  it('signed other things too, which are no sessions (Remix)', async () => {
    const typed = JSON.stringify({ i: 'x', d: [{ user: 'admin' }, {}] })
    const search = remix.createCookie('session', { secrets })
    const pair = pairOf(await search.serialize(typed))
    const accepting = (accept: ReturnType<typeof remixCookie>) =>
      createCookie('session', { secrets, accept: [accept] }).read(pair)
    assert.equal((await accepting(remixCookie({ load }))).imported, undefined)
    assert.deepEqual((await accepting(remixCookie())).imported?.values, { user: 'admin' })
  })

  it('signed other things too, which are no sessions (React Router)', async () => {
    const preferences = reactRouter.createCookie('session', { secrets })
    const pair = pairOf(await preferences.serialize({ theme: 'dark', user: 'admin' }))
    const cookie = createCookie('session', { secrets, accept: [reactRouterCookie({ load })] })
    assert.equal((await cookie.read(pair)).imported, undefined)
  })
})

describe('Several importers with one secret', () => {
  it('each find their sessions, in any order', async () => {
    const old = reactRouter.createCookieSessionStorage({ cookie: { name: 'session', secrets } })
    for (const accept of [
      [remixCookie(), reactRouterCookie()],
      [reactRouterCookie(), remixCookie()],
    ]) {
      const cookie = createCookie('session', { secrets, accept })
      for (let n = 0; n < 60; n++) {
        const session = await old.getSession()
        session.set('user', n)
        const pair = pairOf(await old.commitSession(session))
        assert.deepEqual((await cookie.read(pair)).imported?.values, { user: n })
      }
    }
  })
})

describe('A storage of four functions', () => {
  it('takes a session that was in an older cookie, and asks nobody for it', async () => {
    const records = new Map<string, object>()
    const old = reactRouter.createCookieSessionStorage({ cookie: { name: 'session', secrets } })
    const before = await old.getSession()
    before.set('user', 'ada')
    before.flash('notice', 'hello')
    const storage = createSessionStorage({
      cookie: createCookie('session', { secrets, accept: [reactRouterCookie()] }),
      async createData(data) {
        records.set('1', data)
        return '1'
      },
      readData: () => assert.fail('there is nothing to read'),
      updateData: () => assert.fail('there is nothing to update'),
      deleteData: () => assert.fail('there is nothing to delete'),
    })
    const session = await storage.getSession(pairOf(await old.commitSession(before)))
    assert.deepEqual([session.id, session.get('user'), session.get('notice')], ['', 'ada', 'hello'])
    await storage.commitSession(session)
    assert.deepEqual([...records], [['1', { user: 'ada' }]])
  })
})
