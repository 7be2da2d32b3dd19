import { equal, ok, same } from '../expect.ts'
import type { Session } from '../../core/session/session.ts'
import { type AdapterApp, type AdapterCase, withApp } from './app.ts'

const handlers: AdapterApp['handlers'] = {
  '/begin': (session: Session) => {
    session.set('name', 'Ada')
    session.flash('notice', 'welcome')
    return { text: 'ok' }
  },
  '/throw': (session: Session) => {
    session.set('name', 'Eve')
    session.get('notice')
    throw new Error('a mistake in the app')
  },
  '/end': (session: Session) => {
    session.destroy()
    throw new Error('a mistake in the app, after the logout')
  },
  '/set': (session: Session) => {
    session.set('name', 'Grace')
    return { text: 'saved', headers: [['X-App', 'saved']] }
  },
  '/look': (session: Session) => ({ json: [session.get('name'), session.get('notice')] }),
}

/** What goes wrong in the app, in the store and on the way. */
export const failures: readonly AdapterCase[] = [
  {
    name: 'of a handler that throws nothing is saved',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        await visitor.text('/begin')
        equal((await visitor.send('/throw')).status, 500)
        same(JSON.parse(await visitor.text('/look')), ['Ada', 'welcome'])
      }),
  },
  {
    name: 'a session that was ended stays ended, though the handler throws',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        await visitor.text('/begin')
        const thief = visitor.copy()
        equal((await visitor.send('/end')).status, 500)
        same(JSON.parse(await thief.text('/look')), [null, null])
        same(JSON.parse(await visitor.text('/look')), [null, null])
      }),
  },
  {
    name: 'while the store cannot be read the visitor gets 503, and keeps the cookie',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser, gate }) => {
        const visitor = browser()
        await visitor.text('/begin')
        gate.fail('read', new Error('the store is down'))
        const response = await visitor.send('/set')
        equal(response.status, 503)
        equal(response.headers.getSetCookie().length, 0)
        ok(!(await response.text()).includes('saved'))
        same(JSON.parse(await visitor.text('/look')), ['Ada', 'welcome'])
      }),
  },
  {
    name: 'when the store cannot be written to, nothing of the page leaves, and the visitor gets 503',
    run: (fixture) =>
      withApp(fixture, handlers, async ({ browser, gate }) => {
        const visitor = browser()
        await visitor.text('/begin')
        gate.fail('write', new Error('the store is down'))
        const response = await visitor.send('/set')
        equal(response.status, 503)
        equal(response.headers.get('x-app'), null)
        equal(response.headers.getSetCookie().length, 0)
        ok(!(await response.text()).includes('saved'))
        same(JSON.parse(await visitor.text('/look')), ['Ada', 'welcome'])
      }),
  },
  {
    name: 'what a request has done is saved, though nobody waits for its response any more',
    async run(fixture) {
      let reached!: () => void
      let goOn!: () => void
      const isReached = new Promise<void>((resolve) => (reached = resolve))
      const held = new Promise<void>((resolve) => (goOn = resolve))
      const slow = async (session: Session) => {
        session.set('name', 'Grace')
        reached()
        await held
        return { text: 'nobody reads this' }
      }
      await withApp(fixture, { ...handlers, '/slow': slow }, async ({ browser, gate }) => {
        const visitor = browser()
        await visitor.text('/begin')
        const controller = new AbortController()
        const aborted = visitor.send('/slow', { signal: controller.signal }).catch(() => 'aborted')
        await isReached
        controller.abort()
        equal(await aborted, 'aborted')
        const writing = gate.hold('write')
        goOn()
        await writing.reached
        writing.release()
        // The write is on its way to the store before this request can come.
        equal(JSON.parse(await visitor.text('/look'))[0], 'Grace')
      })
    },
  },
]
